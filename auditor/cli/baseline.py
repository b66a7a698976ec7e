"""`msgaudit baseline`: what is known today does not count tomorrow."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

from msgspec.structs import replace

from auditor.audit import NEVER, Gate
from auditor.baseline import Comparison, Entry, compare, entries_of, read, text
from auditor.cli import complain
from auditor.cli.options import Choices
from auditor.cli.output import to_file
from auditor.cli.scan import audited, why_nothing
from auditor.errors import ExitStatus
from auditor.project import root
from auditor.report import Report

DEFAULT = ".msgaudit-baseline.json"


def create(choices: Choices) -> int:
    """Write all findings of today, whatever the file held before."""
    report = audited(choices)
    return _written(choices, report, entries_of(report.findings, _today()), "")


def update(choices: Choices) -> int:
    """Add new findings and drop resolved ones; the others keep date and reason."""
    report, result = _compared(choices)
    new = [replace(entry, first_seen=_today()) for entry in result.new]
    worse = [entry for _, entry in result.worse]
    said = f", {len(new) + len(worse)} new, {len(result.resolved)} resolved"
    return _written(choices, report, [*result.matched, *result.unseen, *worse, *new], said)


def prune(choices: Choices) -> int:
    """Drop resolved findings and add none."""
    report, result = _compared(choices)
    said = f", {len(result.resolved)} resolved"
    worse = [entry for entry, _ in result.worse]
    return _written(choices, report, [*result.matched, *result.unseen, *worse], said)


def _compared(choices: Choices) -> tuple[Report, Comparison]:
    entries = read(_file(choices))
    report = audited(choices)
    return report, compare(report, entries, root() or Path.cwd())


def _written(choices: Choices, report: Report, entries: Iterable[Entry], said: str) -> int:
    status = Gate(NEVER, allow_gaps=choices.allow_gaps).status(report)
    if status is ExitStatus.NOTHING_AUDITED:
        return complain("nothing was audited", why_nothing(report, choices), status)
    kept = list(entries)
    to_file(_file(choices), text(kept))
    print(f"{_file(choices)}: {len(kept)} known{said}", file=sys.stderr)
    if status is ExitStatus.GAPS:
        hint = "msgaudit scan says what; --allow-gaps accepts it."
        return complain("something could not be read", hint, status)
    return status


def _file(choices: Choices) -> str:
    return choices.baseline or DEFAULT


def _today() -> str:
    from reports.clock import now

    return now().date().isoformat()
