"""A whole run: from a collector's units to a report, and the gate's verdict on it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from msgspec import Struct

from auditor import __version__
from auditor.architecture import Architecture, merged
from auditor.engine import Verdict
from auditor.errors import ExitStatus
from auditor.findings import Severity
from auditor.inventory import Collector
from auditor.parallel import judge_all
from auditor.report import Report, Source, ordered
from auditor.rules import Rule
from auditor.suppressions import Acceptance
from auditor.tasks import Workers

NEVER = "never"


class Gate(Struct, frozen=True):
    """When a run fails. `fail_on` is the mildest severity that does, `never` for none."""

    fail_on: str = Severity.HIGH.value
    strict: bool = False
    allow_gaps: bool = False
    exit_zero: bool = False

    def status(self, report: Report) -> ExitStatus:
        """The exit status, the same for every format."""
        if not report.audited:
            return ExitStatus.NOTHING_AUDITED
        if self.exit_zero:
            return ExitStatus.PASSED
        if self._fails(report):
            return ExitStatus.FINDINGS
        return ExitStatus.GAPS if report.gaps and not self.allow_gaps else ExitStatus.PASSED

    def _fails(self, report: Report) -> bool:
        if self.strict and report.undetermined:
            return True
        if self.fail_on == NEVER:
            return False
        limit = Severity(self.fail_on).rank
        return any(finding.severity.rank <= limit for finding in report.violations)


def audit(
    collector: Collector,
    rules: Sequence[Rule[Any]],
    source: Source,
    progress: Callable[[str], None],
    jobs: int = 1,
    acceptance: Acceptance | None = None,
    draw: bool = False,
    cache: Path | None = None,
    workers: Workers | None = None,
) -> Report:
    """Collect and judge, unit by unit; `progress` is told what was just judged.

    `acceptance` says what may suppress findings; without it nothing does. `draw` asks
    for the architecture, which only some formats show. Templates are judged by `workers`, or
    else in up to `jobs` processes; `cache` is the folder of what these judged before.
    """
    verdict, units = Verdict(), 0
    accounts: dict[str, None] = {}
    regions: dict[str, None] = {}
    times: list[str] = []
    drawn: list[Architecture] = []
    parameters, sources = set[str](), set[str]()
    for judged in judge_all(collector, rules, jobs, acceptance, draw, workers, cache):
        unit = judged.unit
        verdict.add(judged.verdict)
        drawn.append(judged.verdict.architecture)
        units += judged.read
        parameters.update(unit.parameters)
        sources.update([unit.source] if judged.read else [])
        accounts.update(dict.fromkeys(unit.accounts))
        regions.update(dict.fromkeys(unit.regions))
        times += [unit.as_of] if unit.as_of else []
        progress(unit.path)
    if acceptance:
        sources |= acceptance.conclude(verdict, rules)
    return Report(
        version=__version__,
        source=_named(source, tuple(accounts), tuple(regions), tuple(times)),
        rules=tuple(rules),
        findings=ordered(verdict.findings),
        gaps=tuple(dict.fromkeys(verdict.gaps)),
        resources=verdict.resources,
        edges=verdict.edges,
        units=units,
        parameters=frozenset(parameters),
        sources=frozenset(sources),
        subjects=frozenset(verdict.subjects),
        types=dict(verdict.types),
        architecture=merged(drawn),
        utilisation=verdict.utilisation,
    )


def _named(
    source: Source, accounts: tuple[str, ...], regions: tuple[str, ...], times: tuple[str, ...]
) -> Source:
    """The source with the accounts, regions and times that only the collector knows."""
    if source.kind == "template":
        return source
    known = {"accounts": accounts, "regions": regions, **({"as_of": times} if times else {})}
    return Source(source.kind, {**source.details, **known})
