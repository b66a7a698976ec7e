"""The architecture as one picture, for documents and wikis."""

from __future__ import annotations

from pathlib import Path

from auditor.architecture import Node
from auditor.report import Report
from reports.picture.flows import collapsed, flows, found
from reports.picture.svg import MARKERS, drawn, nodes_alone

_TEMPLATES = Path(__file__).parent / "templates"
_GAP = 24
_ACROSS = 6


class SvgReporter:
    """All flows below each other, the worst first, then what nothing is connected with."""

    def render(self, report: Report) -> str:
        """The architecture as an SVG document, without script or request."""
        findings = found(report)
        connected, alone = flows(report.architecture, findings)
        parts: list[tuple[str, float, float]] = []
        for flow in map(collapsed, connected):
            text, plan = drawn(flow, findings, _nowhere)
            parts.append((text, plan.width, plan.height))
        if alone:
            parts.append(nodes_alone(alone, findings, _nowhere, _ACROSS))
        return _document(parts)


def _document(parts: list[tuple[str, float, float]]) -> str:
    y, placed = 0.0, []
    for text, _, height in parts:
        placed.append(f'<g transform="translate(0 {y:g})">\n{text}\n</g>')
        y += height + _GAP
    width, height = max((part[1] for part in parts), default=1), max(y - _GAP, 1)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" '
        f'width="{width:g}" height="{height:g}" role="group" aria-label="Architecture">\n'
        f"<style>{_style()}</style>\n{MARKERS}\n" + "\n".join(placed) + "\n</svg>\n"
    )


def _style() -> str:
    names = ("palette.css", "picture.css")
    sheets = [(_TEMPLATES / name).read_text(encoding="utf-8") for name in names]
    return "\n".join((*sheets, "svg { font-family: system-ui, sans-serif; }"))


def _nowhere(node: Node) -> str:
    """A picture by itself has no place to link to."""
    return ""


REPORTER = SvgReporter()
