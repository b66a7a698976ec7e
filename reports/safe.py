"""Hostile text made harmless: templates and accounts write what reports show."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import msgspec

_UNSAFE_IN_JSON = re.compile(
    "[\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]"
    r"|#(?=#\[|#vso\[)"  # see `_RUNNER_COMMAND`
)

# Runners take a line that starts with `::`, and `##[` and `##vso[` anywhere, for commands:
# https://docs.github.com/actions/reference/workflow-commands-for-github-actions
# https://learn.microsoft.com/azure/devops/pipelines/scripts/logging-commands
_RUNNER_COMMAND = re.compile(r"(?m)^[ ]*(?=::)|##(?=\[|vso\[)")


def visible(text: str) -> str:
    r"""The text on one line, with what does not print shown as an escape (`\x1b`, `\u202e`).

    That covers control characters, terminal sequences, bidirectional overrides, invisible
    characters and lone surrogates.
    """
    if text.isprintable():
        return text
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode()
        for character in text
    )


def clipped(text: str, limit: int) -> str:
    """The text, or its beginning and how much is missing where it is longer than `limit`."""
    if len(text) <= limit:
        return text
    return f"{text[:limit]}... ({len(text) - limit} more characters)"


def inert(text: str) -> str:
    """The text with a backslash in whatever a CI runner that logs it would take for a command."""
    return _RUNNER_COMMAND.sub(r"\g<0>\\", text)


def json_text(value: object, levels: int) -> str:
    """JSON in readable Unicode, except characters that deceive or break a reader.

    The outer `levels` of lists and mappings are indented, what is inside them takes one line: a
    finding, say. Lines can be searched and compared, and are written many times faster.
    """
    return "".join(json_pieces(value, levels))


def json_pieces(value: object, levels: int) -> Iterator[str]:
    """The same text piece by piece; lists may be iterators, which are used up."""
    for piece in _lines(value, levels, "\n"):
        if piece.isascii() and "\x7f" not in piece and "##" not in piece:
            yield piece  # as nearly all: a search for what only others have takes longer
        else:
            # Such a character can only stand inside a string, where the escape means the same.
            yield _UNSAFE_IN_JSON.sub(lambda found: f"\\u{ord(found.group()):04x}", piece)
    yield "\n"


def _encode(value: object) -> str:
    try:
        encoded = msgspec.json.encode(value)
    except UnicodeEncodeError:  # half of a surrogate pair
        return json.dumps(value, ensure_ascii=False)
    return msgspec.json.format(encoded, indent=0).decode()


def _lines(value: object, levels: int, line_break: str) -> Iterator[str]:
    if not levels or not value or not isinstance(value, dict | list | Iterator):
        yield _encode(value)
        return
    inner, separator = line_break + "  ", ""
    if isinstance(value, dict):
        for name, item in value.items():
            yield f"{separator or '{'}{inner}{_encode(name)}: "
            yield from _lines(item, levels - 1, inner)
            separator = ","
        yield f"{line_break}}}"
        return
    for item in value:
        yield f"{separator or '['}{inner}"
        yield from _lines(item, levels - 1, inner)
        separator = ","
    yield f"{line_break}]" if separator else "[]"
