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
    """The unit with each value unknown in turn, and where that value stands.

    `*` stands for further keys of a mapping, which may exist unread.
    """
    for position, reading in enumerate(unit.readings):
        for place, raw in enumerate(reading.resources):
            for path, properties in variants(raw.properties):
                resources = list(reading.resources)
                resources[place] = replace(raw, properties=properties)
                readings = list(unit.readings)
                readings[position] = replace(reading, resources=tuple(resources))
                yield raw, path, replace(unit, readings=tuple(readings))


def variants(properties: Any) -> Iterator[tuple[PropertyPath, Any]]:
    for path, value in ((), properties), *values(properties):
        if path:
            yield path, changed(properties, path, UNREAD)
        if isinstance(value, dict):
            more = Block(value, getattr(value, "origin", None), UNREAD)
            yield (*path, "*"), changed(properties, path, more)


def values(value: object, path: PropertyPath = ()) -> Iterator[tuple[PropertyPath, object]]:
    """All values in another one, with their paths; metrics are always read."""
    inner: Any = ()
    if isinstance(value, dict):
        inner = [(name, item) for name, item in value.items() if not name.startswith("$")]
    elif isinstance(value, list):
        inner = enumerate(value)
    for name, item in inner:
        yield (*path, name), item
        yield from values(item, (*path, name))


def changed(value: Any, path: PropertyPath, other: object) -> Any:
    """A copy of a value in which what stands at a path is another one."""
    if not path:
        return other
    first, *rest = path
    if isinstance(value, dict):
        copy: Any = Block(value, getattr(value, "origin", None), getattr(value, "unread", None))
    else:
        copy = Listing(value, getattr(value, "origin", None))
    copy[first] = changed(value[first], tuple(rest), other)
    return copy
