"""`Fn::ForEach` in the sections whose entries are looked up by name: Conditions and Outputs.

There is no stack yet to evaluate with, so that only a collection that is written out is followed,
and no loop in a loop. Names that remain unknown are so reported where they are used.
"""

from __future__ import annotations

from collections.abc import Iterator

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from auditor.collectors.template.documents import entries, text_of
from auditor.collectors.template.evaluator import FOR_EACH, is_loop

_MAX_ELEMENTS = 100
_TEXT = "tag:yaml.org,2002:str"


def unrolled(section: Node | None) -> Iterator[tuple[str, ScalarNode, Node]]:
    """Name, key and value of a section's entries, a loop's once for each of its elements."""
    for name, key, node in entries(section):
        if name.startswith(FOR_EACH) and is_loop(node):
            variable, collection, body = node.value
            elements = collection.value if isinstance(collection, SequenceNode) else []
            for element in elements[:_MAX_ELEMENTS]:
                yield from entries(_filled(body, text_of(variable), text_of(element)))
        else:
            yield name, key, node


def _filled(node: Node, variable: str, value: str) -> Node:
    """A copy in which the variable has its value."""
    marks = node.start_mark, node.end_mark
    if _refers_to(node, variable):
        return ScalarNode(_TEXT, value, *marks, style="'")
    if isinstance(node, ScalarNode):
        plain = "".join(char for char in value if char.isalnum())
        text = node.value.replace(f"${{{variable}}}", value).replace(f"&{{{variable}}}", plain)
        return ScalarNode(node.tag, text, *marks, style=node.style)
    if isinstance(node, SequenceNode):
        items = [_filled(item, variable, value) for item in node.value]
        return SequenceNode(node.tag, items, *marks)
    pairs = [
        (_filled(key, variable, value), _filled(item, variable, value)) for key, item in node.value
    ]
    return MappingNode(node.tag, pairs, *marks)


def _refers_to(node: Node, variable: str) -> bool:
    if node.tag == "!Ref":
        return text_of(node) == variable
    return [(name, text_of(item)) for name, _, item in entries(node)] == [("Ref", variable)]
