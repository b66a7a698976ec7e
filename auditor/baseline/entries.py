"""A finding as a baseline remembers it."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from auditor.findings import Finding, Severity


class Entry(Struct, frozen=True):
    """A known finding. `path` is its root template, seen from the root of the repository.

    `severity` is how bad it was when it was accepted, empty where nobody noted it; `first_seen` is
    a date; `reason` is what a person may write beside it.
    """

    fingerprint: str
    outcome: str
    rule: str
    path: str
    resource: str
    property: str
    severity: str = ""
    first_seen: str = ""
    reason: str = ""


def identity(entry: Entry) -> tuple[str, str]:
    """What a finding has in common with its entry, wherever it stands in its file."""
    return entry.fingerprint, entry.outcome


def likeness(entry: Entry) -> tuple[str, str, str, str]:
    """What a finding keeps when its resource moves to another file or nested stack."""
    return entry.rule, entry.outcome, entry.resource.rpartition("/")[2], entry.property


def is_worse(now: Entry, accepted: Entry) -> bool:
    """Whether a finding has become more severe than what was accepted."""
    return bool(accepted.severity) and (
        Severity(now.severity).rank < Severity(accepted.severity).rank
    )


def wider(one: Entry, other: Entry) -> Entry:
    """Of two entries for the same finding, the one that accepts more."""
    return other if is_worse(other, one) else one


def entry_of(finding: Finding, first_seen: str = "") -> Entry:
    """The entry of a finding."""
    return Entry(
        finding.fingerprint,
        finding.outcome.value,
        finding.rule,
        finding.source,
        finding.resource.id,
        finding.property,
        finding.severity.value,
        first_seen,
    )


def entries_of(findings: Iterable[Finding], first_seen: str = "") -> list[Entry]:
    """The entries of findings; suppressed ones need none."""
    return [entry_of(item, first_seen) for item in findings if item.suppression is None]
