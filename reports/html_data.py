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
from reports.safe import clipped, visible
from reports.wording import cost, place, shown_id

COLUMNS = (
    "rule", "severity", "outcome", "confidence", "type", "resource", "arn", "account", "region",
    "path", "line", "column", "excerpt", "property", "when", "message", "evidence", "related",
    "steps", "fingerprint", "accepted", "node",
)  # fmt: skip
MOST = 20_000
LONGEST = 2_000
WIDTH = 100
# What could end the script element, or a line of it.
_ESCAPES = str.maketrans(
    {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}
)


def embedded(report: Report, views: Views) -> str:
    """JSON that may stand in a script element; findings and steps name their nodes in `views`."""
    table, nodes = _Table(), _Nodes(views)
    shown = report.findings[:MOST]
    value = {
        "columns": COLUMNS,
        "texts": table.texts,
        "rows": [_row(finding, table, nodes) for finding in shown],
        "rules": {rule.id: _rule(rule) for rule in report.rules},
        "omitted": len(report.findings) - len(shown),
    }
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.translate(_ESCAPES)


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
        if text is None:
            return None
        if text not in self._numbers:
            self._numbers[text] = len(self.texts)
            self.texts.append(_safe(text))
        return self._numbers[text]


def _row(finding: Finding, table: _Table, nodes: _Nodes) -> list[Any]:
    subject, location = finding.resource, finding.location
    return [
        table(finding.rule), table(finding.severity), table(finding.outcome),
        table(finding.confidence), table(subject.type), table(_name(finding)),
        table(subject.arn), table(subject.account), table(subject.region),
        table(location.path) if location else None,
        location.line if location else 0, location.column if location else 0,
        _excerpt(location), table(finding.property), table(finding.when), _safe(finding.message),
        _all((*finding.evidence, *_cost(finding))),
        _all(f"{item.id}: {item.message}{_at(item.location)}" for item in finding.related),
        _steps(finding, table, nodes), finding.fingerprint, table(_accepted(finding)),
        nodes.of(finding),
    ]  # fmt: skip


def _name(finding: Finding) -> str:
    """Without a file around it, a name says more than its ARN."""
    subject = finding.resource
    return subject.name if subject.name and not finding.location else shown_id(subject)


def _steps(finding: Finding, table: _Table, nodes: _Nodes) -> list[tuple[int | None, str, str]]:
    return [
        (table(step.id), f"{_safe(step.message)}{_at(step.location)}", nodes.near(finding, step.id))
        for step in finding.steps
    ]


def _accepted(finding: Finding) -> str | None:
    if finding.suppression is not None:
        return f"suppression: {finding.suppression}"
    return "baseline" if finding.baselined else None


def _excerpt(location: Location | None) -> tuple[str, str, str] | None:
    return around(location, WIDTH) if location and location.excerpt.strip() else None


def _cost(finding: Finding) -> Iterator[str]:
    if finding.estimate:
        yield f"cost: {cost(finding.estimate)}"


def _all(texts: Iterable[str]) -> list[str]:
    return [_safe(text) for text in texts]


def _at(location: Location | None) -> str:
    return f" ({_safe(place(location))})" if location else ""


def _rule(rule: Rule[Any]) -> dict[str, str]:
    return {
        "name": rule.name,
        "category": rule.category.value,
        "why": rule.documentation,
        "fix": rule.remediation,
        "guide": rule.guide,
    }


def _safe(text: str) -> str:
    return clipped(visible(text), LONGEST)
