"""The architecture as a Mermaid flowchart: https://mermaid.js.org/syntax/flowchart.html."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditor.graph import EdgeKind
from auditor.report import Report
from reports.picture.flows import found
from reports.picture.kinds import STYLES, kind_of
from reports.safe import clipped, inert, visible
from reports.wording import counted

LONGEST = 100
_ARROWS = {"delivers": "-->", "dead-letters": "-.->", "alarms": "-.-o", "grants": "---"}
_SPECIAL = re.compile(r"[^A-Za-z0-9 _.,:/()$-]|://|www\.")
_CLASSES = (
    "classDef critical stroke:#a1061f,stroke-width:4px",
    "classDef high stroke:#a33d06,stroke-width:3px",
    "classDef medium stroke:#735400,stroke-width:2px",
    "classDef low stroke:#0b5c86,stroke-width:2px",
    "classDef info stroke:#4a5568,stroke-width:1px",
)


class MermaidReporter:
    """A flowchart from left to right, which GitHub and GitLab draw in Markdown."""

    def render(self, report: Report) -> str:
        """The architecture as one flowchart."""
        return inert("\n".join(("flowchart LR", *(f"  {line}" for line in _lines(report))))) + "\n"


def _lines(report: Report) -> Iterator[str]:
    findings = found(report)
    names = {node.id: f"n{number}" for number, node in enumerate(report.architecture.nodes)}
    for node in report.architecture.nodes:
        held = findings.get(node.id, ())
        words = [node.label, kind_of(node.type).name]
        words += [f"{held[0].severity}, {counted(len(held), 'finding')}"] if held else []
        mark = f":::{held[0].severity}" if held else ""
        yield f'{names[node.id]}["{"<br>".join(map(_text, words))}"]{mark}'
    for edge in dict.fromkeys(report.architecture.edges):
        label = f"{edge.kind} ({edge.detail})" if edge.detail else edge.kind
        arrow = _ARROWS[STYLES[EdgeKind(edge.kind)]]
        yield f'{names[edge.source]} {arrow}|"{_text(label)}"| {names[edge.target]}'
    yield from _CLASSES


def _text(text: str) -> str:
    # Mermaid writes characters as their number between `#` and `;`; all but plain ones are.
    return _SPECIAL.sub(
        lambda match: "".join(f"#{ord(character)};" for character in match[0]),
        clipped(visible(text), LONGEST),
    )


REPORTER = MermaidReporter()
