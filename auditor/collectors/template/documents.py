"""One file of YAML or JSON: composed once, with every position kept."""

from __future__ import annotations

import operator
import re
from collections.abc import Iterator
from functools import cached_property, lru_cache
from typing import cast

import yaml
from yaml.error import Mark
from yaml.events import CollectionEndEvent, CollectionStartEvent
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from yaml.resolver import Resolver

from auditor.data.webhooks import masked
from auditor.findings import Gap, Location
from auditor.yaml_problems import BREAK, mark_of, problem_of

# CloudFormation takes 1 MB; a file many times larger is no template, only slow to find that out.
MAX_BYTES = 5_000_000
MAX_DEPTH = 100
MAX_VALUES = 500_000

_SURROGATES = re.compile(r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}")
_MERGE = "tag:yaml.org,2002:merge"
_SAFE_DEPTH = 5000
_TOO_DEEP = "nested too deep"
_INDENTED = re.compile(r"^[ ?:-]{2500}", re.MULTILINE)


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # either has the same methods
    """PyYAML's loader, whose slow part is to tell a plain word's type: words come back often."""

    resolve = staticmethod(lru_cache(maxsize=1 << 14)(Resolver().resolve))
    # Nothing is resolved by its path, but each node asks for that: these do nothing, and quickly.
    descend_resolver = staticmethod(operator.is_)
    ascend_resolver = staticmethod(bool)


class UnreadableError(Exception):
    """A file, or a part of it, that cannot be read as a template; carries the gap to report."""

    def __init__(self, gap: Gap) -> None:
        super().__init__(gap.reason)
        self.gap = gap


class Document:
    """A composed file. `path` is shown to people, with forward slashes.

    `doubled` are the mappings in which a key stands twice.
    """

    def __init__(self, path: str, text: str, root: Node) -> None:
        self.path = path
        self.text = text
        self.root = root
        self.doubled: list[MappingNode] = []

    @cached_property
    def lines(self) -> list[str]:
        """The lines as YAML counts them."""
        plain = self.text.isascii() and "\r" not in self.text
        return self.text.split("\n") if plain else BREAK.split(self.text)

    def locate(self, node: Node) -> Location:
        """The range of a node; of a collection, its first line."""
        start, end = node.start_mark, node.end_mark
        line = self.lines[start.line] if start.line < len(self.lines) else ""
        end_column = end.column if end.line == start.line else len(line)
        return Location(
            self.path,
            start.line + 1,
            start.column + 1,
            start.line + 1,
            end_column + 1,
            masked(line),
        )


def parse(path: str, data: bytes) -> Document:
    """Compose a file's content; raises `UnreadableError` with line and column where it can."""
    if len(data) > MAX_BYTES:
        size = f"it has {len(data):,} bytes; more than {MAX_BYTES:,} are not read"
        raise UnreadableError(Gap(path, f"{size} (CloudFormation takes 1 MB)"))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableError(Gap(path, f"it is not UTF-8 text (byte {error.start})")) from None
    prepared = _prepared(text)
    try:
        _check_depth(prepared)
        root = _Loader(prepared).get_single_node()
    except (yaml.YAMLError, ValueError) as error:
        raise UnreadableError(_syntax_gap(path, error, prepared)) from None
    if root is None:
        raise UnreadableError(Gap(path, "it is empty"))
    document = Document(path, text, root)
    _check_size(document)
    if "<<" in text:
        _merge(root)
    return document


def _check_depth(text: str) -> None:
    """Refuse nesting that overflows the stack of the C composer: older ones recurse unguarded.

    Events come without recursion, but as slowly as the nodes: they are only counted in a text that
    has enough brackets, or wide enough indentation, to nest so deep.
    """
    if text.count("[") + text.count("{") < _SAFE_DEPTH and not _INDENTED.search(text):
        return
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        depth += isinstance(event, CollectionStartEvent) - isinstance(event, CollectionEndEvent)
        if depth > _SAFE_DEPTH:
            raise yaml.MarkedYAMLError(problem=_TOO_DEEP, problem_mark=cast(Mark, event.start_mark))


def _prepared(text: str) -> str:
    """JSON may be indented with tabs and may escape in surrogate pairs; YAML allows neither."""
    if not text.lstrip().startswith(("{", "[")):
        return text
    # Inside JSON strings a tab is always written \t, so that a tab can only be white space.
    text = text.replace("\t", " ")
    return _SURROGATES.sub(_character, text) if "\\u" in text else text


def _character(match: re.Match[str]) -> str:
    return (
        match[0]
        .encode()
        .decode("unicode_escape")
        .encode("utf-16", "surrogatepass")
        .decode("utf-16")
    )


def _syntax_gap(path: str, error: Exception, text: str) -> Gap:
    mark, what = mark_of(error, text), problem_of(error)
    if "nesting depth" in what:  # the words of PyYAML 6.0.4
        what = _TOO_DEEP
    if mark is None:
        return Gap(path, f"it is not valid YAML or JSON: {what}")
    line, column = mark.line + 1, mark.column + 1
    where = Location(path, line, column, line, column + 1)
    reason = f"it is not valid YAML or JSON: {what} (line {line}, column {column})"
    return Gap(path, reason, location=where)


