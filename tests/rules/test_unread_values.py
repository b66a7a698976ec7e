"""A value that could not be read makes no rule pass, and none complain.

In the fixtures of each rule, one property value after the other becomes unknown.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from msgspec.structs import replace

from auditor.engine import judge
from auditor.inventory import Unit
from auditor.resources.base import RawResource
from auditor.values import Block, Listing, PropertyPath, Unknown, dotted
from tests.rules.test_fixtures import FIXTURES, RULES, fixtures, units
from tests.rules.test_unread_ends import is_said, violations

ALL = fixtures("")
UNREAD = Unknown("it could not be read")
# Where nothing is in doubt: the rule, and the names on the way to the value.
SURE: dict[tuple[str, str], str] = {}


@pytest.mark.parametrize("name", sorted(path.name for path in FIXTURES.glob("*/*")))
def test_no_rule_is_sure_of_what_is_unread(name: str) -> None:
    rule = RULES[name]
    wrong = []
    for fixture in (path for path in ALL if path.parent.name == name):
        for unit in units(fixture):
            blamed = violations(judge(unit, [rule]))
            for raw, path, changed in unread(unit):
                if (name, names(path)) in SURE:
                    continue
                verdict = judge(changed, [rule])
                if not violations(verdict) <= blamed:
                    wrong.append(f"{fixture.name}: complains without {raw.id} {dotted(path)}")
                elif not (blamed <= violations(verdict) or is_said(verdict, rule)):
                    wrong.append(f"{fixture.name}: passes without {raw.id} {dotted(path)}")
    assert wrong == []


def names(path: PropertyPath) -> str:
    """The path without positions."""
    return ".".join(part for part in path if isinstance(part, str))


def unread(unit: Unit) -> Iterator[tuple[RawResource, PropertyPath, Unit]]:
    """The unit with each value unknown in turn, and where that value stands."""
    for position, reading in enumerate(unit.readings):
        for place, raw in enumerate(reading.resources):
            for path in paths(raw.properties):
                resources = list(reading.resources)
                resources[place] = replace(raw, properties=without(raw.properties, path))
                readings = list(unit.readings)
                readings[position] = replace(reading, resources=tuple(resources))
                yield raw, path, replace(unit, readings=tuple(readings))


def paths(value: object, path: PropertyPath = ()) -> Iterator[PropertyPath]:
    """The paths of all values in another one; metrics are always read."""
    inner: Any = ()
    if isinstance(value, dict):
        inner = [(name, item) for name, item in value.items() if not name.startswith("$")]
    elif isinstance(value, list):
        inner = enumerate(value)
    for name, item in inner:
        yield (*path, name)
        yield from paths(item, (*path, name))


def without(value: Any, path: PropertyPath) -> Any:
    """A copy of a value in which another one is unknown."""
    if not path:
        return UNREAD
    first, *rest = path
    if isinstance(value, dict):
        copy: Any = Block(value, getattr(value, "origin", None), getattr(value, "unread", None))
    else:
        copy = Listing(value, getattr(value, "origin", None))
    copy[first] = without(value[first], tuple(rest))
    return copy
