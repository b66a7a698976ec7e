"""Patterns of paths: which of the templates a scan leaves out."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable

from auditor.config.model import Configuration

_PARTS = re.compile(r"\*\*/|\*\*|\*|\?")
_MEANING = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}


class Chosen:
    """Tells of a path whether `include` and `exclude` let it through.

    Patterns are relative to the configuration's folder; what lies outside is not their business.
    """

    def __init__(self, settings: Configuration) -> None:
        self._folder = os.path.realpath(settings.folder)
        self._include = expression(settings.get("include", ("**",)))
        self._exclude = expression(settings.get("exclude", ()))

    def __call__(self, path: str) -> bool:
        """Whether a file is to be audited."""
        if not os.path.isfile(path):  # standard input, or a pipe
            return True
        inside = os.path.relpath(os.path.realpath(path), self._folder).replace(os.sep, "/")
        if inside.startswith("../"):
            return True
        return bool(self._include.fullmatch(inside)) and not self._exclude.fullmatch(inside)


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
