"""What the HTML report shows of the architecture: pictures, and the same in words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from markupsafe import Markup
from msgspec import Struct

from auditor.architecture import Architecture, Node
from auditor.findings import Finding
from auditor.report import Report
from reports.picture.flows import Flow, collapsed, flows, found, worst
from reports.picture.kinds import kind_of
from reports.picture.svg import drawn, in_words, nodes_alone
from reports.wording import counted

ACROSS = 5
OPEN = 6  # flows that are shown at once
WHOLE = 400  # nodes of a collapsed flow that can be unfolded


class Picture(Struct, frozen=True):
    """One flow: the inside of its `svg` element, and the size of that in pixels."""

    title: str
    svg: Markup
    width: float
    height: float
    open: bool


class NodeView(Struct, frozen=True):
    """A node in words; `edges` are sentences with the anchor of the other end."""

    anchor: str
    node: Node
    kind: str
    findings: tuple[Finding, ...]
    edges: tuple[tuple[str, str], ...]


class Views(Struct, frozen=True):
    """Pictures, the worst flow first, and all nodes."""

    pictures: tuple[Picture, ...]
    nodes: tuple[NodeView, ...]


def views_of(report: Report) -> Views:
    """Everything about the architecture of a report."""
    findings = found(report)
    anchors = {node.id: f"n{number}" for number, node in enumerate(report.architecture.nodes)}

    def anchor(node: Node) -> str:
        return anchors.get(node.id, "architecture-list")

    def picture(flow: Flow, title: str, is_open: bool) -> Picture:
        text, plan = drawn(flow, findings, anchor)
        svg = Markup(text)  # noqa: S704 - every text in it is escaped
        return Picture(title, svg, plan.width, plan.height, is_open)

    pictures = []
    connected, alone = flows(report.architecture, findings)
    for number, flow in enumerate(connected):
        small, is_open = collapsed(flow), number < OPEN
        title = _title(number + 1, flow)
        if small is flow:
            pictures.append(picture(flow, title, is_open))
            continue
        pictures.append(picture(small, f"{title}, drawn by service and stack", is_open))
        if len(flow.nodes) <= WHOLE:
            pictures.append(picture(flow, f"{title}, each drawn", is_open=False))
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


def _title(number: int, flow: Flow) -> str:
    stacks = {node.group for node in flow.nodes if node.group}
    title = f"Flow {number}: {counted(len(flow.nodes), 'node')}"
    return f"{title} of {stacks.pop()}" if len(stacks) == 1 else title


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
