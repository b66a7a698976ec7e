"""What a YAML parser complains about, in words that a user can act on."""

from __future__ import annotations

from yaml import MarkedYAMLError
from yaml.error import Mark
from yaml.reader import ReaderError


def problem_of(error: Exception) -> str:
    """What is wrong with a text, on one line, without its place or the parser's name for it."""
    if isinstance(error, MarkedYAMLError):
        return str(error.problem or error.context or "syntax error")
    if isinstance(error, ReaderError):
        return f"{error.reason} ({error.character:#x} at position {error.position})"
    return " ".join(str(error).split())


def mark_of(error: Exception) -> Mark | None:
    """Where it is wrong, if that is known."""
    if not isinstance(error, MarkedYAMLError):
        return None
    return error.problem_mark or error.context_mark
