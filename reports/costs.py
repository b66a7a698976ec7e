"""The estimates of a report, where there is most to save first."""

from __future__ import annotations

from msgspec import Struct

from auditor.findings import Finding
from auditor.report import Report
from auditor.usage import Estimate

SHOWN = 10


class Row(Struct, frozen=True):
    """A finding with its estimate; `share` is its saving in percent of the largest."""

    finding: Finding
    estimate: Estimate
    share: int


def cost_table(report: Report) -> list[Row]:
    """Findings with the largest savings; advice that costs more has none.

    They are not added up: two findings on one resource may save the same money.
    """
    found = [
        (finding, finding.estimate, finding.estimate.saving or 0)
        for finding in report.violations
        if finding.estimate and (finding.estimate.saving or 0) > 0
    ]
    ranked = sorted(found, key=lambda row: -row[2])[:SHOWN]
    return [
        Row(finding, estimate, round(100 * saving / ranked[0][2]))
        for finding, estimate, saving in ranked
    ]
