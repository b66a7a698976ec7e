"""The findings as the script of the HTML report reads them, each text once and in few bytes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from auditor.findings import Finding, Location
from auditor.report import Report
from auditor.rules import Rule
from reports.excerpt import around
from reports.picture.views import Views
from reports.safe import clipped, inert, visible
from reports.wording import cost, deployed, near, place, shown_id

MOST = 20_000
LONGEST = 2_000
WIDTH = 100
# Stands for the name of the finding's resource: without it, thousands of texts are the same. No
# text has it itself, for it does not print.
NAME = "\ue000"
# What could end the script element or a line of it, or does not print.
_ESCAPES = str.maketrans(
    {
        "<": "\\u003c", ">": "\\u003e", "&": "\\u0026",
        "\u2028": "\\u2028", "\u2029": "\\u2029", NAME: "\\ue000",
    }
)  # fmt: skip


def embedded(report: Report, views: Views) -> str:
    """JSON that may stand in a script element; findings and steps name their nodes in `views`.

    Findings are columns: a list of cells each, or in `same` the one cell that all of them have.
    """
    table, nodes = _Table(), _Nodes(views)
    shown = report.findings[:MOST]
    columns, same = _columns([_row(finding, table, nodes) for finding in shown])
    value = {
        "count": len(shown),
        "columns": columns,
        "same": same,
        "texts": table.texts,
        "rules": {rule.id: _rule(rule) for rule in report.rules},
        "omitted": len(report.findings) - len(shown),
    }
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.translate(_ESCAPES)


def _columns(rows: list[dict[str, Any]]) -> tuple[dict[str, list[Any]], dict[str, Any]]:
    columns, same = {}, {}
    for name in rows[0] if rows else ():
        cells = [row[name] for row in rows]
        if all(cell == cells[0] for cell in cells):
            same[name] = cells[0]
        else:
            columns[name] = cells
    return columns, same


class _Nodes:
    """The anchors of nodes in the page."""

    def __init__(self, views: Views) -> None:
        self._by_id = {view.node.id: view.anchor for view in views.nodes}
        self._of_finding = {
            fingerprint: view.node.id for view in views.nodes for fingerprint in view.node.findings
        }

    def of(self, finding: Finding) -> str:
        """The node of a finding, empty where it has none."""
        return self._by_id.get(self._of_finding.get(finding.fingerprint, ""), "")

    def near(self, finding: Finding, resource: str) -> str:
        """The node of a resource in the stack of a finding."""
        stack, mark, _ = self._of_finding.get(finding.fingerprint, "").rpartition("#")
        return self._by_id.get(stack + mark + resource) or self._by_id.get(resource, "")


class _Table:
    """Texts that many findings share, as numbers."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self._numbers: dict[str, int] = {}

    def __call__(self, text: str | None) -> int | None:
        """The number of a text as a page may show it."""
        return None if text is None else self._number(_safe(text))

    def named(self, text: str, name: str) -> int:
        """The number of a text without the name of the resource that it is about."""
        shown, hidden = _safe(text), _safe(name)
        return self._number(shown.replace(hidden, NAME) if hidden else shown)

    def _number(self, shown: str) -> int:
        if shown not in self._numbers:
            self._numbers[shown] = len(self.texts)
            self.texts.append(shown)
        return self._numbers[shown]


def _row(finding: Finding, table: _Table, nodes: _Nodes) -> dict[str, Any]:
    subject, location = finding.resource, finding.location
    name = _name(finding)

    def said(texts: Iterable[str]) -> list[int]:
        return [table.named(text, name) for text in texts]

    related = (
        f"{near(finding, item.id)}: {item.message}{_at(item.location)}" for item in finding.related
    )
    return {
        "rule": table(finding.rule), "severity": table(finding.severity),
        "outcome": table(finding.outcome), "confidence": table(finding.confidence),
        "type": table(subject.type), "resource": table(name), "arn": table(subject.arn),
        "account": table(subject.account), "region": table(subject.region),
        "path": table(location.path) if location else None,
        "line": location.line if location else 0, "column": location.column if location else 0,
        "excerpt": said(_excerpt(location)),
        "property": table(finding.property), "when": table(finding.when),
        "message": table.named(finding.message, name),
        "evidence": said((*finding.evidence, *_cost(finding))),
        "related": said(related), "steps": _steps(finding, table, nodes),
        "fingerprint": finding.fingerprint, "accepted": table(_accepted(finding)),
        "node": nodes.of(finding), "deployed": deployed(subject),
    }  # fmt: skip


def _name(finding: Finding) -> str:
    """A name says more than an ARN."""
    subject = finding.resource
    return subject.name if subject.name and deployed(subject) else shown_id(subject)


def _steps(finding: Finding, table: _Table, nodes: _Nodes) -> list[tuple[Any, ...]]:
    return [
        (
            table(near(finding, step.id)),
            table(f"{step.message}{_at(step.location)}"),
            nodes.near(finding, step.id),
        )
        for step in finding.steps
    ]


def _accepted(finding: Finding) -> str | None:
    if finding.suppression is not None:
        return f"suppression: {finding.suppression}"
    return "baseline" if finding.baselined else None


def _excerpt(location: Location | None) -> tuple[str, ...]:
    return around(location, WIDTH) if location and location.excerpt.strip() else ()


def _cost(finding: Finding) -> Iterator[str]:
    if finding.estimate:
        yield f"cost: {cost(finding.estimate)}"


def _at(location: Location | None) -> str:
    return f" ({place(location)})" if location else ""


def _rule(rule: Rule[Any]) -> dict[str, str]:
    return {
        "name": rule.name,
        "category": rule.category.value,
        "why": rule.documentation,
        "fix": rule.remediation,
        "guide": rule.guide,
    }


def _safe(text: str) -> str:
    return clipped(inert(visible(text)), LONGEST)
