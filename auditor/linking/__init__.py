"""From resources to edges: one function per kind of resource that declares relations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from auditor.graph import Edge, EdgeKind, Graph
from auditor.index import Index
from auditor.linking import (
    alarms,
    apis,
    events,
    functions,
    identities,
    network,
    policies,
    queues,
    rest_apis,
    sources,
    streams,
    workflows,
)
from auditor.linking.links import LINKERS
from auditor.resources import RawResource, typed
from auditor.resources.base import Resource

_MODULES = (
    alarms, apis, events, functions, identities, network, policies, queues, rest_apis, sources,
    streams, workflows,
)  # fmt: skip

DECLARES: Mapping[EdgeKind, Mapping[str, frozenset[str]]] = {
    kind: {cls.type: linker.between for cls, linker in LINKERS.items() if kind in linker.kinds}
    for kind in EdgeKind
}


def build_graph(
    raw: Iterable[RawResource],
    unread: Mapping[str, str],
    unread_in: Mapping[str, Mapping[str, str]] | None = None,
) -> Graph:
    """The graph of all resources.

    `unread` maps a resource type to why it could not be read, `unread_in` an account to the same.
    """
    index = Index(resource for item in raw if (resource := typed(item)) is not None)
    return Graph(index, _edges(index), unread, DECLARES, unread_in)


def _edges(index: Index) -> Iterator[Edge]:
    for cls, linker in LINKERS.items():
        resources: Iterable[Any] = index.of(cls)
        for resource in resources:
            yield from linker.links(resource, index)


__all__ = ["DECLARES", "Resource", "build_graph"]
