"""Patterns of paths: which of the templates a scan leaves out."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path

from auditor.config.model import Configuration

_PARTS = re.compile(r"\*\*/|\*\*|\*|\?")
_MEANING = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}


class Patterns:
    """Patterns of paths, relative to a folder; what lies outside of it matches none."""

    def __init__(self, patterns: Iterable[str], folder: str) -> None:
        self._expression = expression(patterns)
        self._folder = os.path.realpath(folder)

    def __call__(self, path: str) -> bool:
        """Whether a path matches any of the patterns."""
        inside = self.inside(path)
        return inside is not None and bool(self._expression.fullmatch(inside))

    def inside(self, path: str) -> str | None:
        """The path from the folder, with `/`; `None` outside."""
        relative = os.path.relpath(os.path.realpath(path), self._folder).replace(os.sep, "/")
        return None if relative.startswith("../") else relative


class Chosen:
    """Tells of a path whether `include` and `exclude` let it through.

    What lies outside of the configuration's folder is not their business.
    """

    def __init__(self, settings: Configuration) -> None:
        self._include = Patterns(settings.get("include", ("**",)), settings.patterns_folder)
        self._exclude = Patterns(settings.get("exclude", ()), settings.patterns_folder)

    def __call__(self, path: str) -> bool:
        """Whether a file is to be audited."""
        if not Path(path).is_file() or self._include.inside(path) is None:
            return True  # also standard input, or a pipe
        return self._include(path) and not self._exclude(path)


def expression(patterns: Iterable[str]) -> re.Pattern[str]:
    """What matches any of the patterns: `**` stands for any folders, `*` for a part of a name.

    A pattern that names a folder matches all that lies in it; no pattern matches nothing.
    """
    sources = [f"{_source(pattern)}(?:/.*)?" for pattern in patterns]
    return re.compile("|".join(sources) or "(?!)", re.DOTALL)


def _source(pattern: str) -> str:
    trimmed = pattern.removeprefix("./").rstrip("/")
    parts, end = [], 0
    for match in _PARTS.finditer(trimmed):
        parts += [re.escape(trimmed[end : match.start()]), _MEANING[match[0]]]
        end = match.end()
    return "".join([*parts, re.escape(trimmed[end:])])
