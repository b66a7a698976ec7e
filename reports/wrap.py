"""Lines that fit a terminal."""

from __future__ import annotations

import unicodedata
from textwrap import wrap

NARROWEST = 40


def wrapped(width: int, text: str, first: str = "", rest: str = "") -> list[str]:
    """The text in lines of at most `width` columns; what has no space to break at stays whole.

    Paths and ARNs are copied from reports, so they are never broken.
    """
    return wrap(
        text,
        max(width, NARROWEST),
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    )


def columns(text: str) -> int:
    """How many columns of a terminal the text takes: wide East Asian characters take two."""
    if text.isascii():
        return len(text)
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)
