"""A rule finds nothing new where less is known of its fixtures.

That is what AWS Config tells of them, or all but the resources of one type.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from msgspec.structs import replace

from auditor.collectors.aggregator.kinds import Kind, partly
from auditor.collectors.aggregator.types import COLLECTED, KINDS, UNREAD
from auditor.collectors.template.collect import TemplateCollector
from auditor.engine import judge
from auditor.findings import Outcome
from auditor.inventory import Reading, Unit
from auditor.loading import load_rules
from auditor.resources import RawResource

FIXTURES = Path(__file__).parents[1] / "fixtures"
CHAPTERS = sorted(path.name for path in FIXTURES.iterdir())
RULES = {rule.name: rule for rule in load_rules()}
KNOWN: dict[str, Kind] = {kind.types[0]: kind for kind in KINDS.values()}
# Documents that an item has where the resource has them.
DOCUMENTS = (
    "Definition", "DefinitionString", "EnableKeyRotation", "EventPattern", "KeyPolicy",
    "NotificationConfiguration", "Policies", "PolicyDocument", "Tags",
)  # fmt: skip


def less(reading: Reading) -> Reading:
    """What an aggregator would tell: neither all types nor all of their properties."""
    told = tuple(recorded(raw) for raw in reading.resources if raw.type in COLLECTED)
    return replace(reading, resources=told, unread={**reading.unread, **UNREAD})


def recorded(raw: RawResource) -> RawResource:
    kind = KNOWN.get(raw.type)
    if kind is None:
        return raw
    kept = {*kind.recorded, *kind.documents, *DOCUMENTS}
    known = {name: value for name, value in raw.properties.items() if name in kept}
    return replace(raw, properties=partly(known, kind.recorded))


def denied(reading: Reading, type_: str) -> Reading:
    """What a missing permission leaves: nothing of one type."""
    told = tuple(raw for raw in reading.resources if raw.type != type_)
    return replace(reading, resources=told, unread={**reading.unread, type_: "access denied"})


def violations(unit: Unit, name: str) -> set[tuple[str, str]]:
    found = judge(unit, [RULES[name]]).findings
    return {(it.resource.id, it.property) for it in found if it.outcome is Outcome.VIOLATION}


@cache
def judged(chapter: str) -> list[tuple[Path, Unit, set[tuple[str, str]]]]:
    """Each unit among the fixtures of a chapter, with the violations of the rule it is for."""
    return [
        (path, unit, violations(unit, path.parent.name))
        for path in sorted((FIXTURES / chapter).glob("*/*.yaml"))
        if path.parent.name in RULES
        for unit in TemplateCollector([str(path)]).collect()
    ]


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_nothing_new_is_found(chapter: str) -> None:
    wrong = []
    for path, unit, known in judged(chapter):
        partial = replace(unit, readings=tuple(map(less, unit.readings)))
        if violations(partial, path.parent.name) - known:
            wrong.append(path.relative_to(FIXTURES))
    assert wrong == []


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_nothing_new_is_found_without_one_type(chapter: str) -> None:
    wrong = []
    for path, unit, known in judged(chapter):
        for type_ in sorted({raw.type for it in unit.readings for raw in it.resources}):
            partial = replace(unit, readings=tuple(denied(it, type_) for it in unit.readings))
            if violations(partial, path.parent.name) - known:
                wrong.append((path.relative_to(FIXTURES), type_))
    assert wrong == []
