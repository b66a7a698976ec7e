"""The graph: resources, the ways of a message between them, and the ways that stayed unread."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from enum import StrEnum
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar, cast

from msgspec import Struct, field

from auditor.arns import Arn, symbolic
from auditor.index import External, Index, Node
from auditor.resources.base import Resource
from auditor.values import PropertyPath, UndeterminedError, Unknown

R = TypeVar("R", bound=Resource)
P = ParamSpec("P")
T = TypeVar("T")
ANY: tuple[type[Resource], ...] = (Resource,)


class EdgeKind(StrEnum):
    """How two resources relate; edges point the way the message (or the signal) goes."""

    CONSUMES = "is read by"
    DELIVERS = "delivers to"
    ARCHIVES = "is archived by"
    DEAD_LETTERS = "dead-letters to"
    WATCHES = "watches"
    NOTIFIES = "notifies"
    CONFIGURES = "configures"
    GUARDS = "guards"
    PERMITS = "gives permissions to"


class Edge(Struct, frozen=True):
    """One relation. `via` declares it at `path`; an end is external or unknown where it must be.

    `detail` is the metric of a watching edge, the protocol of a delivering subscription and the
    permission that an API needs to deliver; empty where that could not be read.
    """

    kind: EdgeKind
    source: Node
    target: Node
    via: Resource
    path: PropertyPath = ()
    detail: str = ""


# What decides whether an unknown end can be a resource: its kind, declaring type, text, `external`.
_Doubt = tuple[EdgeKind, str, str | None, bool]


class _Side(Struct):
    """Edges by the resource on one of their ends, and those whose end there is unknown.

    Of the latter the first of each doubt stands for all: an organization has thousands of them.
    """

    known: dict[str, list[Edge]] = field(default_factory=lambda: defaultdict(list))
    unknown: dict[_Doubt, tuple[Unknown, Edge]] = field(default_factory=dict)

    def add(self, end: Node, edge: Edge) -> None:
        if isinstance(end, Resource):
            self.known[end.id].append(edge)
        elif isinstance(end, Unknown):
            self.unknown.setdefault((edge.kind, edge.via.type, end.text, end.external), (end, edge))


class Graph:
    """Resources by type and edges by end, with answers that never mistake unread for absent.

    `unread` maps a resource type to why (some of) its resources could not be read, `unread_in` an
    account to the same, where it holds for that account only. `declares` maps an edge kind to the
    resource types that can declare such edges, each with the types between which they run, or with
    none where they can run between any. `readings` are the graphs of all readings of the unit
    where it has several. `kept` is what was worked out `once_per_graph`.
    """

    def __init__(
        self,
        index: Index,
        edges: Iterable[Edge],
        unread: Mapping[str, str],
        declares: Mapping[EdgeKind, Mapping[str, frozenset[str]]],
        unread_in: Mapping[str, Mapping[str, str]] | None = None,
    ) -> None:
        self.index = index
        self.readings: Sequence[Graph] = ()
        self._unread_in = unread_in or {}
        self._unread = unread
        self._incomplete = any((unread, *self._unread_in.values()))
        self._declares = declares
        self._incoming, self._outgoing = _Side(), _Side()
        self._declared: dict[str, list[Edge]] = defaultdict(list)
        self.kept: dict[object, object] = {}
        self.edges = tuple(edges)
        for edge in self.edges:
            self._declared[edge.via.id].append(edge)
            self._incoming.add(edge.target, edge)
            self._outgoing.add(edge.source, edge)

    def resources(self, cls: type[R], account: str | None = None) -> Sequence[R]:
        """The resources of a type that were read, or those of one account."""
        return self.index.of(cls, account)

    def all(self, cls: type[R], account: str | None = None) -> Sequence[R]:
        """All resources of a type, or those of one account, where it is known.

        Raises `UndeterminedError` when some could not be read.
        """
        for unread in (self._unread, *self._unread_near(account)):
            if cls.type in unread:
                raise UndeterminedError(unread[cls.type])
        return self.index.of(cls, account)

    def incoming(
        self,
        resource: Resource,
        *kinds: EdgeKind,
        details: Collection[str] | None = None,
        via: tuple[type[Resource], ...] = ANY,
    ) -> list[Edge]:
        """Edges to the resource; raises `UndeterminedError` rather than wrongly say none.

        `details` limits them to those with one of these details, `via` to those that resources of
        these types declare.
        """
        return self._edges(self._incoming, resource, kinds, details, via)

    def outgoing(
        self, resource: Resource, *kinds: EdgeKind, via: tuple[type[Resource], ...] = ANY
    ) -> list[Edge]:
        """Edges from the resource; raises `UndeterminedError` rather than wrongly say none."""
        return self._edges(self._outgoing, resource, kinds, via=via)

    def declared(self, resource: Resource, *kinds: EdgeKind) -> list[Edge]:
        """The edges that a resource itself declares; their ends may be unknown."""
        return [edge for edge in self._declared.get(resource.id, ()) if edge.kind in kinds]

    def ever(self, resource: Resource, kind: EdgeKind) -> bool:
        """Whether an edge leads to the resource in any reading of its unit.

        Raises `UndeterminedError` rather than wrongly say no.
        """
        graphs = self.readings or (self,)
        if any(graph.known_incoming(resource, kind) for graph in graphs):
            return True
        for graph in graphs:
            graph.settle_incoming(resource, kind)
        return False

    def known_incoming(self, resource: Resource, kind: EdgeKind) -> list[Edge]:
        """The edges that are known to lead to the resource; there may be more."""
        return [edge for edge in self._incoming.known.get(resource.id, ()) if edge.kind is kind]

    def known_outgoing(self, resource: Resource, *kinds: EdgeKind) -> list[Edge]:
        """The same of those that leave it."""
        return [edge for edge in self._outgoing.known.get(resource.id, ()) if edge.kind in kinds]

    def between(self, source: Resource, target: Resource, *kinds: EdgeKind) -> list[Edge]:
        """The edges that are known to lead from one resource to another."""
        leaving = self._outgoing.known.get(source.id, ())
        arriving = self._incoming.known.get(target.id, ())
        return [
            edge
            for edge in min(leaving, arriving, key=len)  # a hub has thousands
            if edge.kind in kinds and edge.source is source and edge.target is target
        ]

    def settle_outgoing(self, resource: Resource, *kinds: EdgeKind) -> None:
        """Raises `UndeterminedError` when there may be more edges than `outgoing` gives."""
        self._settle(self._outgoing, resource, kinds)

    def settle_incoming(
        self, resource: Resource, *kinds: EdgeKind, via: tuple[type[Resource], ...] = ANY
    ) -> None:
        """The same of `incoming`."""
        self._settle(self._incoming, resource, kinds, via)

    def settle_end(self, edge: Edge, end: Node, *types: type[Resource]) -> None:
        """Raises `UndeterminedError` when an end of an edge could not be read.

        `types` limits that to ends that may be of one of them. What lies outside of what was asked
        for is in no doubt: only a type of which not all could be read is.
        """
        if isinstance(end, Unknown):
            raise UndeterminedError(end.reason, edge.path)
        if isinstance(end, External) and self._incomplete:
            arn = Arn.parse(end.reference) or Arn.of_queue_url(end.reference)
            type_ = arn.type if arn else end.type
            account = arn.account if arn and not symbolic(arn.account) else edge.via.raw.account
            why = self._why_unread(type_, account)
            if why is not None and (not types or type_ in {cls.type for cls in types}):
                raise UndeterminedError(why, edge.path)

    def find(self, reference: object) -> Resource | None:
        """The resource that an ARN, URL or unknown text names, if it was read."""
        node = self.index.resolve(reference)
        return node if isinstance(node, Resource) else None

    def _edges(
        self,
        side: _Side,
        resource: Resource,
        kinds: tuple[EdgeKind, ...],
        details: Collection[str] | None = None,
        via: tuple[type[Resource], ...] = ANY,
    ) -> list[Edge]:
        known = side.known.get(resource.id)
        found = known and [
            edge
            for edge in known
            if edge.kind in kinds
            and (details is None or edge.detail in details)
            and isinstance(edge.via, via)
        ]
        if not found:
            self._settle(side, resource, kinds, via)
        return found or []

    def _settle(
        self,
        side: _Side,
        resource: Resource,
        kinds: tuple[EdgeKind, ...],
        via: tuple[type[Resource], ...] = ANY,
    ) -> None:
        for unknown, edge in side.unknown.values():
            if edge.kind not in kinds or not isinstance(edge.via, via):
                continue
            if not self._joins(edge.kind, edge.via.type, resource):
                continue
            if may_be(unknown, resource):
                reason = f"what {edge.via.id} refers to could not be read: {unknown.reason}"
                raise UndeterminedError(reason)
        for kind in kinds if self._incomplete else ():
            for type_ in sorted(self._declares[kind]):
                why = self._why_unread(type_, resource.raw.account)
                if why is None or not self._joins(kind, type_, resource):
                    continue
                if via is ANY or type_ in {cls.type for cls in via}:
                    raise UndeterminedError(why)

    def _why_unread(self, type_: str, account: str | None) -> str | None:
        """Why the resources of a type in an account are not all known.

        Another account that is partly unread counts like one that nobody asked to read.
        """
        near = (self._unread, *self._unread_near(account))
        return next((unread[type_] for unread in near if type_ in unread), None)

    def _unread_near(self, account: str | None) -> Collection[Mapping[str, str]]:
        here = self._unread_in.get(account or "")
        return self._unread_in.values() if here is None else (here,)

    def _joins(self, kind: EdgeKind, declaring: str, resource: Resource) -> bool:
        """Whether edges of a kind that a type declares can begin or end at the resource."""
        between = self._declares[kind].get(declaring)
        return not between or resource.type in between


def once_per_graph(
    function: Callable[Concatenate[Graph, P], T],
) -> Callable[Concatenate[Graph, P], T]:
    """A function of a graph and hashable arguments whose results live as long as the graph.

    A cache of the function's own would keep whole graphs alive.
    """

    @wraps(function)
    def kept(graph: Graph, *args: P.args, **kwargs: P.kwargs) -> T:
        key = (function, args)
        if key not in graph.kept:
            graph.kept[key] = function(graph, *args, **kwargs)
        return cast("T", graph.kept[key])

    return cast(Callable[Concatenate[Graph, P], T], kept)


def may_be(unknown: Unknown, resource: Resource) -> bool:
    """Whether an unread reference could name the resource."""
    if unknown.external:
        return False
    if unknown.text is None or resource.arn is None:
        return True
    pattern = ".*".join(map(re.escape, re.split(r"\$\{[^}]*\}", unknown.text)))
    names = (resource.arn, str(resource.raw.name), resource.raw.url or "")
    return any(re.fullmatch(pattern, name) for name in names)


__all__ = ["Edge", "EdgeKind", "External", "Graph", "Node", "may_be", "once_per_graph"]
