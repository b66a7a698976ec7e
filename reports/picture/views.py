"""What the HTML report shows of the architecture: pictures, and the same in words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from auditor.architecture import Architecture, Node
from auditor.findings import Finding
from auditor.report import Report
from reports.picture.flows import collapsed, flows, found, worst
from reports.picture.kinds import kind_of
from reports.picture.svg import drawn, in_words, nodes_alone
from reports.wording import counted

ACROSS = 5
OPEN = 6  # flows that are shown at once


@dataclass(frozen=True, slots=True)
class Picture:
    """One flow: the inside of its `svg` element, and the size of that in pixels."""

    title: str
    svg: Markup
    width: float
    height: float
    open: bool


@dataclass(frozen=True, slots=True)
class NodeView:
    """A node in words; `edges` are sentences with the anchor of the other end."""

    anchor: str
    node: Node
    kind: str
    findings: tuple[Finding, ...]
    edges: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Views:
    """Pictures, the worst flow first, and all nodes."""

    pictures: tuple[Picture, ...]
    nodes: tuple[NodeView, ...]


def views_of(report: Report) -> Views:
    """Everything about the architecture of a report."""
    findings = found(report)
    anchors = {node.id: f"n{number}" for number, node in enumerate(report.architecture.nodes)}

    def anchor(node: Node) -> str:
        return anchors.get(node.id, "architecture-list")

    pictures = []
    connected, alone = flows(report.architecture, findings)
    for number, flow in enumerate(connected):
        small = collapsed(flow)
        text, plan = drawn(small, findings, anchor)
        stacks = {node.group for node in flow.nodes if node.group}
        title = f"Flow {number + 1}: {counted(len(flow.nodes), 'node')}"
        title += f" of {stacks.pop()}" if len(stacks) == 1 else ""
        if small is not flow:
            title += ", drawn by service and stack"
        svg = Markup(text)  # noqa: S704 - every text in it is escaped
        pictures.append(Picture(title, svg, plan.width, plan.height, number < OPEN))
    if alone:
        text, width, height = nodes_alone(alone, findings, anchor, ACROSS)
        title = f"Not connected: {counted(len(alone), 'node')}"
        svg = Markup(text)  # noqa: S704 - every text in it is escaped
        pictures.append(Picture(title, svg, width, height, len(alone) <= ACROSS * OPEN))
    edges = _sentences(report.architecture, anchors)
    nodes = tuple(
        NodeView(
            anchors[node.id], node, kind_of(node.type).name, findings.get(node.id, ()),
            tuple(edges[node.id]),
        )
        for node in sorted(report.architecture.nodes, key=lambda n: _rank(findings.get(n.id, ())))
    )  # fmt: skip
    return Views(tuple(pictures), nodes)


def _rank(findings: Sequence[Finding]) -> int:
    severity = worst(findings)
    return severity.rank if severity else 9


def _sentences(
    architecture: Architecture, anchors: dict[str, str]
) -> dict[str, list[tuple[str, str]]]:
    nodes = {node.id: node for node in architecture.nodes}
    found: dict[str, dict[tuple[str, str], None]] = defaultdict(dict)
    for edge in architecture.edges:
        text = in_words(edge, nodes[edge.source], nodes[edge.target])
        found[edge.source][anchors[edge.target], text] = None
        found[edge.target][anchors[edge.source], text] = None
    return defaultdict(list, {node: list(edges) for node, edges in found.items()})
