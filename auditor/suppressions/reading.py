"""Reads the entries under `Metadata.msgaudit.ignore`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from auditor.findings import Location
from auditor.suppressions.model import Scope, Suppression

IGNORE = "ignore"
_KEYS = ("id", "reason", "expires", "property")
_FORM = "an entry is a rule, or has an id, and perhaps reason, expires and property"


def unknown_keys(value: Any) -> Iterator[str]:
    """What is wrong with the value of `Metadata.msgaudit` around its entries."""
    if not isinstance(value, dict):
        yield "msgaudit is not a mapping with ignore"
        return
    for key in value:
        if key != IGNORE:
            yield _unknown(key, (IGNORE,))


def suppressions(
    entry: Any, scope: Scope, label: str, location: Location | None
) -> Iterator[Suppression]:
    """The suppressions of one entry: one for each rule that it names."""
    if isinstance(entry, str):
        entry = {"id": entry}
    if not isinstance(entry, dict) or not entry.get("id"):
        yield Suppression("", scope, label, location, problems=(_FORM,))
        return
    rules = entry["id"] if isinstance(entry["id"], list) else [entry["id"]]
    problems = tuple(_problems(entry))
    for rule in rules:
        yield Suppression(
            str(rule),
            scope,
            label,
            location,
            _text(entry, "reason"),
            _text(entry, "expires") or None,
            _text(entry, "property"),
            problems,
        )


def _problems(entry: dict[str, Any]) -> Iterator[str]:
    yield from (_unknown(key, _KEYS) for key in entry if key not in _KEYS)
    for key in ("reason", "expires", "property"):
        if not isinstance(entry.get(key, ""), str):
            yield f"{key} is not text"
    expires = _text(entry, "expires")
    if expires and not is_date(expires):
        yield f"expires is {expires!r}, not a date such as 2030-12-31"


def is_date(text: str) -> bool:
    """Whether the text is a date in the one form that can be compared as text."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _text(entry: dict[str, Any], key: str) -> str:
    value = entry.get(key, "")
    return value if isinstance(value, str) else ""


def _unknown(key: str, known: tuple[str, ...]) -> str:
    from difflib import get_close_matches

    close = get_close_matches(key.lower(), known, n=1)
    return f"{key} is not known" + (f", did you mean {close[0]}?" if close else "")
