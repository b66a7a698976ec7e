"""Changes the text of a template where its nodes stand, and nothing else of it.

Comments, quotes, order and blank lines stay. What cannot be changed safely raises
`CannotFixError`: values that functions compute, and what anchors share.
"""

from __future__ import annotations

import re
from typing import Any

from msgspec import Struct
from yaml.error import Mark
from yaml.nodes import CollectionNode, MappingNode, Node, ScalarNode, SequenceNode

from auditor.collectors.template.documents import Document, child, entries, text_of
from auditor.fixing.rendering import as_json, block, element, flow

_BREAK = re.compile("\r\n|[\r\n\x85\u2028\u2029]")
_SHARED = re.compile(r"(^|[\s\[{,])([&*][\w-]+|<<:)", re.MULTILINE)
_ESCAPED = re.compile(r"\\u[dD][89abAB]")


class CannotFixError(Exception):
    """A fix that cannot be made; the message says why."""


class Edit(Struct, frozen=True):
    """The characters from `start` to `end` become `text`; `column` is where added lines begin."""

    start: int
    end: int
    text: str
    column: int = -1


class Editor:
    """Collects edits of one document; `text` applies them. No two may touch the same characters.

    `added` are the names of the resources that edits declare.
    """

    def __init__(self, document: Document) -> None:
        source = document.text
        if _SHARED.search(source):
            raise CannotFixError("anchors share parts of the template")
        if _ESCAPED.search(source):
            raise CannotFixError("escapes in it hide where its values stand")
        self.root = document.root
        self.edits: list[Edit] = []
        self.added: list[str] = []
        self._source = source
        self._starts = [0, *(found.end() for found in _BREAK.finditer(source))]
        self._newline = "\r\n" if "\r\n" in source else "\n"
        self._json = source.lstrip().startswith(("{", "["))

    @property
    def state(self) -> tuple[int, int]:
        """How much was edited until now, to be restored."""
        return len(self.edits), len(self.added)

    def restore(self, state: tuple[int, int]) -> None:
        """Forget what was edited since."""
        edits, added = state
        del self.edits[edits:], self.added[added:]

    @property
    def text(self) -> str:
        """The text with all edits."""
        text, end = "", 0
        # Of lines that are added at one place, the more indented ones belong to what stands above.
        for edit in sorted(self.edits, key=lambda edit: (edit.start, -edit.column)):
            text += self._source[end : edit.start]
            if edit.column >= 0 and not _BREAK.fullmatch(text[-1:]):
                text += self._newline  # the last line was not ended
            text += edit.text
            end = edit.end
        return text + self._source[end:]

    def set(self, node: Node, path: tuple[str, ...], value: Any) -> None:
        """Give the property at `path` below a mapping a value, whether it is there or not."""
        if not isinstance(node, MappingNode) or computed(node):
            raise CannotFixError(f"{path[0]} would stand in something that is computed")
        current = child(node, path[0])
        if current is None:
            for part in reversed(path[1:]):
                value = {part: value}
            self._add(node, path[0], value)
        elif path[1:]:
            self.set(current, path[1:], value)
        else:
            self.replace(current, value)

    def replace(self, node: Node, value: Any) -> None:
        """Put a value in the place of a literal; in `Fn::If`, of each that is one or is missing."""
        if branches := _branches(node):
            for branch in branches:
                if not (
                    isinstance(value, dict) and isinstance(branch, MappingNode)
                ) or _is_no_value(branch):
                    self.replace(branch, value)
        elif _is_no_value(node) or (isinstance(node, ScalarNode) and not computed(node)):
            text = as_json(value, None) if self._json else flow(value)
            self.edits.append(
                Edit(self._offset(node.start_mark), self._offset(node.end_mark), text)
            )
        else:
            raise CannotFixError("its value is computed")

    def append(self, node: Node | None, value: Any) -> None:
        """Add an element to a sequence that has some."""
        if not isinstance(node, SequenceNode) or not node.value or computed(node):
            raise CannotFixError("it is not a list of elements")
        if node.flow_style:
            self._add_inside(
                node.value[0], node.value[-1], lambda indent: self._inline(value, indent)
            )
        else:
            # The dash stands where the sequence starts.
            self._add_lines(node, element(value, node.start_mark.column))

    def add_resource(self, name: str, value: Any) -> None:
        """Declare another resource, behind all others."""
        resources = child(self.root, "Resources")
        assert isinstance(resources, MappingNode)  # noqa: S101 # the finding is on one of them
        self._add(resources, name, value, spaced=True)
        self.added.append(name)

    def _add(self, node: MappingNode, name: str, value: Any, spaced: bool = False) -> None:
        if not node.flow_style:
            lines = block(name, value, node.start_mark.column)
            self._add_lines(node, ["", *lines] if spaced and self._is_spaced(node) else lines)
            return

        def entry(indent: int | None) -> str:
            key = as_json(name, None) if self._json else flow(name)
            return f"{key}: {self._inline(value, indent)}"

        if node.value:
            self._add_inside(node.value[0][0], node.value[-1][1], entry)
        else:
            at = self._offset(node.start_mark) + 1
            self.edits.append(Edit(at, at, entry(None)))

    def _inline(self, value: Any, indent: int | None) -> str:
        return as_json(value, indent) if self._json else flow(value)

    def _add_inside(self, first: Node, last: Node, render: Any) -> None:
        """Behind the last of what stands in brackets, on a line of its own where the first does."""
        start = self._starts[first.start_mark.line]
        column = first.start_mark.column
        own_line = not self._source[start : start + column].strip()
        lead = f",{self._newline}{' ' * column}" if own_line else ", "
        text = render(column if own_line else None).replace("\n", self._newline)
        at = self._offset(last.end_mark)
        self.edits.append(Edit(at, at, f"{lead}{text}"))

    def _add_lines(self, node: CollectionNode, lines: list[str]) -> None:
        at = self._behind(node)
        text = "".join(f"{line}{self._newline}" for line in lines)
        self.edits.append(Edit(at, at, text, node.start_mark.column))

    def _behind(self, node: Node) -> int:
        """Where the line behind the last one of a node starts."""
        last = node
        while isinstance(last, CollectionNode) and not last.flow_style:
            last = last.value[-1][1] if isinstance(last, MappingNode) else last.value[-1]
        line = last.end_mark.line + 1
        if isinstance(last, ScalarNode) and last.style in ("|", ">") and last.end_mark.column == 0:
            line = last.end_mark.line  # its end is the start of what follows
        return self._starts[line] if line < len(self._starts) else len(self._source)

    def _is_spaced(self, node: MappingNode) -> bool:
        """Whether blank lines separate the entries."""
        if len(node.value) < 2:
            return False
        line = node.value[1][0].start_mark.line
        return not self._source[self._starts[line - 1] : self._starts[line]].strip()

    def _offset(self, mark: Mark) -> int:
        return self._starts[mark.line] + mark.column


def computed(node: Node) -> bool:
    """Whether an intrinsic function gives the value."""
    if node.tag.startswith("!"):
        return True
    names = [name for name, _, _ in entries(node)]
    return len(names) == 1 and (names[0] in ("Ref", "Condition") or names[0].startswith("Fn::"))


def _branches(node: Node) -> list[Node]:
    """The two values of `Fn::If`; nothing for any other node."""
    inner = node if node.tag == "!If" else child(node, "Fn::If")
    if isinstance(inner, SequenceNode) and len(inner.value) == 3:
        return inner.value[1:]  # type: ignore[no-any-return]
    return []


def _is_no_value(node: Node) -> bool:
    name = node if node.tag == "!Ref" else child(node, "Ref")
    return text_of(name) == "AWS::NoValue"