def _check_size(document: Document) -> None:
    """Refuse what nesting and anchors would blow up (an anchor may even contain itself).

    Looks for doubled keys on the way, so that every node is walked over just once.
    """
    if "&" in document.text:
        values = _expanded_size(document, document.root, 0, {})
        if values > MAX_VALUES:
            reason = f"its anchors expand to more than {MAX_VALUES:,} values"
            raise UnreadableError(Gap(document.path, reason))
        return
    level = [] if isinstance(document.root, ScalarNode) else [document.root]
    for _ in range(MAX_DEPTH):
        level = [
            item
            for node in level
            for item in _inside(document, node)
            if not isinstance(item, ScalarNode)
        ]
    if level:
        raise _too_deep(document, level[0])


def _inside(document: Document, node: Node) -> list[Node]:
    """The values inside a collection that is met for the first time."""
    if not isinstance(node, MappingNode):
        return cast(list[Node], node.value)
    if len({str(key.value) for key, _ in node.value}) != len(node.value):
        document.doubled.append(node)
    return [value for _, value in node.value]


def _expanded_size(document: Document, node: Node, depth: int, known: dict[int, int]) -> int:
    """How many values a node stands for when its aliases are written out."""
    if isinstance(node, ScalarNode):
        return 1
    if depth > MAX_DEPTH:
        raise _too_deep(document, node)
    if id(node) not in known:
        inner = (
            _expanded_size(document, item, depth + 1, known) for item in _inside(document, node)
        )
        known[id(node)] = 1 + sum(inner)
    return known[id(node)]


def _too_deep(document: Document, node: Node) -> UnreadableError:
    reason = f"it is nested more than {MAX_DEPTH} levels deep, or an anchor contains itself"
    return UnreadableError(Gap(document.path, reason, location=document.locate(node)))


def _merge(root: Node) -> None:
    """Put the entries of merge keys (`<<: *defaults`) in their place, behind the mapping's own.

    A merge of anything but mappings stays as it is: what it adds is unread.
    """
    todo, seen = [root], set[int]()
    while todo:
        node = todo.pop()
        if id(node) not in seen:
            seen.add(id(node))
            if isinstance(node, MappingNode):
                node.value = _merged(node)
            todo.extend(children(node))


def _merged(node: MappingNode) -> list[tuple[Node, Node]]:
    result, merged = [], dict[str, tuple[Node, Node]]()
    for key, value in node.value:
        parts = value.value if isinstance(value, SequenceNode) else [value]
        if key.tag == _MERGE and all(_is_plain_mapping(part) for part in parts):
            for part in parts:
                for pair in _merged(part):
                    merged.setdefault(str(pair[0].value), pair)
        else:
            result.append((key, value))
    own = {str(key.value) for key, _ in result}
    return result + [pair for name, pair in merged.items() if name not in own]


def _is_plain_mapping(node: Node) -> bool:
    return isinstance(node, MappingNode) and node.tag[0] != "!"


def children(node: Node) -> Iterator[Node]:
    """The values inside a mapping or a sequence."""
    if isinstance(node, MappingNode):
        return (value for _, value in node.value)
    if isinstance(node, SequenceNode):
        return iter(node.value)
    return iter(())


def duplicate_keys(document: Document) -> Iterator[Gap]:
    """Keys that stand twice in one mapping: only one of the two values can have been read."""
    for node in document.doubled:
        yield from _duplicates(document, node)


def _duplicates(document: Document, node: MappingNode) -> Iterator[Gap]:
    first: dict[str, Node] = {}
    for key, _ in node.value:
        name = str(key.value)
        if name in first and key.tag != _MERGE:  # several mappings may be merged into one
            line = first[name].start_mark.line + 1
            reason = (
                f"{name} stands twice in one mapping (first in line {line}); the last one was read"
            )
            yield Gap(document.path, reason, location=document.locate(key))
        first.setdefault(name, key)


def entries(node: Node | None) -> Iterator[tuple[str, ScalarNode, Node]]:
    """Name, key node and value node of a mapping's entries; nothing for any other node."""
    if isinstance(node, MappingNode):
        for key, value in node.value:
            if isinstance(key, ScalarNode):
                yield str(key.value), key, value


def child(node: Node | None, name: str) -> Node | None:
    """The value node under a name; the last one where the name stands twice."""
    found: Node | None = None
    if isinstance(node, MappingNode):
        # The innermost loop of template reading: no generator, no call.
        for key, value in node.value:
            if key.value == name:
                found = value
    return found


def key_node(node: Node, name: str) -> Node | None:
    """The key node with a name."""
    found: Node | None = None
    if isinstance(node, MappingNode):
        for key, _ in node.value:
            if key.value == name:
                found = key
    return found


def text_of(node: Node | None) -> str:
    """A scalar's text, empty for anything else."""
    return cast(str, node.value) if isinstance(node, ScalarNode) else ""
