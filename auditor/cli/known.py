"""`--baseline` and `--diff-base`: findings that were there before do not count."""

from __future__ import annotations

import os
import tempfile
from dataclasses import replace

from auditor.audit import audit
from auditor.baseline import Entry, compare, entries_of, read
from auditor.cli.accepting import acceptance
from auditor.cli.options import Choices
from auditor.cli.progress import Progress
from auditor.cli.scan import templates, tuned_rules
from auditor.errors import UsageError
from auditor.report import Comparison, Report, Source
from auditor.repository import Repository, root_of

_FOR_TEMPLATES = "--diff-base compares the files of a git repository: name templates in it."


def with_known(report: Report, choices: Choices) -> Report:
    """The report with known findings marked; raises `UsageError` for a base that is not there."""
    against, known = [], list[Entry]()
    if choices.baseline:
        known += read(choices.baseline)
        against.append(choices.baseline)
    if choices.diff_base:
        # A finding in both is one finding.
        listed = {entry.fingerprint for entry in known}
        before = entries_of(_before(report, choices, choices.diff_base).findings)
        known += [entry for entry in before if entry.fingerprint not in listed]
        against.append(choices.diff_base)
    result = compare(report, known, root_of(os.getcwd()) or os.getcwd())
    comparison = Comparison(tuple(against), len(result.resolved))
    return replace(report, findings=result.findings, comparison=comparison)


def _before(report: Report, choices: Choices, revision: str) -> Report:
    """The report on the same paths at the base, with today's rules and configuration."""
    root = root_of(os.getcwd())
    if not choices.paths:
        raise UsageError("--diff-base is not for accounts", _FOR_TEMPLATES)
    if root is None:
        raise UsageError("--diff-base: there is no git repository here", _FOR_TEMPLATES)
    repository = Repository(root)
    commit = repository.base(revision)
    with tempfile.TemporaryDirectory(prefix="msgaudit-") as folder:
        tree = os.path.realpath(folder)
        repository.extract(commit, tree)
        paths = _paths(choices, root, tree, repository.renames(commit))
        below = os.path.join(tree, os.path.relpath(choices.config.folder, root))
        settings = replace(choices.config, tree=os.path.normpath(below))
        there = replace(choices, paths=tuple(paths), config=settings)
        accept = acceptance(there, tuned_rules(there))
        collector = templates(there, tree)
        source = Source("template", {"paths": there.paths})
        progress = Progress(f"audited at {revision}")
        try:
            return audit(collector, report.rules, source, progress, choices.jobs, accept)
        finally:
            progress.close()


def _paths(choices: Choices, root: str, tree: str, renames: dict[str, str]) -> list[str]:
    """Where the paths of the choices are in the tree of the base, those that are there."""
    found = []
    for path in choices.paths:
        inside = os.path.relpath(os.path.abspath(path), root)
        if path == "-" or inside.startswith(".."):
            raise UsageError(f"--diff-base: {path} is not in the repository", _FOR_TEMPLATES)
        inside = renames.get(inside.replace(os.sep, "/"), inside)
        before = os.path.normpath(os.path.join(tree, inside))
        if os.path.exists(before):
            found.append(before)
    return found
