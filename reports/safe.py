"""Hostile text made harmless: templates and accounts write what reports show."""

from __future__ import annotations

import json
import re

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


def json_text(value: object) -> str:
    """Indented JSON in readable Unicode, except characters that deceive or break a reader."""
    text = json.dumps(value, indent=2, ensure_ascii=False)
    # Such a character can only stand inside a string, where the escape means the same.
    return _UNSAFE_IN_JSON.sub(lambda found: f"\\u{ord(found.group()):04x}", text) + "\n"
