"""A summary in Markdown: for GitHub's job summary, and for a comment on a pull request.

It shows the worst of what was found, and stays below what a comment may hold.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditor.findings import Finding, Gap, Location
from auditor.report import Report
from auditor.utilisation import Utilisation
from reports.safe import clipped, inert, visible
from reports.utilisation import measured, numbers, percent, where
from reports.wording import (
    called,
    counted,
    next_step,
    open_questions,
    place,
    shown_id,
    statement,
    stations,
    tally,
    unread,
)

MOST = 25
NEAREST = 10
LONGEST = 500
# A comment holds 65,536 characters; a job summary 1 MiB, which is more.
LIMIT = 60_000


class MarkdownReporter:
    """Counts by severity, the worst findings, then what is not known."""

    def render(self, report: Report) -> str:
        """The report as GitHub Flavored Markdown."""
        sections = [
            ["# msgaudit", "", tally(report, code)],
            _severities(report),
            _section("Worst findings", [_finding(item) for item in report.violations]),
            _section("Undetermined: neither passed nor failed", list(_undetermined(report))),
            _section("Could not be read", [_gap(gap) for gap in report.gaps]),
            list(_utilisation(report.utilisation)),
            [next_step(report)],
        ]
        return inert("\n\n".join("\n".join(lines) for lines in sections if lines)) + "\n"


def _severities(report: Report) -> list[str]:
    if not report.violations:
        return []
    rows = [f"| {severity.value} | {count} |" for severity, count in report.counts().items()]
    return ["| severity | findings |", "| --- | ---: |", *rows]


def _section(title: str, items: list[str]) -> list[str]:
    """The title and as many of the items as fit into a third of the limit."""
    if not items:
        return []
    room, shown = LIMIT // 3, []
    for item in items[:MOST]:
        room -= len(item)
        if room < 0:
            break
        shown.append(item)
    more = len(items) - len(shown)
    return [f"## {title}", "", *shown, *([f"- and {more} more"] if more else [])]


def _finding(finding: Finding) -> str:
    at = _at(finding.location)
    steps = f"\n  way: {code(' -> '.join(stations(finding)))}" if finding.steps else ""
    return (
        f"- **{finding.severity.value}** {finding.rule} {finding.name}: {code(statement(finding))}"
        f"\n  {at}{code(shown_id(finding.resource))}{steps}"
    )


def _undetermined(report: Report) -> Iterator[str]:
    for reason, (rules, resources) in open_questions(report.undetermined).items():
        yield f"- {code(reason)}: {counted(len(resources), 'resource')}, for {', '.join(rules)}"


def _gap(gap: Gap) -> str:
    return f"- {_at(gap.location)}{code(unread(gap))}"


def _utilisation(used: Utilisation) -> Iterator[str]:
    """The resources nearest to a limit, and how many others there are."""
    if not used.rows:
        return
    levels = measured(used)
    others = {
        "with data": len(levels[NEAREST:]) + used.omitted - used.omitted_unknown,
        "without data": len(used.rows) - len(levels) + used.omitted_unknown,
    }
    yield "## Utilisation"
    if levels:
        yield from ("", "| used | resource | nearest limit |", "| ---: | --- | --- |")
    for row in levels[:NEAREST]:
        name = _cell(f"{called(row.subject)} ({where(row)})")
        yield f"| {percent(row)} | {name} | {numbers(row)} |"
    if rest := [f"{counted(number, 'resource')} {how}" for how, number in others.items() if number]:
        yield from ("", f"Not shown: {', '.join(rest)}.")


def _cell(text: str) -> str:
    """Foreign text as code in a table, where a bar would end the cell even so."""
    return code(text.replace("|", "\N{BROKEN BAR}"))


def _at(location: Location | None) -> str:
    return f"{code(place(location))} " if location else ""


def code(text: str) -> str:
    """Foreign text as a code span: no HTML, link, mention or emphasis starts in one."""
    shown = clipped(visible(text), LONGEST).strip()
    longest = max(map(len, re.findall("`+", shown)), default=0)
    fence, space = "`" * (longest + 1), " " if longest else ""
    return f"{fence}{space}{shown}{space}{fence}" if shown else ""


REPORTER = MarkdownReporter()
