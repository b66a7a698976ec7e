"""Which findings are known, which are new, and what was solved."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from pathlib import Path
from typing import TypeVar

from msgspec import Struct
from msgspec.structs import replace

from auditor.arns import Arn
from auditor.baseline.entries import Entry, entry_of, identity, is_worse, likeness
from auditor.findings import Finding
from auditor.report import Report

K = TypeVar("K", bound=Hashable)


class Comparison(Struct, frozen=True):
    """The findings with the known ones marked, and what became of the entries.

    `matched` are the entries of known findings as they would be written now, `worse` those of
    findings that have become more severe, as they are and as they would be written, `resolved`
    those whose finding is gone, `unseen` those that this run did not look at. `new` are entries for
    findings that have none.
    """

    findings: tuple[Finding, ...]
    new: tuple[Entry, ...]
    matched: tuple[Entry, ...]
    worse: tuple[tuple[Entry, Entry], ...]
    resolved: tuple[Entry, ...]
    unseen: tuple[Entry, ...]


def compare(report: Report, entries: Sequence[Entry], root: Path) -> Comparison:
    """Compare a report with known findings: each entry stands for one finding, and no more.

    A finding is known by its fingerprint, or, when the resource of the entry is not in its place
    any more, by its rule, logical id and property: it was moved. One that is more severe than what
    was accepted is new again. `root` is the folder that the
    paths of entries are relative to.
    """
    fresh = {number: entry_of(item) for number, item in enumerate(report.findings)}
    missing = {path for path in {entry.path for entry in entries} if not (root / path).exists()}
    pairs, rest = _paired(fresh, entries, identity)
    moved = [entry for entry in rest if _is_gone(entry, report, missing)]
    others = {number: entry for number, entry in fresh.items() if number not in pairs}
    more, _ = _paired(others, moved, likeness)
    pairs |= more
    left = _without(rest, more.values())
    ran = {rule.id for rule in report.rules}
    resolved = [entry for entry in left if entry.rule in ran and _was_read(entry, report, missing)]
    worse = {number for number, entry in pairs.items() if is_worse(fresh[number], entry)}
    accepted = {number for number, item in enumerate(report.findings) if item.suppression}
    now = {
        number: replace(fresh[number], first_seen=entry.first_seen, reason=entry.reason)
        for number, entry in pairs.items()
        if number not in accepted
    }
    return Comparison(
        tuple(
            replace(item, baselined=True) if number in pairs.keys() - worse else item
            for number, item in enumerate(report.findings)
        ),
        tuple(fresh[number] for number in fresh.keys() - pairs.keys() - accepted),
        tuple(entry for number, entry in now.items() if number not in worse),
        tuple((pairs[number], entry) for number, entry in now.items() if number in worse),
        tuple(resolved),
        tuple(_without(left, resolved)),
    )


def _paired(
    fresh: dict[int, Entry], entries: Iterable[Entry], key: Callable[[Entry], K]
) -> tuple[dict[int, Entry], list[Entry]]:
    """Findings by number with the entry of the same key, each used once; and unused entries."""
    waiting: dict[K, list[Entry]] = defaultdict(list)
    for entry in entries:
        waiting[key(entry)].append(entry)
    pairs = {
        number: waiting[key(entry)].pop(0)
        for number, entry in fresh.items()
        if waiting.get(key(entry))
    }
    return pairs, [entry for unused in waiting.values() for entry in unused]


def _without(entries: Iterable[Entry], taken: Iterable[Entry]) -> list[Entry]:
    gone = set(map(id, taken))  # equal entries are several findings
    return [entry for entry in entries if id(entry) not in gone]


def _is_gone(entry: Entry, report: Report, missing: set[str]) -> bool:
    """Whether its resource is not in its template any more; that of an account cannot move."""
    if entry.path in report.sources and entry.path:
        return (entry.path, entry.resource) not in report.subjects
    return bool(entry.path) and entry.path in missing


def _was_read(entry: Entry, report: Report, missing: set[str]) -> bool:
    """Whether its template or account was read, or its template is not there any more."""
    if entry.path:
        return entry.path in report.sources or entry.path in missing
    details, arn = report.source.details, Arn.parse(entry.resource)
    return (
        arn is not None
        and not report.gaps  # what could not be read may still have it
        and arn.account in ("", *details.get("accounts", ()))
        and arn.region in ("", *details.get("regions", ()))
    )
