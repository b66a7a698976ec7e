"""Which of the loaded rules run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from auditor.errors import UsageError
from auditor.rules import Rule


def select(
    rules: Sequence[Rule[Any]],
    selected: Sequence[str] = (),
    ignored: Sequence[str] = (),
    pedantic: bool = False,
) -> tuple[Rule[Any], ...]:
    """The rules to run; no selector means all of them, and ignoring wins.

    A selector is an id (`SQS030`), the beginning of one (`SQS`), a name (`queue-without-dlq`) or a
    category (`cost`). Pedantic rules run if `pedantic`, or if selected by their id or name.
    Raises `UsageError` for a selector that means no rule, and if no rule is left.
    """
    for selector in (*selected, *ignored):
        meaning(selector, rules)
    chosen = tuple(
        rule
        for rule in rules
        if (not selected or any(_means(selector, rule) for selector in selected))
        and not any(_means(selector, rule) for selector in ignored)
        and (pedantic or not rule.pedantic or any(_names(item, rule) for item in selected))
    )
    if not chosen:
        raise UsageError("no rule is left to run", "Relax --select or --ignore, or add --pedantic.")
    return chosen


def meaning(selector: str, rules: Sequence[Rule[Any]]) -> list[Rule[Any]]:
    """The rules that a selector means; raises `UsageError` where it means none."""
    found = [rule for rule in rules if _means(selector, rule)]
    if not found:
        raise _unknown(selector, rules)
    return found


def _names(selector: str, rule: Rule[Any]) -> bool:
    return selector.upper() == rule.id or selector.lower() == rule.name


def _means(selector: str, rule: Rule[Any]) -> bool:
    if not selector:
        return False
    return (
        rule.id.startswith(selector.upper())
        or _names(selector, rule)
        or selector.lower() == rule.category.value
    )


def _unknown(selector: str, rules: Sequence[Rule[Any]]) -> UsageError:
    from difflib import get_close_matches

    words = dict.fromkeys(
        word
        for rule in rules
        for word in (rule.id, rule.id.rstrip("0123456789"), rule.name, rule.category.value)
    )
    spelling = {word.lower(): word for word in words}
    close = [spelling[word] for word in get_close_matches(selector.lower(), spelling)]
    hint = f"Did you mean {' or '.join(close)}?" if close else "`msgaudit rules` lists the rules."
    return UsageError(f"no rule has the id, name or category {selector!r}", hint)
