"""The architecture cut into flows, small enough to be looked at."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from auditor.architecture import Architecture, Edge, Node
from auditor.findings import Finding, Severity
from auditor.graph import EdgeKind
from auditor.report import Report
from reports.picture.kinds import kind_of
from reports.picture.layers import components

LARGEST = 60  # nodes of a flow; more of them are drawn by stack and service
Found = Mapping[str, tuple[Finding, ...]]


class Flow(Struct, frozen=True):
    """Nodes that are connected, and their edges; `members` are the nodes a collapsed one holds."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    members: Mapping[str, tuple[Node, ...]]


def found(report: Report) -> dict[str, tuple[Finding, ...]]:
    """The open violations of each node that has some, worst first."""
    by_fingerprint: dict[str, list[Finding]] = defaultdict(list)
    for finding in report.violations:
        by_fingerprint[finding.fingerprint].append(finding)
    listed = {
        node.id: [finding for each in node.findings for finding in by_fingerprint.get(each, ())]
        for node in report.architecture.nodes
    }
    return {
        node: tuple(sorted(findings, key=lambda finding: finding.severity.rank))
        for node, findings in listed.items() if findings
    }  # fmt: skip


def worst(findings: Sequence[Finding]) -> Severity | None:
    """The worst severity, of findings in order."""
    return findings[0].severity if findings else None


def flows(architecture: Architecture, findings: Found) -> tuple[list[Flow], list[Node]]:
    """The flows, the worst and largest first, and the nodes that nothing is connected with."""
    nodes = {node.id: node for node in architecture.nodes}
    groups = components(list(nodes), [(edge.source, edge.target) for edge in architecture.edges])
    number = {node: position for position, group in enumerate(groups) for node in group}
    edges: dict[int, list[Edge]] = defaultdict(list)
    for edge in architecture.edges:
        edges[number[edge.source]].append(edge)
    connected = [
        Flow(tuple(nodes[node] for node in group), tuple(edges[position]), {})
        for position, group in enumerate(groups) if edges[position]
    ]  # fmt: skip
    alone = [nodes[group[0]] for position, group in enumerate(groups) if not edges[position]]
    return sorted(connected, key=lambda flow: _urgency(flow, findings)), alone


def collapsed(flow: Flow, largest: int = LARGEST) -> Flow:
    """The flow with one node for all resources of a service in a stack, if it is too large."""
    if len(flow.nodes) <= largest:
        return flow
    members: dict[str, list[Node]] = defaultdict(list)
    place: dict[str, str] = {}
    for node in flow.nodes:
        place[node.id] = f"{node.group}\0{node.type}"
        members[place[node.id]].append(node)
    edges = Counter(
        replace(edge, source=place[edge.source], target=place[edge.target], via="", detail="")
        for edge in flow.edges
    )
    return Flow(
        tuple(_together(key, held) for key, held in members.items()),
        tuple(replace(edge, detail=f"{n} times") if n > 1 else edge for edge, n in edges.items()),
        {key: tuple(held) for key, held in members.items()},
    )


def findings_of(flow: Flow, node: Node, findings: Found) -> list[Finding]:
    """The findings of a node, or of all that a collapsed one holds, worst first."""
    held = flow.members.get(node.id, (node,))
    listed = (finding for one in held for finding in findings.get(one.id, ()))
    return sorted(listed, key=lambda finding: finding.severity.rank)


def direction(edge: Edge) -> tuple[str, str]:
    """The way of an edge from left to right: an alarm stands behind what it watches."""
    if edge.kind == EdgeKind.WATCHES:
        return edge.target, edge.source
    return edge.source, edge.target


def _together(key: str, held: Sequence[Node]) -> Node:
    if len(held) == 1:
        return replace(held[0], id=key)
    label = f"{len(held)} x {kind_of(held[0].type).name}"
    return Node(key, held[0].type, label, held[0].group)


def _urgency(flow: Flow, findings: Found) -> tuple[int, int]:
    ranks = [findings[node.id][0].severity.rank for node in flow.nodes if node.id in findings]
    return min(ranks, default=len(Severity)), -len(flow.nodes)
