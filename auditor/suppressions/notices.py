"""Findings about suppressions: rules judge them like resources."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from auditor.engine import Held, finding_of
from auditor.findings import Finding, Outcome
from auditor.graph import Graph
from auditor.index import Index
from auditor.inventory import Unit
from auditor.resources.suppressions import SuppressionEntry
from auditor.rules import Rule
from auditor.suppressions.model import Suppression, selects

_NO_GRAPH = Graph(Index(()), (), {}, {})


def notices(
    fates: Iterable[tuple[Suppression, bool]],
    rules: Sequence[Rule[Any]],
    loaded: Sequence[Rule[Any]],
    today: str,
    path: str,
) -> list[Finding]:
    """What the rules that ran say of suppressions, each given with whether it matched."""
    judging = [rule for rule in rules if SuppressionEntry in rule.applies_to]
    if not judging:
        return []
    ran = {rule.id for rule in rules}
    unit = Unit(path, ())
    return [
        finding_of(Held(rule, match, Outcome.VIOLATION), unit, [])
        for item, matched in fates
        for entry in (_entry(item, matched, ran, loaded, today),)
        for rule in judging
        for match in rule.run(entry, _NO_GRAPH)
    ]


def _entry(
    item: Suppression, matched: bool, ran: set[str], loaded: Sequence[Rule[Any]], today: str
) -> SuppressionEntry:
    meant = [rule for rule in loaded if selects(item.rule, rule.id, rule.name, rule.category)]
    problems = item.problems
    if not meant and not problems:
        problems = (_unknown(item.rule, loaded),)
    elif meant and not any(item.may_be_about(rule.category) for rule in meant):
        problems = (f"tags suppress no rules about {meant[0].category}, see tag-suppressions",)
    return SuppressionEntry(
        item.label,
        item.location,
        rule=item.rule,
        reason=item.reason,
        expires=item.expires or "",
        problems=problems,
        expired=item.expired(today),
        # Only a rule that ran could have found what the suppression is for.
        unmatched=not matched and not problems and _all_ran(meant, ran),
    )


def _all_ran(meant: Sequence[Rule[Any]], ran: set[str]) -> bool:
    wanted = {rule.id for rule in meant if not rule.pedantic or rule.id in ran}
    return bool(wanted) and wanted <= ran


def _unknown(selector: str, loaded: Sequence[Rule[Any]]) -> str:
    from auditor.errors import UsageError
    from auditor.selection import meaning

    try:
        meaning(selector, loaded)
    except UsageError as error:
        return f"{error} ({error.hint})"
    return f"no rule is called {selector!r}"
