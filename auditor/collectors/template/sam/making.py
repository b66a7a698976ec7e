"""Making plain resources out of parts of SAM resources; properties know where they came from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct
from yaml.nodes import Node

from auditor.collectors.template.declared import Declared, Origin, Scope
from auditor.collectors.template.documents import child, key_node, text_of
from auditor.collectors.template.identity import Identity
from auditor.values import Block, Unknown


class Part(Struct, frozen=True):
    """What plain resources are made from: a SAM resource as a whole, or one of its events.

    `id` is the logical id that SAM derives the made ones from. `kind` is the type of the event,
    `target` what it leads to where that is not the resource itself.
    """

    declared: Declared
    scope: Scope
    id: str
    properties: Block
    anchor: Node | None = None
    kind: str = ""
    target: Identity | None = None

    @property
    def owner(self) -> Identity:
        """The function or state machine that the SAM resource becomes, or an alias of it."""
        return self.target or self.scope.identify(
            self.declared.type, self.declared.id, self.declared.properties
        )

    def peek(self, *path: str) -> object:
        """The value at a path: `None` when absent, `Unknown` when it could not be read."""
        return peek(self.properties, *path)

    def required(self, name: str) -> object:
        """The value of a property that SAM insists on: never `None`."""
        value = self.peek(name)
        return Unknown(f"{self.id} has no {name}") if value is None else value

    def passed(self, *names: str) -> dict[str, object]:
        """The properties that keep their names."""
        return {name: self.peek(name) for name in names}

    def make(
        self,
        type_: str,
        id_: str,
        properties: Mapping[str, object],
        renames: Mapping[str, str] | None = None,
        unread: Unknown | None = None,
    ) -> Declared:
        """A plain resource of the properties that are not `None`."""
        block = made(self.properties, properties, renames, unread)
        return Declared(type_, id_, block, self.anchor, self.declared.metadata)

    def identify(self, type_: str, id_: str) -> Identity:
        """The identity of a resource that is made without a name."""
        return self.scope.identify(type_, id_, {})


def whole(declared: Declared, scope: Scope) -> Part:
    """The part that is the whole SAM resource."""
    return Part(declared, scope, declared.id, declared.properties, declared.anchor)


def made(
    source: Block,
    items: Mapping[str, object],
    renames: Mapping[str, str] | None = None,
    unread: Unknown | None = None,
) -> Block:
    """A mapping made from another one, without the items that are `None`."""
    present = {name: value for name, value in items.items() if value is not None}
    return Block(present, Origin(nodes(source), renames or {}), unread)


def peek(value: object, *path: str) -> object:
    """The value at a path: `None` when absent, `Unknown` when it could not be read."""
    for name in path:
        if value is None or isinstance(value, Unknown):
            return value
        if not isinstance(value, Mapping):
            return Unknown(f"what holds {name} should be a mapping")
        value = value[name] if name in value else getattr(value, "unread", None)
    return value


def block(value: object, what: str) -> Block:
    """The value as a mapping; one that nothing is known of when it is none."""
    if isinstance(value, Block):
        return value
    if value is None:
        return Block()
    why = value if isinstance(value, Unknown) else Unknown(f"{what} should be a mapping")
    return Block(unread=why)


def nodes(value: object) -> tuple[Node, ...]:
    """The nodes that a mapping was read from."""
    origin = getattr(value, "origin", None)
    if isinstance(origin, Origin):
        return origin.nodes
    return (origin,) if isinstance(origin, Node) else ()


def key_of(value: object, name: str) -> Node | None:
    """The node of a key in a mapping."""
    return next((key for node in nodes(value) if (key := key_node(node, name))), None)


def referred(value: object, name: str) -> str | None:
    """The logical id that a property names with a plain `Ref`: SAM understands no more."""
    node = next((item for node in nodes(value) if (item := child(node, name))), None)
    if node is None:
        return None
    if node.tag != "!Ref":
        node = child(node, "Ref")
    return text_of(node) or None


def flag(value: object) -> bool | Unknown | None:
    """A switch, also written as text, as parameters give it."""
    if value is None or isinstance(value, bool | Unknown):
        return value
    text = str(value).lower()
    return text == "true" if text in ("true", "false") else Unknown(f"{text} is no switch")


def listed(value: object) -> list[Any]:
    """The elements of a list, of one element where SAM takes a single value."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
