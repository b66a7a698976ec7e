"""Matching of actions and resources: `*` and `?`, in actions without regard to case."""

from __future__ import annotations

import re
from functools import lru_cache

_ALL_OF = re.compile(r"(?:(?P<service>[a-z0-9-]+)|\*+):\*+|\*+")


@lru_cache(maxsize=4096)
def _compiled(pattern: str) -> re.Pattern[str]:
    """Each part between stars is looked for once: hostile patterns must not take for ever."""
    first, *others = (
        "".join("." if char == "?" else re.escape(char) for char in part)
        for part in pattern.split("*")
    )
    middle = "".join(f"(?>.*?{part})" for part in others[:-1])
    last = f".*{others[-1]}" if others else ""
    return re.compile(first + middle + last, re.DOTALL)


def matches(pattern: str, value: str) -> bool:
    """Whether a pattern with `*` (any text) and `?` (any character) covers the whole value."""
    head, star, tail = pattern.partition("*")
    if "?" not in pattern and "*" not in tail:  # nearly all patterns: not worth compiling
        if not star:
            return head == value
        fits = len(head) + len(tail) <= len(value)
        return fits and value.startswith(head) and value.endswith(tail)
    return _compiled(pattern).fullmatch(value) is not None


def action_matches(pattern: str, action: str) -> bool:
    """Whether `sqs:Send*` covers `sqs:SendMessage`; case does not count."""
    return matches(pattern.lower(), action.lower())


def wildcard_service(pattern: str) -> str | None:
    """The service all of whose actions a pattern allows; `*` for all services, else `None`.

    `sqs:*` gives `sqs`, `*` and `*:*` give `*`, `sqs:Send*` gives `None`.
    """
    found = _ALL_OF.fullmatch(pattern.lower())
    return (found["service"] or "*") if found else None
