"""The registry of linkers, and what they share: reading references without ever raising."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

from msgspec import Struct

from auditor.graph import Edge, EdgeKind
from auditor.index import Index
from auditor.resources.base import Resource
from auditor.values import PropertyPath, Unknown, document

R = TypeVar("R", bound=Resource)
Links = Callable[[R, Index], Iterator[Edge]]


class Linker(Struct, frozen=True):
    """What makes the edges that one resource type declares, and of which kinds they can be.

    `between` holds the types that they can begin or end at; without any it may be every type.
    """

    kinds: frozenset[EdgeKind]
    links: Links[Any]
    between: frozenset[str] = frozenset()


LINKERS: dict[type[Resource], Linker] = {}


def linker(
    cls: type[R], *kinds: EdgeKind, between: Iterable[type[Resource]] = ()
) -> Callable[[Links[R]], Links[R]]:
    """Register the function that yields the edges which a resource of this type declares."""

    def register(links: Links[R]) -> Links[R]:
        ends = frozenset(end.type for end in between)
        LINKERS[cls] = Linker(frozenset(kinds), links, ends)
        return links

    return register


def get(value: object, *path: str) -> object:
    """The value at a path: `None` where it is absent, `Unknown` as soon as something is unknown."""
    for name in path:
        if not isinstance(value, dict):
            value = document(value)
            if isinstance(value, Unknown):
                return value
            if not isinstance(value, dict):
                return None
        value = value[name] if name in value else getattr(value, "unread", None)
    return value


def each(value: object) -> Iterator[tuple[int, object]]:
    """The elements of a list with their index; an unknown list is one unknown element."""
    if isinstance(value, list):
        yield from enumerate(value)
    elif value is not None:
        yield 0, value


def refer(
    kind: EdgeKind, source: Resource, index: Index, *path: str, via: Resource | None = None
) -> Iterator[Edge]:
    """The edge from a resource to what its property at `path` refers to, if that is set."""
    via = via or source
    reference = get(via.properties, *path)
    if reference is not None:
        yield Edge(kind, source, index.resolve(reference), via, path)


def under(path: PropertyPath, *more: str | int) -> PropertyPath:
    """The path with more parts."""
    return (*path, *more)
