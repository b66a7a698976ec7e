"""Fixes templates in rounds, and keeps only what a second look approves of."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from msgspec import Struct, field

from auditor.findings import Finding, Outcome
from auditor.fixing.attempt import Attempt
from auditor.fixing.editor import CannotFixError
from auditor.fixing.fixes import FIXES
from auditor.report import Report

# What the templates give with some files' contents, by their real paths, changed.
Audit = Callable[[Mapping[str, bytes]], Report]
Wanted = Callable[[Finding], bool]


class Refusal(Struct, frozen=True):
    """A finding that has a fix, which could not be used."""

    finding: Finding
    reason: str


class Fixed(Struct):
    """What was done. `texts` are the new contents, by the real paths of the files.

    `after` is the report on them. `brought` are pedantic findings on the resources that fixes
    declare: opinions are no reason against a fix.
    """

    before: Report
    after: Report
    texts: dict[str, bytes] = field(default_factory=dict)
    applied: list[Finding] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    added: set[str] = field(default_factory=set)

    @property
    def brought(self) -> list[Finding]:
        """Findings on resources that fixes declare."""
        return [item for item in self.after.violations if item.resource.id in self.added]


def fix(
    audit: Audit,
    wanted: Wanted = lambda _: True,
    unsaved: Mapping[str, bytes] | None = None,
    told: tuple[str, ...] = (),
) -> Fixed:
    """Apply every fix that removes its finding and brings none.

    `wanted` says of a finding whether to fix it; all rules of the audit may object.
    `unsaved` has contents that count instead of files', by their real paths, `told` whom alarms
    tell where no alarm of the template says so.

    A round changes as many resources as there are, and is judged once. Where the audit objects,
    halves of it are tried, down to the fix that is to blame.
    """
    report = audit(unsaved or {})
    done = Fixed(report, report, dict(unsaved or {}))
    tried = set[str]()
    while findings := _round(done, wanted, tried):
        tried |= {finding.fingerprint for finding in findings}
        _settle([finding.fingerprint for finding in findings], done, audit, told)
    return done


def _round(done: Fixed, wanted: Wanted, tried: set[str]) -> list[Finding]:
    """Findings that can be fixed together: the first one of each resource."""
    found: dict[str, Finding] = {}
    for finding in done.after.violations:
        if (
            finding.rule in FIXES
            and wanted(finding)
            and finding.fingerprint not in tried
            and finding.resource.id not in done.added
        ):
            found.setdefault(f"{finding.source}\0{finding.resource.id}", finding)
    return list(found.values())


def _settle(fingerprints: Sequence[str], done: Fixed, audit: Audit, told: tuple[str, ...]) -> None:
    """Apply the fixes of some findings, all at once or in parts."""
    present = {item.fingerprint: item for item in done.after.violations}
    attempt = Attempt(done.texts, told)
    for finding in (present[name] for name in fingerprints if name in present):
        try:
            attempt.make(finding)
        except CannotFixError as error:
            done.refused.append(Refusal(finding, str(error)))
    made = attempt.made
    if not made:
        return
    texts = attempt.texts
    after = audit(texts)
    objection = _objection(made, done.after, after, attempt.added)
    if objection is None:
        done.texts, done.after = texts, after
        done.applied += made
        done.added |= attempt.added
    elif len(made) == 1:
        done.refused.append(Refusal(made[0], objection))
    else:
        names = [finding.fingerprint for finding in made]
        for part in (names[: len(names) // 2], names[len(names) // 2 :]):
            _settle(part, done, audit, told)


def _objection(
    made: Sequence[Finding], before: Report, after: Report, added: set[str]
) -> str | None:
    """Why fixes do not work or do harm, if so."""
    if len(after.gaps) > len(before.gaps):
        return "the fixed template could not be read completely"
    if not {item.fingerprint for item in made}.isdisjoint(
        item.fingerprint for item in after.findings
    ):
        return "it would not remove the finding"
    known = {item.fingerprint for item in before.findings}
    opinions = {rule.id for rule in after.rules if rule.pedantic}
    for item in after.findings:
        tolerated = item.resource.id in added and item.rule in opinions
        if item.fingerprint not in known and not tolerated:
            verb = "leave undetermined" if item.outcome is Outcome.UNDETERMINED else "bring"
            return f"it would {verb} {item.rule} {item.name} on {item.resource.id}"
    return None
