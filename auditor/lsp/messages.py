"""Findings as the messages of the protocol."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from typing import Any

from lsprotocol import types
from pygls.workspace import ServerTextPosition, ServerTextRange, TextDocument

from auditor.findings import Finding, Gap, Location, Severity
from auditor.prose import prose
from auditor.rules import Rule

_SEVERITIES = {
    Severity.CRITICAL: types.DiagnosticSeverity.Error,
    Severity.HIGH: types.DiagnosticSeverity.Error,
    Severity.MEDIUM: types.DiagnosticSeverity.Warning,
    Severity.LOW: types.DiagnosticSeverity.Information,
    Severity.INFO: types.DiagnosticSeverity.Hint,
}


class Page:
    """A document in the units of its client; asking the document itself splits it every time."""

    def __init__(self, document: TextDocument) -> None:
        self.uri = document.uri
        self.lines = document.lines
        self._codec = document.position_codec

    def range(self, start: tuple[int, int], end: tuple[int, int]) -> types.Range:
        """The range between two pairs of 0-based line and character."""
        where = ServerTextRange(ServerTextPosition(*start), ServerTextPosition(*end))
        return self._codec.range_to_client_units(self.lines, where)


def diagnostic(finding: Finding, page: Page) -> types.Diagnostic:
    """A finding beside the text; `data` has its fingerprint."""
    related = [
        types.DiagnosticRelatedInformation(
            types.Location(page.uri, place(item.location, page)),
            f"{item.id}: {item.message}",
        )
        for item in finding.related
        if item.location and finding.location and item.location.path == finding.location.path
    ]
    condition = f" (when {finding.when})" if finding.when else ""
    return types.Diagnostic(
        range=place(finding.location, page),
        message=f"{finding.message}{condition}",
        severity=_SEVERITIES[finding.severity],
        code=finding.rule,
        source="msgaudit",
        related_information=related or None,
        data=finding.fingerprint,
    )


def unread(gap: Gap, page: Page) -> types.Diagnostic:
    """A gap, so that a file that could not be read does not look clean."""
    where = place(gap.location, page)
    return types.Diagnostic(where, gap.reason, types.DiagnosticSeverity.Warning, source="msgaudit")


def place(location: Location | None, page: Page) -> types.Range:
    """A location in the units of the client; the first character for none."""
    if location is None:
        return types.Range(types.Position(0, 0), types.Position(0, 0))
    start = (location.line - 1, location.column - 1)
    return page.range(start, (location.end_line - 1, location.end_column - 1))


def explained(rule: Rule[Any]) -> str:
    """The documentation of a rule as Markdown."""
    text = prose(rule)
    fixes = (f"```yaml\n{part.text}\n```" if part.yaml else part.text for part in text.fix)
    head = f"**{rule.id} {rule.name}** ({rule.severity}, {rule.category})"
    parts = (head, text.problem, *text.why, text.accept, "How to fix it:", *fixes)
    return "\n\n".join(part for part in parts if part)


def edits(after: str, page: Page) -> Iterator[types.TextEdit]:
    """The lines to replace, so that the editor keeps its cursor and its marks."""
    old, new = page.lines, after.splitlines(keepends=True)
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    for tag, start, end, first, last in matcher.get_opcodes():
        if tag != "equal":
            where = page.range(_start(old, start), _start(old, end))
            yield types.TextEdit(where, "".join(new[first:last]))


def _start(lines: Sequence[str], number: int) -> tuple[int, int]:
    """The start of a line, or the end of a text whose last line is not ended."""
    if number == len(lines) and lines and not lines[-1].endswith(("\n", "\r")):
        return number - 1, len(lines[-1])
    return number, 0
