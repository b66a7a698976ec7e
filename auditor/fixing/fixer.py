"""Fixes templates finding by finding, and keeps only what a second look approves of."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from auditor.collectors.template.documents import UnreadableError, parse
from auditor.findings import Finding, Outcome
from auditor.fixing.editor import CannotFixError
from auditor.fixing.fixes import FIXES
from auditor.fixing.repair import Repair
from auditor.report import Report

# What the templates give with some files' contents, by their real paths, changed.
Audit = Callable[[Mapping[str, bytes]], Report]
Wanted = Callable[[Finding], bool]


@dataclass(frozen=True, slots=True)
class Refusal:
    """A finding that has a fix, which could not be used."""

    finding: Finding
    reason: str


@dataclass(slots=True)
class Fixed:
    """What was done. `texts` are the new contents, by the real paths of the files.

    `brought` are findings on the resources that fixes declare: what only a person can decide.
    """

    before: Report
    texts: dict[str, bytes] = field(default_factory=dict)
    applied: list[Finding] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    brought: list[Finding] = field(default_factory=list)


def fix(
    audit: Audit, wanted: Wanted = lambda _: True, unsaved: Mapping[str, bytes] | None = None
) -> Fixed:
    """Apply every fix that removes its finding and brings none to what was there before.

    `wanted` says of a finding whether to fix it; all rules of the audit may object.
    `unsaved` has contents that count instead of files', by their real paths.
    """
    report = audit(unsaved or {})
    done = Fixed(report, dict(unsaved or {}))
    tried, added = set[str](), set[str]()
    while (finding := _next(report, wanted, tried, added)) is not None:
        tried.add(finding.fingerprint)
        try:
            texts, names = _attempt(finding, done.texts)
            after = audit(texts)
            _approve(finding, report, after, names)
        except CannotFixError as error:
            done.refused.append(Refusal(finding, str(error)))
            continue
        done.texts, report = texts, after
        done.applied.append(finding)
        added |= names
    done.brought = [item for item in report.violations if item.resource.id in added]
    return done


def _next(report: Report, wanted: Wanted, tried: set[str], added: set[str]) -> Finding | None:
    fixable = (
        finding
        for finding in report.violations
        if finding.rule in FIXES
        and wanted(finding)
        and finding.fingerprint not in tried
        and finding.resource.id not in added
    )
    return next(fixable, None)


def _attempt(finding: Finding, texts: Mapping[str, bytes]) -> tuple[dict[str, bytes], set[str]]:
    if finding.location is None or not Path(finding.location.path).is_file():
        raise CannotFixError("it is not declared in a file")
    path = os.path.realpath(finding.location.path)
    before = texts[path] if path in texts else Path(path).read_bytes()
    try:
        repair = Repair(parse(finding.location.path, before), finding)
    except UnreadableError as error:
        raise CannotFixError(error.gap.reason) from None
    FIXES[finding.rule](repair)
    mark = b"\xef\xbb\xbf" if before.startswith(b"\xef\xbb\xbf") else b""
    prefix = finding.resource.id.rpartition("/")
    names = {f"{prefix[0]}{prefix[1]}{name}" for name in repair.added}
    return {**texts, path: mark + repair.editor.text.encode()}, names


def _approve(finding: Finding, before: Report, after: Report, added: set[str]) -> None:
    """Raises `CannotFixError` for a fix that does not work, or does harm."""
    known = {item.fingerprint for item in before.findings}
    if len(after.gaps) > len(before.gaps):
        raise CannotFixError("the fixed template could not be read completely")
    if any(item.fingerprint == finding.fingerprint for item in after.findings):
        raise CannotFixError("it would not remove the finding")
    for item in after.findings:
        if item.fingerprint not in known and item.resource.id not in added:
            verb = "leave undetermined" if item.outcome is Outcome.UNDETERMINED else "bring"
            raise CannotFixError(f"it would {verb} {item.rule} on {item.resource.id}")
