"""A rule finds nothing new where less is known: not what AWS Config tells of the fixtures."""

from __future__ import annotations

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


def violations(unit: Unit, name: str) -> set[tuple[str, str]]:
    found = judge(unit, [RULES[name]]).findings
    return {(it.resource.id, it.property) for it in found if it.outcome is Outcome.VIOLATION}


@pytest.mark.parametrize("chapter", sorted(path.name for path in FIXTURES.iterdir()))
def test_nothing_new_is_found(chapter: str) -> None:
    wrong = []
    for path in sorted((FIXTURES / chapter).glob("*/*.yaml")):
        name = path.parent.name
        for unit in TemplateCollector([str(path)]).collect() if name in RULES else ():
            partial = replace(unit, readings=tuple(map(less, unit.readings)))
            if violations(partial, name) - violations(unit, name):
                wrong.append(path.relative_to(FIXTURES))
    assert wrong == []
