"""The suppressions of the configuration."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from auditor.config.model import Configuration
from auditor.config.patterns import Patterns
from auditor.findings import Location
from auditor.project import root
from auditor.suppressions.model import Selection, Suppression


def central(settings: Configuration) -> Iterator[Suppression]:
    """One suppression for each rule of each entry."""
    for number, entry in enumerate(settings.get("suppressions", ())):
        for rule in _list(entry, "rule"):
            yield Suppression(
                rule,
                _selection(entry, settings.patterns_folder),
                _label(entry),
                _location(settings, number),
                entry.get("reason", ""),
                entry.get("expires"),
                entry.get("property", ""),
                source=_from(root() or Path.cwd(), settings),
            )


def _selection(entry: Mapping[str, Any], folder: str) -> Selection:
    return Selection(
        _list(entry, "resource"),
        Patterns(_list(entry, "path"), folder) if "path" in entry else None,
        _list(entry, "account"),
        _list(entry, "region"),
        entry.get("tags", {}),
    )


def _label(entry: Mapping[str, Any]) -> str:
    """What tells the entry from others, wherever it stands."""
    parts = [*_list(entry, "resource"), *_list(entry, "path"), *_list(entry, "account"),
             *_list(entry, "region")]  # fmt: skip
    parts += [f"{key}={value}" for key, value in entry.get("tags", {}).items()]
    return " ".join(parts) or "every resource"


def _location(settings: Configuration, number: int) -> Location | None:
    if settings.file is None:
        return None
    line = settings.file.line(("suppressions", number)) or 1
    return Location(_from(Path.cwd(), settings), line, 1, line, 2)


def _from(folder: Path, settings: Configuration) -> str:
    """The path of the file, seen from a folder."""
    path = settings.file.path if settings.file else ""
    return os.path.relpath(path, folder).replace(os.sep, "/") if path else ""


def _list(entry: Mapping[str, Any], key: str) -> tuple[str, ...]:
    value = entry.get(key, ())
    return (value,) if isinstance(value, str) else tuple(value)
