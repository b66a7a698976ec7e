"""Audits the text of an editor; knows nothing of the protocol."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Protocol

from msgspec import Struct

from auditor.collectors.template.documents import Document, UnreadableError, child, parse
from auditor.collectors.template.files import STANDARD_INPUT, Files
from auditor.findings import Finding, Gap
from auditor.fixing.editor import CannotFixError, Editor
from auditor.fixing.fixer import fix
from auditor.fixing.fixes import FIXES
from auditor.fixing.repair import Repair
from auditor.report import Report

REASON = "say why this is fine"


class Auditor(Protocol):
    """Audits texts by the real paths of their files, as a configuration says.

    `problem` says why that is not valid, if so; `told` whom alarms tell that a fix adds.
    """

    problem: str

    @property
    def told(self) -> tuple[str, ...]:
        """Whom alarms tell that a fix adds."""

    def __call__(self, texts: Mapping[str, bytes], /) -> Report:
        """The report on the texts."""


class Text(Struct, frozen=True, dict=True):
    """One version of a file in an editor; `path` is empty for a text that was never saved."""

    path: str
    source: str
    audit: Auditor

    @property
    def findings(self) -> list[Finding]:
        """The violations in this very file."""
        found = self._report.violations
        shown = Files().shown(self._key)
        return [item for item in found if item.location and item.location.path == shown]

    @property
    def gaps(self) -> list[Gap]:
        """What could not be read, such as a text that is no YAML at this moment."""
        return [gap for gap in self._report.gaps if gap.location is not None]

    def fixed(self, finding: Finding) -> str | None:
        """The text without a finding, `None` when it has no fix or that would do harm."""
        if finding.rule not in FIXES or not self._saved:
            return None
        wanted = finding.fingerprint
        now = {self._key: self.source.encode()}
        done = fix(self.audit, lambda item: item.fingerprint == wanted, now, self.audit.told)
        return done.texts[self._key].decode() if done.applied else None

    def suppressed(self, finding: Finding) -> str | None:
        """The text with a suppression of a finding, `None` where there is no place for one."""
        try:
            repair = Repair(Editor(self._document), finding)
            entry = {"id": finding.rule, "reason": REASON}
            present = child(child(child(repair.resource, "Metadata"), "msgaudit"), "ignore")
            if present is None:
                repair.editor.set(repair.resource, ("Metadata", "msgaudit", "ignore"), [entry])
            else:
                repair.editor.append(present, entry)
        except (CannotFixError, UnreadableError):
            return None
        return repair.editor.text

    @cached_property
    def _report(self) -> Report:
        return self.audit({self._key: self.source.encode()})

    @property
    def _document(self) -> Document:
        return parse(self._key, self.source.encode())

    @property
    def _saved(self) -> bool:
        return Path(self.path).is_file()

    @property
    def _key(self) -> str:
        return os.path.realpath(self.path) if self._saved else STANDARD_INPUT
