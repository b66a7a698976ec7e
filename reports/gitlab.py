"""GitLab's Code Quality report, which merge requests show beside the changed lines.

https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
"""

from __future__ import annotations

from auditor.findings import Finding, Location, Severity
from auditor.report import Report
from reports.paths import relative
from reports.safe import clipped, json_text, visible
from reports.wording import counted, statement

SEVERITIES = {
    Severity.CRITICAL: "blocker",
    Severity.HIGH: "critical",
    Severity.MEDIUM: "major",
    Severity.LOW: "minor",
    Severity.INFO: "info",
}
LONGEST = 2_000


class GitlabReporter:
    """The violations that have a place in a file; GitLab has none for the others."""

    def render(self, report: Report) -> str:
        """The report as a JSON list, worst first."""
        return json_text(
            [_issue(item, item.location) for item in report.violations if item.location], levels=1
        )

    def left_out(self, report: Report) -> list[str]:
        """The findings without a place in a file."""
        homeless = sum(item.location is None for item in report.violations)
        why = "they have no place in a file"
        return [f"{counted(homeless, 'finding')} left out: {why}"] if homeless else []


def _issue(finding: Finding, location: Location) -> dict[str, object]:
    return {
        "description": clipped(f"{finding.rule}: {statement(finding)}", LONGEST),
        "check_name": finding.name,
        "fingerprint": finding.fingerprint,
        "severity": SEVERITIES[finding.severity],
        "location": {
            "path": visible(relative(location.path)),
            "lines": {"begin": location.line},
        },
    }


REPORTER = GitlabReporter()
