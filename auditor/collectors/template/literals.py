"""Positions inside of JSON that a template holds as a block of text (`DefinitionString: |`)."""

from __future__ import annotations

from functools import lru_cache

from yaml.error import Mark
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from auditor.collectors.template.documents import (
    Document,
    UnreadableError,
    child,
    key_node,
    parse,
    text_of,
)
from auditor.values import PropertyPath


def inside(document: Document, value: Node | None, path: PropertyPath) -> Node | None:
    """The node of what stands at `path`, or of the nearest thing around it.

    `None` where the value is no block of text, or its text is not JSON.
    """
    block = _block(value)
    if block is None:
        return None
    try:
        text = _parsed(text_of(block))
    except UnreadableError:
        return None
    found = _nearest(text.root, path)
    return _moved(document, block, found) if found is not None else None


def _block(value: Node | None) -> ScalarNode | None:
    """The literal block of a value, also as the argument of `Fn::Sub`."""
    if isinstance(value, MappingNode):
        value = child(value, "Fn::Sub")
    if isinstance(value, SequenceNode) and value.value:
        value = value.value[0]
    return value if isinstance(value, ScalarNode) and value.style == "|" else None


@lru_cache(maxsize=4)
def _parsed(text: str) -> Document:
    return parse("", text.encode(errors="surrogatepass"))


def _nearest(node: Node, path: PropertyPath) -> Node | None:
    best: Node | None = None
    for part in path:
        inner: Node | None = None
        if isinstance(part, str):
            best, inner = key_node(node, part) or best, child(node, part)
        elif isinstance(node, SequenceNode) and part < len(node.value):
            best = inner = node.value[part]
        if inner is None:
            break
        node = inner
    return best


def _moved(document: Document, block: ScalarNode, node: Node) -> Node | None:
    """The node where the file has it: a literal block keeps its lines, less their indentation."""
    first = block.start_mark.line + 1
    lines = document.text.splitlines()[first : first + node.start_mark.line + 1]
    own = text_of(block).splitlines()
    if len(lines) <= node.start_mark.line or not lines[-1].endswith(own[node.start_mark.line]):
        return None
    indentation = len(lines[-1]) - len(own[node.start_mark.line])
    start, end = (
        Mark("", 0, mark.line + first, mark.column + indentation, None, 0)
        for mark in (node.start_mark, node.end_mark)
    )
    return ScalarNode(node.tag, "", start, end)
