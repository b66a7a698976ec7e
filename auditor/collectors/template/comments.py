"""Suppressions in YAML comments: `# msgaudit: ignore[SQS030] the reason`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from yaml.nodes import MappingNode, Node, ScalarNode

from auditor.collectors.template.documents import Document, children
from auditor.findings import Location
from auditor.suppressions.model import Block, Suppression

_COMMENT = re.compile(r"(?:^|(?<=\s))#\s*msgaudit\b:?(?P<rest>.*)")
_FORM = re.compile(r"\s*ignore\[(?P<rules>[^\]]*)\](?P<reason>.*)")
_EXPECTED = "expected # msgaudit: ignore[RULE] and a reason"


def comments(document: Document, blocks: Sequence[tuple[str, Block]]) -> Iterator[Suppression]:
    """The suppressions in comments.

    One beside the logical id, or alone above it, is for the resource; any other for the findings
    at its line, or at the next line when it stands alone.
    """
    lines = document.lines
    for number, line in enumerate(lines, 1):
        match = _COMMENT.search(line)
        if match and not _in_text(document.root, number - 1, match.start()):
            about = number if line[: match.start()].strip() else _next(lines, number)
            place = Location(document.path, number, match.start() + 1, number, len(line) + 1, line)
            yield from _read(match["rest"], _scope(document, blocks, about), place)


def _next(lines: Sequence[str], number: int) -> int:
    """The first line below that is neither empty nor a comment."""
    for following, line in enumerate(lines[number:], number + 1):
        if line.strip() and not line.lstrip().startswith("#"):
            return following
    return number


def _scope(document: Document, blocks: Sequence[tuple[str, Block]], line: int) -> tuple[str, Block]:
    about = Block(document.path, (line, 1), (line + 1, 1))
    for name, block in blocks:
        if block.start[0] == line:
            return name, block
        if block.start < about.start < block.end:
            return name, about
    return "the template", about


def _read(rest: str, about: tuple[str, Block], place: Location) -> Iterator[Suppression]:
    label, scope = about
    form = _FORM.fullmatch(rest)
    rules = form["rules"].replace(",", " ").split() if form else []
    if not form or not rules:
        yield Suppression("", scope, label, place, problems=(_EXPECTED,))
        return
    for rule in rules:
        yield Suppression(rule, scope, label, place, form["reason"].strip(" :-\t"))


def _in_text(root: Node, line: int, column: int) -> bool:
    """Whether a place lies inside a quoted text or a block of text: no comment then."""
    todo: list[Node] = [root]
    while todo:
        node = todo.pop()
        start, end = node.start_mark, node.end_mark
        if not (start.line, start.column) <= (line, column) < (end.line, end.column):
            continue
        if isinstance(node, ScalarNode):
            return True
        if isinstance(node, MappingNode):
            todo.extend(key for key, _ in node.value)
        todo.extend(children(node))
    return False
