"""Findings as the messages of the protocol."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
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


def diagnostic(finding: Finding, document: TextDocument) -> types.Diagnostic:
    """A finding beside the text; `data` has its fingerprint."""
    related = [
        types.DiagnosticRelatedInformation(
            types.Location(document.uri, place(item.location, document)),
            f"{item.id}: {item.message}",
        )
        for item in finding.related
        if item.location and finding.location and item.location.path == finding.location.path
    ]
    condition = f" (when {finding.when})" if finding.when else ""
    return types.Diagnostic(
        range=place(finding.location, document),
        message=f"{finding.message}{condition}",
        severity=_SEVERITIES[finding.severity],
        code=finding.rule,
        source="msgaudit",
        related_information=related or None,
        data=finding.fingerprint,
    )


def unread(gap: Gap, document: TextDocument) -> types.Diagnostic:
    """A gap, so that a file that could not be read does not look clean."""
    where = place(gap.location, document)
    return types.Diagnostic(where, gap.reason, types.DiagnosticSeverity.Warning, source="msgaudit")


def place(location: Location | None, document: TextDocument) -> types.Range:
    """A location in the units of the client; the first character for none."""
    if location is None:
        return types.Range(types.Position(0, 0), types.Position(0, 0))
    start = ServerTextPosition(location.line - 1, location.column - 1)
    end = ServerTextPosition(location.end_line - 1, location.end_column - 1)
    return document.range_to_client_units(ServerTextRange(start, end))


def explained(rule: Rule[Any]) -> str:
    """The documentation of a rule as Markdown."""
    text = prose(rule)
    fixes = (f"```yaml\n{part.text}\n```" if part.yaml else part.text for part in text.fix)
    head = f"**{rule.id} {rule.name}** ({rule.severity}, {rule.category})"
    parts = (head, text.problem, *text.why, text.accept, "How to fix it:", *fixes)
    return "\n\n".join(part for part in parts if part)


def edits(after: str, document: TextDocument) -> Iterator[types.TextEdit]:
    """The lines to replace, so that the editor keeps its cursor and its marks."""
    old, new = document.source.splitlines(keepends=True), after.splitlines(keepends=True)
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    for tag, start, end, first, last in matcher.get_opcodes():
        if tag != "equal":
            lines = ServerTextRange(_start(old, start), _start(old, end))
            yield types.TextEdit(document.range_to_client_units(lines), "".join(new[first:last]))


def _start(lines: list[str], number: int) -> ServerTextPosition:
    """The start of a line, or the end of a text whose last line is not ended."""
    if number == len(lines) and lines and not lines[-1].endswith(("\n", "\r")):
        return ServerTextPosition(number - 1, len(lines[-1]))
    return ServerTextPosition(number, 0)
