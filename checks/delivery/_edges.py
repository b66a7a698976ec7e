"""The deliveries that a resource declares, one after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from auditor.findings import Match
from auditor.graph import Edge, EdgeKind, Graph
from auditor.policy import Doubts
from auditor.resources import Resource
from auditor.values import PropertyPath, Unknown

Judge = Callable[[Edge], Iterator[Match]]


def each_edge(
    resource: Resource, graph: Graph, kind: EdgeKind, judge: Judge, *types: type[Resource]
) -> Iterator[Match]:
    """The matches of all edges of a kind that leave a resource, to ends of the types.

    An edge that cannot be judged does not hide the others; raises `UndeterminedError` after them.
    """
    doubts = Doubts()
    with doubts:
        for edge in graph.outgoing(resource, kind):
            with doubts:
                graph.settle_end(edge, edge.target, *types)
                yield from judge(edge)
    doubts.settle()


def value_at(resource: Resource, path: PropertyPath) -> object:
    """The value of a property as it was read, `None` where there is none, else what hides it."""
    found: object = resource.properties
    for part in path:
        if isinstance(found, dict):
            found = found.get(part)
        elif isinstance(found, list) and isinstance(part, int):
            found = found[part]
        else:
            return found if isinstance(found, Unknown) else None
    return found
