"""From a property's path to its line and column."""

from __future__ import annotations

from yaml.nodes import MappingNode, Node, SequenceNode

from auditor.collectors.template.declared import Origin
from auditor.collectors.template.documents import Document, child, key_node
from auditor.collectors.template.literals import inside
from auditor.findings import Location
from auditor.values import Block, Listing, PropertyPath


class Place:
    """Locates the properties of one resource; what is missing is where its parent stands."""

    __slots__ = ("_anchor", "_document", "_own", "_properties")

    def __init__(self, document: Document, anchor: Node, properties: Block) -> None:
        self._document = document
        self._anchor = anchor
        self._properties = properties
        self._own: Location | None = None

    def __call__(self, path: PropertyPath) -> Location | None:
        """See `auditor.resources.base.Locator`."""
        if self._own is None:
            self._own = self._document.locate(self._anchor)
        best = self._own
        current: object = self._properties
        value: Node | None = None
        document = self._document
        for position, part in enumerate(path):
            found = _find(current, part)
            if found is None:
                node = inside(document, value, path[position:])
                return document.locate(node) if node else best
            node, elsewhere = found
            document = elsewhere or self._document
            best, value = document.locate(node), _value(current, part)
            try:
                current = current[part]  # type: ignore[index]  # `_find` has seen the part in it
            except (KeyError, IndexError):
                break
        return best


_Found = tuple[Node, Document | None]


def _find(current: object, part: str | int) -> _Found | None:
    """The node of a part of a value, and its document where it is not the template."""
    if isinstance(current, Listing) and isinstance(part, int) and part < len(current):
        return _element(current, part)
    if isinstance(current, Block) and isinstance(part, str):
        origin = current.origin
        name = origin.renames.get(part, part) if isinstance(origin, Origin) else part
        for node in _nodes(origin):
            key = key_node(node, name) or key_node(node, part)
            if key is not None:
                return key, _document(origin)
    return None


def _value(current: object, name: str | int) -> Node | None:
    """The node of a value that stands in a mapping as it was written."""
    nodes = _nodes(current.origin) if isinstance(current, Block) else ()
    found = (child(node, str(name)) for node in nodes)
    return next((node for node in found if node is not None), None)


def _element(current: Listing, part: int) -> _Found | None:
    element = current[part]
    if isinstance(element, Block | Listing):
        own = _nodes(element.origin)
        return (_first_line(own[0]), _document(element.origin)) if own else None
    for node in _nodes(current.origin):
        # After `AWS::NoValue` has removed some, nobody knows which element this was.
        if isinstance(node, SequenceNode) and len(node.value) == len(current):
            return node.value[part], _document(current.origin)
    return None


def _nodes(origin: object) -> tuple[Node, ...]:
    """The nodes that a value was read from."""
    if isinstance(origin, Origin):
        return origin.nodes
    return (origin,) if isinstance(origin, Node) else ()


def _document(origin: object) -> Document | None:
    return origin.document if isinstance(origin, Origin) else None


def _first_line(node: Node) -> Node:
    """The first key of a mapping in a list: its range is one line, the mapping's is not."""
    if isinstance(node, MappingNode) and node.value:
        return node.value[0][0]  # type: ignore[no-any-return]
    return node
