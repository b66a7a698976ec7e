"""What a YAML parser complains about, in words that a user can act on."""

from __future__ import annotations

import re

from yaml import MarkedYAMLError
from yaml.error import Mark
from yaml.reader import Reader, ReaderError

# What YAML takes for the end of a line.
BREAK = re.compile("\r\n|[\r\n\x85\u2028\u2029]")


def problem_of(error: Exception) -> str:
    """What is wrong with a text, on one line, without its place or the parser's name for it."""
    if isinstance(error, MarkedYAMLError):
        return str(error.problem or error.context or "syntax error")
    if isinstance(error, ReaderError):
        return f"{error.reason} ({error.character:#x})"
    return " ".join(str(error).split())


def mark_of(error: Exception, text: str) -> Mark | None:
    """Where the text is wrong, if that is known."""
    if isinstance(error, MarkedYAMLError):
        return error.problem_mark or error.context_mark
    found = isinstance(error, ReaderError) and Reader.NON_PRINTABLE.search(text)
    if not found:
        return None
    *lines, last = BREAK.split(text[: found.start()])
    return Mark("", found.start(), len(lines), len(last), None, 0)
