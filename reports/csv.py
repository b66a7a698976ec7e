"""A table for spreadsheets: RFC 4180, one finding or gap a row."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from auditor.findings import Finding, Gap, Location
from auditor.report import Report
from reports.safe import inert, visible
from reports.wording import unread, way

COLUMNS = (
    "outcome", "severity", "confidence", "category", "rule", "name", "resource_type", "resource",
    "resource_name", "account", "region", "path", "line", "column", "property", "when", "message",
    "evidence", "guide", "fingerprint", "suppression", "baselined",
    "steps",
)  # fmt: skip
GAP = "gap"
# A spreadsheet computes what starts so: https://owasp.org/www-community/attacks/CSV_Injection
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")


class CsvReporter:
    """Every finding, also the accepted ones, and every gap; a first row names the columns."""

    def render(self, report: Report) -> str:
        """The report as CSV text with the line ends of the standard."""
        text = io.StringIO()
        # Quotes around everything: some spreadsheets split at semicolons or tabs too.
        writer = csv.writer(text, quoting=csv.QUOTE_ALL)
        writer.writerow(COLUMNS)
        writer.writerows(map(_row, _records(report)))
        return text.getvalue()


def _records(report: Report) -> Iterable[dict[str, str | None]]:
    yield from map(_finding, report.findings)
    yield from map(_gap, report.gaps)


def _finding(finding: Finding) -> dict[str, str | None]:
    return {
        "outcome": finding.outcome.value,
        "severity": finding.severity.value,
        "confidence": finding.confidence.value,
        "category": finding.category.value,
        "rule": finding.rule,
        "name": finding.name,
        "resource_type": finding.resource.type,
        "resource": finding.resource.id,
        "resource_name": finding.resource.name,
        "account": finding.resource.account,
        "region": finding.resource.region,
        "property": finding.property,
        "when": finding.when,
        "message": finding.message,
        "evidence": "; ".join(finding.evidence),
        "steps": way(finding),
        "guide": finding.guide,
        "fingerprint": finding.fingerprint,
        "suppression": finding.suppression,
        "baselined": "yes" if finding.baselined else "no",
        **_place(finding.location),
    }


def _gap(gap: Gap) -> dict[str, str | None]:
    return {"outcome": GAP, "message": unread(gap), **_place(gap.location)}


def _place(location: Location | None) -> dict[str, str | None]:
    if location is None:
        return {}
    return {"path": location.path, "line": str(location.line), "column": str(location.column)}


def _row(record: dict[str, str | None]) -> list[str]:
    return [_harmless(record.get(column) or "") for column in COLUMNS]


def _harmless(text: str) -> str:
    shown = inert(visible(text))
    return f"'{shown}" if text.lstrip(" ").startswith(_FORMULA) else shown


REPORTER = CsvReporter()
