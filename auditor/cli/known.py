"""`--baseline` and `--diff-base`: findings that were there before do not count."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from msgspec.structs import replace

from auditor.audit import audit
from auditor.baseline import Entry, compare, entries_of, read, wider
from auditor.cli.accepting import acceptance
from auditor.cli.executors import for_templates
from auditor.cli.options import Choices
from auditor.cli.progress import Progress
from auditor.cli.scan import linted, templates, tuned_rules
from auditor.errors import UsageError
from auditor.project import root
from auditor.report import Comparison, Report, Source
from auditor.repository import Repository
from auditor.selection import select

_FOR_TEMPLATES = "--diff-base compares the files of a git repository: name templates in it."


class Known(NamedTuple):
    """Findings of before, and the names of what they come from."""

    entries: Sequence[Entry]
    against: tuple[str, ...]


def known_before(choices: Choices) -> Known:
    """What does not count; raises `UsageError` for a base that is not there."""
    against, known = [], list[Entry]()
    if choices.baseline:
        known += read(choices.baseline)
        against.append(choices.baseline)
    if choices.diff_base:
        # A finding in both is one finding.
        listed = {entry.fingerprint for entry in known}
        before = entries_of(_before(choices, choices.diff_base).findings)
        same = {entry.fingerprint: entry for entry in before}
        known = [wider(entry, same.get(entry.fingerprint, entry)) for entry in known]
        known += [entry for entry in before if entry.fingerprint not in listed]
        against.append(choices.diff_base)
    return Known(known, tuple(against))


def with_known(report: Report, known: Known) -> Report:
    """The report with known findings marked."""
    result = compare(report, known.entries, root() or Path.cwd())
    comparison = Comparison(known.against, len(result.resolved))
    return replace(report, findings=result.findings, comparison=comparison)


def _before(choices: Choices, revision: str) -> Report:
    """The report on the same paths at the base, with today's rules and configuration."""
    top = root()
    if not choices.paths:
        raise UsageError("--diff-base is not for accounts", _FOR_TEMPLATES)
    if top is None:
        raise UsageError("--diff-base: there is no git repository here", _FOR_TEMPLATES)
    repository = Repository(top)
    commit = repository.base(revision)
    with tempfile.TemporaryDirectory(prefix="msgaudit-") as folder:
        tree = Path(folder).resolve()
        repository.extract(commit, tree)
        inside = _inside(choices, top, repository.renames(commit))
        paths = tuple(str(path) for name in inside if (path := tree / name).exists())
        below = tree / os.path.relpath(choices.config.folder, top)
        there = replace(choices, paths=paths, config=replace(choices.config, tree=str(below)))
        loaded = tuned_rules(there)
        rules = select(loaded, choices.select, choices.ignore, choices.pedantic)
        accept = acceptance(there, loaded)
        source = Source("template", {"paths": paths})
        progress = Progress(f"audited at {revision}")
        try:
            collector = templates(there, tree)
            with for_templates(choices) as workers:
                before = audit(
                    collector, rules, source, progress, choices.jobs, accept, workers=workers
                )
            return linted(before, collector) if choices.with_cfn_lint else before
        finally:
            progress.close()


def _inside(choices: Choices, top: Path, renames: dict[str, str]) -> Iterator[str]:
    """The paths of the choices from the root of the repository, as they were called then."""
    for path in choices.paths:
        inside = os.path.relpath(path, top).replace(os.sep, "/")
        if path == "-" or inside.startswith("../"):
            raise UsageError(f"--diff-base: {path} is not in the repository", _FOR_TEMPLATES)
        yield renames.get(inside, inside)
