"""Several fixes at once: new texts of templates, to be kept or thrown away together."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from auditor.collectors.template.documents import UnreadableError, parse
from auditor.findings import Finding
from auditor.fixing.editor import CannotFixError, Editor
from auditor.fixing.fixes import FIXES
from auditor.fixing.repair import Repair

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class Attempt:
    """Changes for findings on different resources; `made` are those that could be changed.

    `added` are the ids of resources that fixes declare, `told` whom alarms tell where no alarm of
    the template says so.
    """

    def __init__(self, texts: Mapping[str, bytes], told: tuple[str, ...]) -> None:
        self.made: list[Finding] = []
        self.added: set[str] = set()
        self._before = texts
        self._told = told
        self._editors: dict[str, Editor] = {}

    @property
    def texts(self) -> dict[str, bytes]:
        """The contents of all changed files, by their real paths."""
        changed = {path: editor.text.encode() for path, editor in self._editors.items()}
        return {**self._before, **{path: self._mark(path) + text for path, text in changed.items()}}

    def make(self, finding: Finding) -> None:
        """Change the template of a finding; raises `CannotFixError` and changes nothing."""
        editor = self._editor(finding)
        repair = Repair(editor, finding, self._told)
        state = editor.state
        try:
            FIXES[finding.rule](repair)
        except CannotFixError:
            editor.restore(state)
            raise
        prefix = "".join(finding.resource.id.rpartition("/")[:2])
        self.added |= {f"{prefix}{name}" for name in repair.added}
        self.made.append(finding)

    def _editor(self, finding: Finding) -> Editor:
        if finding.location is None or not Path(finding.location.path).is_file():
            raise CannotFixError("it is not declared in a file")
        path = os.path.realpath(finding.location.path)
        if path not in self._editors:
            try:
                document = parse(finding.location.path, self._content(path))
            except UnreadableError as error:
                raise CannotFixError(error.gap.reason) from None
            self._editors[path] = Editor(document)
        return self._editors[path]

    def _content(self, path: str) -> bytes:
        return self._before[path] if path in self._before else Path(path).read_bytes()

    def _mark(self, path: str) -> bytes:
        return _BYTE_ORDER_MARK if self._content(path).startswith(_BYTE_ORDER_MARK) else b""
