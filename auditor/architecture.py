"""The architecture as reports draw it: plain values, apart from the graph that rules walk."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import Struct, field
from msgspec.structs import replace

Scalar = str | int | float | bool
EXTERNAL = "external"
UNREAD = "unread"


class Node(Struct, frozen=True):
    """A resource, or the end of an edge that lies outside of what was read.

    `type` is CloudFormation's, or `EXTERNAL` or `UNREAD`. `group` is the stack or the region.
    `findings` are fingerprints, also of what declares the edges of the node, such as subscriptions.
    """

    id: str
    type: str
    label: str
    group: str = ""
    properties: Mapping[str, Scalar] = field(default_factory=dict)
    findings: tuple[str, ...] = ()


class Edge(Struct, frozen=True):
    """A relation between two nodes; `kind` is a verb such as `delivers to`."""

    kind: str
    source: str
    target: str
    via: str = ""
    detail: str = ""


class Architecture(Struct, frozen=True):
    """Nodes in the order they were read, and the edges between them.

    `omitted` counts the resources that were left out because nobody could look at so many.
    """

    nodes: tuple[Node, ...] = ()
    edges: tuple[Edge, ...] = ()
    omitted: int = 0


NOTHING_DRAWN = Architecture()


def merged(parts: Iterable[Architecture]) -> Architecture:
    """One architecture of several that share nodes: stacks, or readings of one stack."""
    nodes: dict[str, Node] = {}
    edges: dict[Edge, None] = {}
    omitted = 0
    for part in parts:
        omitted += part.omitted
        for node in part.nodes:
            known = nodes.setdefault(node.id, node)
            if known is not node:
                both = dict.fromkeys((*known.findings, *node.findings))
                nodes[node.id] = replace(known, findings=tuple(both))
        edges.update(dict.fromkeys(part.edges))
    return Architecture(tuple(nodes.values()), tuple(edges), omitted)
