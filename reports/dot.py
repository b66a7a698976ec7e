"""The architecture in the language of Graphviz: https://graphviz.org/doc/info/lang.html."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.architecture import Architecture, Edge
from auditor.findings import Severity
from auditor.graph import EdgeKind
from auditor.report import Report
from reports.picture.flows import direction, found
from reports.picture.kinds import STYLES, kind_of
from reports.picture.svg import described
from reports.safe import clipped, inert, visible

LONGEST = 200
_COLORS = {
    Severity.CRITICAL: "#a1061f",
    Severity.HIGH: "#a33d06",
    Severity.MEDIUM: "#735400",
    Severity.LOW: "#0b5c86",
    Severity.INFO: "#4a5568",
}
_LINES = {"delivers": "solid", "dead-letters": "dashed", "alarms": "dotted", "grants": "dotted"}


class DotReporter:
    """A directed graph, to be laid out from left to right."""

    def render(self, report: Report) -> str:
        """The architecture as one `digraph`."""
        return inert("\n".join(("digraph msgaudit {", *_statements(report), "}"))) + "\n"


def _statements(report: Report) -> Iterator[str]:
    yield "  rankdir=LR;"
    yield '  node [shape=box, style=rounded, fontname="sans-serif"];'
    yield '  edge [fontname="sans-serif", fontsize=10];'
    findings = found(report)
    names = {node.id: f"n{number}" for number, node in enumerate(report.architecture.nodes)}
    for node in report.architecture.nodes:
        held = findings.get(node.id, ())
        words = [node.label, kind_of(node.type).name]
        color = ""
        if held:
            words.append(f"{held[0].severity}: {len(held)}")
            color = f', color="{_COLORS[held[0].severity]}", penwidth=2'
        label = "\\n".join(map(_text, words))
        tip = _text(described(node, held))
        yield f'  {names[node.id]} [label="{label}", tooltip="{tip}"{color}];'
    yield from _edges(report.architecture, names)


def _edges(architecture: Architecture, names: dict[str, str]) -> Iterator[str]:
    for edge in dict.fromkeys(architecture.edges):
        source, target = direction(edge)
        back = ", dir=back" if source != edge.source else ""
        style = _LINES[STYLES[EdgeKind(edge.kind)]]
        label = _text(_label(edge))
        yield f'  {names[source]} -> {names[target]} [label="{label}", style={style}{back}];'


def _label(edge: Edge) -> str:
    return f"{edge.kind} ({edge.detail})" if edge.detail else edge.kind


def _text(text: str) -> str:
    # Graphviz knows HTML entities in labels, and escapes such as `\N`.
    safe = clipped(visible(text), LONGEST)
    return safe.replace("&", "&amp;").replace("\\", "\\\\").replace('"', '\\"')


REPORTER = DotReporter()
