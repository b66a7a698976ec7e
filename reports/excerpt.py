"""The offending source line, and what in it is meant."""

from __future__ import annotations

from auditor.findings import Location
from reports.safe import visible
from reports.wrap import columns

CONTEXT = 12
NARROWEST = 20


def around(location: Location, width: int) -> tuple[str, str, str]:
    """The line before, inside and after the location, cut to `width` columns around it.

    Indentation is left out, and each part is made visible.
    """
    before, inside, after = _parts(location)
    width = max(width, NARROWEST)
    if columns(before + inside + after) > width and columns(before) > CONTEXT:
        before = f"...{before[-CONTEXT:]}"
    room = width - columns(before)
    inside = _cut(inside, room)
    return before, inside, _cut(after, room - columns(inside))


def marked(location: Location, width: int) -> tuple[str, str]:
    """The line, cut to `width` columns around the location, and the marker to print under it."""
    before, inside, after = around(location, width)
    marker = " " * columns(before) + "^" * max(columns(inside), 1)
    return before + inside + after, marker


def _parts(location: Location) -> tuple[str, str, str]:
    line = location.excerpt.replace("\t", " ").rstrip()
    start = min(location.column - 1, len(line))
    end = location.end_column - 1 if location.end_line == location.line else len(line)
    end = max(min(end, len(line)), start)
    indentation = min(len(line) - len(line.lstrip()), start)
    return visible(line[indentation:start]), visible(line[start:end]), visible(line[end:])


def _cut(text: str, room: int) -> str:
    if columns(text) <= room:
        return text
    return text[: max(room - 3, 0)] + "..."[: max(room, 0)]
