"""The report for terminals and logs: worst last, where the eye is when the run ends."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct

from auditor.findings import Finding, Gap, Location, Severity
from auditor.report import Report
from auditor.utilisation import Utilisation
from reports.costs import cost_table
from reports.excerpt import marked
from reports.safe import clipped, inert, visible
from reports.utilisation import (
    TITLE,
    bar,
    detail,
    left_out,
    measured,
    percent,
    silent,
    where,
)
from reports.wording import (
    called,
    cost,
    counted,
    listed,
    money,
    near,
    next_step,
    open_questions,
    origin,
    place,
    shown_id,
    stations,
    tally,
)
from reports.wrap import columns, wrapped

LONGEST = 600
REASONS_SHOWN = 20
NAMES_SHOWN = 5
ARROW = " -> "
_RESET = "\x1b[0m"
_BOLD = "\x1b[1m"
_DIM = "\x1b[2m"
_COLORS = {
    Severity.CRITICAL: "\x1b[1;31m",
    Severity.HIGH: "\x1b[31m",
    Severity.MEDIUM: "\x1b[33m",
    Severity.LOW: "\x1b[36m",
    Severity.INFO: "\x1b[34m",
}


class TextReporter(Struct, frozen=True):
    """Findings by file, or by account and region. `width` is the terminal's, in columns."""

    color: bool = False
    width: int = 80

    def render(self, report: Report) -> str:
        """The report as lines; ANSI sequences only where `color` says so."""
        sections = [
            list(self._undetermined(report.undetermined)),
            list(self._gaps(report.gaps)),
            *(list(self._group(title, items)) for title, items in _groups(report.violations)),
            list(self._savings(report)),
            list(self._utilisation(report.utilisation)),
            [*wrapped(self.width, tally(report)), *wrapped(self.width, next_step(report))],
        ]
        return inert("\n\n".join("\n".join(lines) for lines in sections if lines)) + "\n"

    def _group(self, title: str, findings: Iterable[Finding]) -> Iterator[str]:
        yield self._paint(_BOLD, title)
        for finding in findings:
            yield ""
            yield from self._finding(finding)

    def _finding(self, finding: Finding) -> Iterator[str]:
        severity = self._paint(_COLORS[finding.severity], finding.severity.value)
        yield f"  {severity} {self._paint(_BOLD, finding.rule)} {finding.name}"
        yield from self._field("", finding.message)
        yield from self._field("at: ", _where(finding))
        if finding.location:
            yield from self._excerpt(finding.location)
        for fact in finding.evidence:
            yield from self._field("evidence: ", fact)
        if finding.estimate:
            yield from self._field("cost: ", cost(finding.estimate))
        if finding.when:
            yield from self._field("when: ", finding.when)
        if finding.steps:
            yield from self._field("way: ", self._way(finding))
        for item in finding.related:
            at = f" ({place(item.location)})" if item.location else ""
            yield from self._field("related: ", f"{near(finding, item.id)}: {item.message}{at}")
        yield from self._field("guide: ", finding.guide)
        yield from self._field("fix: ", f"msgaudit explain {finding.rule}")

    def _way(self, finding: Finding) -> str:
        """The end of the way, as much as fits on a line; a round only makes sense as a whole."""
        passed = [visible(name) for name in stations(finding)]
        whole = ARROW.join(passed)
        if finding.steps[0].id == finding.steps[-1].id:
            return whole
        while len(passed) > 2 and columns(whole) > self.width - len("    way: "):
            passed = passed[1:]
            whole = ARROW.join(["...", *passed])
        return whole

    def _field(self, label: str, text: str) -> list[str]:
        return wrapped(self.width, clipped(visible(text), LONGEST), f"    {label}", "      ")

    def _excerpt(self, location: Location) -> Iterator[str]:
        if not location.excerpt.strip():
            return
        gutter = f"    {location.line} | "
        source, marker = marked(location, self.width - len(gutter))
        yield self._paint(_DIM, gutter) + source
        yield self._paint(_DIM, f"{'| ':>{len(gutter)}}") + marker

    def _undetermined(self, findings: list[Finding]) -> Iterator[str]:
        if not findings:
            return
        yield self._paint(_BOLD, f"Undetermined: {counted(len(findings), 'result')}")
        questions = open_questions(findings)
        for reason, (rules, resources) in list(questions.items())[:REASONS_SHOWN]:
            yield from wrapped(self.width, clipped(visible(reason), LONGEST // 2), "  ", "    ")
            yield from self._field("for: ", listed(resources, NAMES_SHOWN))
            yield from self._field("rules: ", ", ".join(rules))
        if (more := len(questions) - REASONS_SHOWN) > 0:
            yield f"  and {counted(more, 'other reason')}; -f json has them all"

    def _savings(self, report: Report) -> Iterator[str]:
        if rows := cost_table(report):
            yield self._paint(_BOLD, "Top savings a month, as estimates that may overlap")
        for row in rows:
            bar = "\N{FULL BLOCK}" * max(1, row.share // 10)
            name = row.finding.resource.name or shown_id(row.finding.resource)
            saving = money(row.estimate.saving or 0, row.estimate.currency)
            line = f"{saving} {bar} {row.finding.rule} {clipped(visible(name), 80)}"
            yield from wrapped(self.width, line, "  ", "    ")

    def _utilisation(self, used: Utilisation) -> Iterator[str]:
        if used.rows:
            yield self._paint(_BOLD, TITLE)
        for row in measured(used):
            name = clipped(visible(f"{called(row.subject)} ({where(row)})"), LONGEST // 4)
            line = f"{percent(row):>5} {bar(row)} {name}: {visible(detail(row))}"
            yield from wrapped(self.width, clipped(line, LONGEST), "  ", "    ")
        for reason, names in silent(used).items():
            line = f"no data ({clipped(visible(reason), LONGEST // 4)}): "
            line += visible(listed(names, REASONS_SHOWN))
            yield from wrapped(self.width, clipped(line, LONGEST), "  ", "    ")
        if more := left_out(used):
            yield f"  {more}"

    def _gaps(self, gaps: tuple[Gap, ...]) -> Iterator[str]:
        if not gaps:
            return
        yield self._paint(_BOLD, f"Could not be read: {counted(len(gaps), 'gap')}")
        for gap in gaps:
            at = f" ({place(gap.location)})" if gap.location else ""
            missing = f"; missing permission {gap.permission}" if gap.permission else ""
            text = clipped(visible(f"{gap.what}{at}: {gap.reason}{missing}"), LONGEST)
            yield from wrapped(self.width, text, "  ", "    ")

    def _paint(self, style: str, text: str) -> str:
        return f"{style}{text}{_RESET}" if self.color else text


def _groups(findings: list[Finding]) -> list[tuple[str, list[Finding]]]:
    groups: dict[str, list[Finding]] = {}
    for finding in sorted(findings, key=lambda item: -item.severity.rank):
        groups.setdefault(origin(finding), []).append(finding)
    return sorted(groups.items(), key=lambda group: -group[1][-1].severity.rank)


def _where(finding: Finding) -> str:
    subject = f"{shown_id(finding.resource)} ({finding.resource.type})"
    return f"{place(finding.location)} {subject}" if finding.location else subject


REPORTER = TextReporter()
