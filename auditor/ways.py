"""The way of a message that a match is about, as the graph tells it.

The engine asks for it, not each rule: a rule cannot forget it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from auditor.arns import Arn
from auditor.findings import Match
from auditor.graph import Edge, EdgeKind, External, Graph, Node
from auditor.resources.base import Resource
from auditor.values import PropertyPath

_LONGEST_WAY = 8
CARRYING = (
    EdgeKind.ARCHIVES,
    EdgeKind.CONSUMES,
    EdgeKind.DEAD_LETTERS,
    EdgeKind.DELIVERS,
    EdgeKind.NOTIFIES,
)


def with_way(match: Match, graph: Graph) -> Match:
    """The match with the steps of its message's way, where it is about one and gives none."""
    if match.steps:
        return match
    edges = _edges(match, graph)
    ends = [
        edge
        for edge in edges
        if not any(edge.target is other.source for other in edges if other is not edge)
    ]
    return replace(match, steps=_steps(ends[0], edges, graph)) if len(ends) == 1 else match


def _edges(match: Match, graph: Graph) -> Sequence[Edge]:
    """What a match is about: the edges that the property to blame declares, or that it names.

    Or else those of the block of properties, or of the whole resource.
    """
    declared = graph.declared(match.resource, *CARRYING) if match.path else ()
    exact = [edge for edge in declared if edge.path == match.path]
    named = exact or list(_named(match, graph))
    return named or _in_block(match.path, declared) or _whole(declared)


def _in_block(path: PropertyPath, declared: Sequence[Edge]) -> Sequence[Edge]:
    """The edges that one block of properties declares, such as one of several targets."""
    blocks = [path, path[:-1]] if path and isinstance(path[-1], str) else [path]
    return [edge for edge in declared if len(edge.path) > 1 and edge.path[:-1] in blocks]


def _whole(declared: Sequence[Edge]) -> Sequence[Edge]:
    """The edges between two others that a resource is there for, as a subscription is."""
    return [
        edge
        for edge in declared
        if len(edge.path) == 1 and edge.via is not edge.source and edge.via is not edge.target
    ]


def _named(match: Match, graph: Graph) -> Iterator[Edge]:
    """The edges of which the match names both ends, or one end and what declares them."""
    named = {each.id: each for each in (match.resource, *(each for each, _ in match.related))}
    if len(named) > _LONGEST_WAY:
        return
    for one in named.values():
        for edge in graph.declared(one, *CARRYING) if len(named) > 1 else ():
            ends = (edge.source, edge.target)
            if any(isinstance(it, Resource) and it is not one and it.id in named for it in ends):
                yield edge
        for other in named.values():
            for edge in graph.between(one, other, *CARRYING):
                if edge.via.id not in named:
                    yield edge


def _steps(edge: Edge, preferred: Sequence[Edge], graph: Graph) -> tuple[tuple[Resource, str], ...]:
    """The way of a message over an edge, from as far before it as there is only one."""
    way = [edge]
    while isinstance(start := way[0].source, Resource) and len(way) < _LONGEST_WAY:
        before = [each for each in preferred if each.target is start] or _before(start, graph)
        if len(before) != 1 or before[0] in way:
            break
        way.insert(0, before[0])
    found = [
        (one.source, f"{one.kind} {_label(one.target)}")
        for one in way if isinstance(one.source, Resource)
    ]  # fmt: skip
    if isinstance(edge.target, Resource):
        found.append((edge.target, "the destination"))
    return tuple(found) if len(found) > 1 else ()


def _before(resource: Resource, graph: Graph) -> Sequence[Edge]:
    """The edges that are known to bring messages to a resource."""
    kinds = (EdgeKind.DELIVERS, EdgeKind.CONSUMES)
    return [edge for kind in kinds for edge in graph.known_incoming(resource, kind)]


def _label(end: Node) -> str:
    if isinstance(end, External):
        arn = Arn.parse(end.reference)
        return arn.resource if arn else end.reference
    return end.label if isinstance(end, Resource) else "what was not read"
