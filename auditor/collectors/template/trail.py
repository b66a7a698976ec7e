"""The way from the root of a document to a place in it."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct
from yaml.nodes import MappingNode, Node, SequenceNode


class Step(Struct, frozen=True):
    """An entry of a mapping or an element of a sequence; `key` is the node that names it."""

    part: str | int
    key: Node
    value: Node


def trail(root: Node, line: int, column: int) -> Iterator[Step]:
    """The entries that the 1-based place lies in, or is nearest behind, outermost first."""
    node = root
    while isinstance(node, MappingNode | SequenceNode):
        before = [
            step
            for step in _steps(node)
            if (step.key.start_mark.line, step.key.start_mark.column) <= (line - 1, column - 1)
        ]
        if not before:
            return
        yield before[-1]
        node = before[-1].value


def _steps(node: MappingNode | SequenceNode) -> Iterator[Step]:
    if isinstance(node, MappingNode):
        yield from (Step(str(key.value), key, value) for key, value in node.value)
    else:
        yield from (Step(index, item, item) for index, item in enumerate(node.value))
