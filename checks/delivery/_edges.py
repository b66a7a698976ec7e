"""The deliveries that a resource declares, one after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from msgspec.structs import replace

from auditor.findings import Match
from auditor.graph import Edge, EdgeKind, Graph
from auditor.index import Node
from auditor.policy import Doubts
from auditor.resources import Resource
from auditor.values import PropertyPath, UndeterminedError, Unknown

_LONGEST_WAY = 8
Judge = Callable[[Edge], Iterator[Match]]


def each_edge(resource: Resource, graph: Graph, kind: EdgeKind, judge: Judge) -> Iterator[Match]:
    """The matches of all edges of a kind that leave a resource, each with the message's way.

    An edge that cannot be judged does not hide the others; raises `UndeterminedError` after them.
    """
    doubts = Doubts()
    with doubts:
        for edge in graph.outgoing(resource, kind):
            with doubts:
                if isinstance(edge.target, Unknown):
                    raise UndeterminedError(edge.target.reason, edge.path)
                for match in judge(edge):
                    yield replace(match, steps=steps(edge, graph))
    doubts.settle()


def steps(edge: Edge, graph: Graph) -> tuple[tuple[Resource, str], ...]:
    """The way of a message over an edge, from as far before it as there is only one."""
    way = [edge]
    while isinstance(start := way[0].source, Resource) and len(way) < _LONGEST_WAY:
        before = _before(start, graph)
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


def _before(resource: Resource, graph: Graph) -> list[Edge]:
    """The edges that bring messages to a resource, as far as they could be read."""
    try:
        return graph.incoming(resource, EdgeKind.DELIVERS, EdgeKind.CONSUMES)
    except UndeterminedError:
        return []


def _label(end: Node) -> str:
    return end.label if isinstance(end, Resource) else "what was not read"


def value_at(resource: Resource, path: PropertyPath) -> object:
    """The value of a property as it was read, `None` where there is none."""
    found: object = resource.properties
    for part in path:
        if isinstance(found, dict):
            found = found.get(part)
        elif isinstance(found, list) and isinstance(part, int):
            found = found[part]
        else:
            return None
    return found
