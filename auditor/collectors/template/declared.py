"""A resource as a template declares it, before and after SAM is expanded."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from msgspec import Struct, field
from yaml.nodes import Node

from auditor.collectors.template.documents import Document
from auditor.collectors.template.identity import Identity
from auditor.values import Block


class Origin(Struct, frozen=True):
    """Where the keys of a made-up mapping stand: in the first of `nodes` that has the key.

    `renames` maps a key to what the template calls it (`EventSourceArn` to SAM's `Queue`).
    `document` is the file of the nodes where it is not the template itself.
    """

    nodes: tuple[Node, ...]
    renames: Mapping[str, str] = field(default_factory=dict)
    document: Document | None = None


class Declared(Struct, frozen=True):
    """One declaration with evaluated properties.

    `id` is the logical id inside its stack. `anchor` is the node that stands for the resource when
    a property is missing: the logical id, or the key of the SAM event it was made from.
    """

    type: str
    id: str
    properties: Block
    anchor: Node | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)
    ignored_globals: object = None


class Scope(Protocol):
    """What an expansion may ask of the stack that it happens in."""

    def identity_of(self, logical_id: str) -> Identity | None:
        """The identity of a resource that the template declares itself."""

    def identify(self, type_: str, logical_id: str, properties: Mapping[str, Any]) -> Identity:
        """The identity of a resource that the expansion makes."""

    def properties_of(self, logical_id: str) -> tuple[str, Block] | None:
        """Type and evaluated properties of a resource that the template declares itself."""
