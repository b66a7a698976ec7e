"""Annotations on GitHub: workflow commands, which the runner reads from the log of a step.

https://docs.github.com/actions/reference/workflow-commands-for-github-actions
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from auditor.findings import Finding, Severity
from auditor.report import Report
from reports.paths import relative
from reports.safe import clipped, inert, visible
from reports.wording import counted, statement

KINDS = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "notice",
    Severity.INFO: "notice",
}
MOST = 10  # of a kind in a step; GitHub drops what comes later
LONGEST = 2_000
_DATA = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_PROPERTY = _DATA | str.maketrans({":": "%3A", ",": "%2C"})


class GithubReporter:
    """The worst findings as annotations, then one notice on all that is not shown."""

    def render(self, report: Report) -> str:
        """The report as workflow commands, one a line."""
        shown = list(_worst(report.violations))
        lines = [_annotation(finding) for finding in shown]
        if rest := _rest(report, len(report.violations) - len(shown)):
            text = f"{rest}: msgaudit scan -f markdown lists them"
            lines.append(_command("notice", {"title": "msgaudit"}, text))
        return "".join(f"{line}\n" for line in lines)


def _worst(findings: Iterable[Finding]) -> Iterator[Finding]:
    counts = Counter(notice=1)  # the last one
    for finding in findings:
        kind = KINDS[finding.severity]
        if counts[kind] < MOST:
            counts[kind] += 1
            yield finding


def _annotation(finding: Finding) -> str:
    properties = {"title": f"{finding.rule} {finding.name}"}
    where = finding.location
    if where:
        properties = {
            "file": relative(where.path),
            "line": str(where.line),
            "col": str(where.column),
        } | properties
    subject = "" if where else f"{visible(finding.resource.id)}: "
    text = f"{subject}{statement(finding)}\nFix: msgaudit explain {finding.rule}"
    return _command(KINDS[finding.severity], properties, text)


def _rest(report: Report, findings: int) -> str:
    others = {
        "more finding": findings,
        "undetermined result": len(report.undetermined),
        "gap": len(report.gaps),
    }
    return ", ".join(counted(number, noun) for noun, number in others.items() if number)


def _command(kind: str, properties: dict[str, str], text: str) -> str:
    given = ",".join(
        f"{name}={inert(visible(value)).translate(_PROPERTY)}" for name, value in properties.items()
    )
    lines = "\n".join(inert(clipped(visible(line), LONGEST)) for line in text.split("\n"))
    return f"::{kind} {given}::{lines.translate(_DATA)}"


REPORTER = GithubReporter()
