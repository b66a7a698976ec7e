"""The file of a baseline: JSON with a line for each entry, so that changes merge well."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from msgspec.structs import asdict, fields

from auditor.baseline.entries import Entry, identity
from auditor.errors import UsageError
from auditor.findings import Severity

VERSION = 1
_FIELDS = {field.name for field in fields(Entry)}
_OPTIONAL = ("severity", "first_seen", "reason")
_REQUIRED = _FIELDS.difference(_OPTIONAL)


def read(path: str) -> list[Entry]:
    """The entries of a file; raises `UsageError` when it is missing or not a baseline."""
    try:
        content = json.loads(Path(path).read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        hint = "`msgaudit baseline create` writes one."
        raise UsageError(f"baseline {path} does not exist", hint) from None
    except OSError as error:
        raise UsageError(f"baseline {path}: {error.strerror}") from None
    except (ValueError, RecursionError) as error:
        hint = (
            "After a merge conflict keep the lines of both sides, then `msgaudit baseline update`."
        )
        raise UsageError(f"baseline {path} is not JSON: {error}", hint) from None
    if not isinstance(content, dict) or content.get("version") != VERSION:
        found = content.get("version") if isinstance(content, dict) else None
        hint = f"This msgaudit reads version {VERSION}: update it, or create the baseline anew."
        raise UsageError(f"baseline {path} has the version {found!r}", hint)
    items = content.get("findings")
    if not isinstance(items, list) or not all(map(_is_entry, items)):
        raise UsageError(
            f"baseline {path} has another form", "`msgaudit baseline create` writes it anew."
        )
    return [Entry(**item) for item in items]


def _is_entry(item: Any) -> bool:
    return (
        isinstance(item, dict)
        and _REQUIRED <= item.keys() <= _FIELDS
        and all(isinstance(value, str) for value in item.values())
        and item.get("severity", "") in ("", *Severity)
    )


def text(entries: Iterable[Entry]) -> str:
    """The content of a file; the same entries give the same bytes."""

    def key(entry: Entry) -> tuple[str, ...]:
        return (entry.path, entry.resource, entry.rule, entry.property, *identity(entry))

    lines = (json.dumps(_filled(entry)) for entry in sorted(entries, key=key))
    body = ",\n".join(f"    {line}" for line in lines)
    findings = f"[\n{body}\n  ]" if body else "[]"
    return f'{{\n  "version": {VERSION},\n  "findings": {findings}\n}}\n'


def _filled(entry: Entry) -> dict[str, str]:
    return {name: value for name, value in asdict(entry).items() if value or name not in _OPTIONAL}
