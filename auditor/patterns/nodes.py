"""A parsed pattern: groups of fields, down to the values that a field is compared with."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from auditor.patterns.matchers import Matcher
from auditor.values import PropertyPath, Unknown


class Leaf(Struct, frozen=True):
    """A field is one of these."""

    matchers: tuple[Matcher, ...]
    path: PropertyPath = ()


class Group(Struct, frozen=True):
    """All fields match, and of each set of `alternatives` (`$or`) at least one.

    `unread` says that there may be more fields.
    """

    fields: tuple[tuple[str, Node], ...] = ()
    alternatives: tuple[tuple[Node, ...], ...] = ()
    unread: Unknown | None = None


Node = Leaf | Group | Unknown


def leaves(node: Node, depth: int = 0) -> Iterator[tuple[Leaf | Unknown, int]]:
    """The leaves, and how deep they lie; also what could not be read."""
    if not isinstance(node, Group):
        yield node, max(depth, 1)
        return
    if node.unread is not None:
        yield node.unread, depth
    for _, child in node.fields:
        yield from leaves(child, depth + 1)
    for alternatives in node.alternatives:
        for alternative in alternatives:
            yield from leaves(alternative, depth)
