"""The result of a run: the one value that reporters render."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any, Protocol

from msgspec import Struct, field

from auditor.architecture import NOTHING_DRAWN, Architecture
from auditor.findings import Finding, Gap, Location, Outcome, Severity
from auditor.rules import Rule
from auditor.utilisation import NOTHING_MEASURED, Utilisation


class Source(Struct, frozen=True):
    """What was audited: `template`, `live` or `snapshot`; its paths, or accounts and regions."""

    kind: str
    details: Mapping[str, tuple[str, ...]]


class Comparison(Struct, frozen=True):
    """What the findings were compared with, and how many of its findings are gone.

    The baselined findings of the report are the known ones; all that counts is new.
    """

    against: tuple[str, ...]
    resolved: int


class Report(Struct, frozen=True):
    """Everything a reporter may show. `findings` come worst first, in a stable order.

    `parameters` are the names that the templates declare, `sources` the paths of root templates
    that were read, `subjects` the resources, each with its source. `types` counts
    what was judged by its type. `command` is what was typed, without secrets. `architecture` is
    empty unless the run was asked to draw. `anchors` are places for resources that no file
    declares, by id: for formats that can show nothing without one. `utilisation` is empty unless
    metrics were read.
    """

    version: str
    source: Source
    rules: tuple[Rule[Any], ...]
    findings: tuple[Finding, ...]
    gaps: tuple[Gap, ...]
    resources: int
    edges: int
    units: int = 1
    parameters: frozenset[str] = frozenset()
    sources: frozenset[str] = frozenset()
    subjects: frozenset[tuple[str, str]] = frozenset()
    comparison: Comparison | None = None
    types: Mapping[str, int] = field(default_factory=dict)
    command: str = ""
    architecture: Architecture = NOTHING_DRAWN
    anchors: Mapping[str, Location] = field(default_factory=dict)
    utilisation: Utilisation = NOTHING_MEASURED

    @property
    def audited(self) -> bool:
        """Whether anything was: `units` counts the stacks or accounts that were read."""
        return self.units > 0 and (
            self.resources > 0 or not self.gaps or self.source.kind == "template"
        )

    @property
    def violations(self) -> list[Finding]:
        """Findings that count: neither undetermined, nor suppressed, nor baselined."""
        return [item for item in self._open if item.outcome is Outcome.VIOLATION]

    @property
    def undetermined(self) -> list[Finding]:
        """What the rules could not tell, and nobody accepted."""
        return [item for item in self._open if item.outcome is Outcome.UNDETERMINED]

    @property
    def suppressed(self) -> list[Finding]:
        """What a person accepted, with a reason."""
        return [item for item in self.findings if item.suppression is not None]

    @property
    def baselined(self) -> list[Finding]:
        """What the baseline knows, and nobody suppressed."""
        return [item for item in self.findings if item.baselined and item.suppression is None]

    @property
    def _open(self) -> list[Finding]:
        return [item for item in self.findings if item.suppression is None and not item.baselined]

    def counts(self) -> dict[Severity, int]:
        """Violations by severity, each severity present, worst first."""
        counted = Counter(finding.severity for finding in self.violations)
        return {severity: counted[severity] for severity in Severity}


class Reporter(Protocol):
    """Turns a report into the text of one format."""

    def render(self, report: Report) -> str:
        """The report in the format, ready to be written as UTF-8."""
        ...


def ordered(findings: list[Finding]) -> tuple[Finding, ...]:
    """Worst first, then by place: the same input gives the same order."""

    def key(finding: Finding) -> tuple[object, ...]:
        place = finding.location
        where = (place.path, place.line, place.column) if place else ("", 0, 0)
        doubtful = finding.outcome is Outcome.UNDETERMINED
        return (doubtful, finding.severity.rank, *where, finding.resource.id, finding.rule,
                finding.property, finding.fingerprint)  # fmt: skip

    return tuple(sorted(findings, key=key))
