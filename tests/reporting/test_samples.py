"""The hostile reports are hostile in every field that is not msgaudit's own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import Enum

from msgspec import Struct
from msgspec.structs import fields

from auditor.rules import Rule
from tests.reporting import samples

TEXT = "<hostile>"
OURS = {
    "Report.version", "Source.kind", "Edge.kind", "Finding.rule", "Finding.name",
    "Finding.remediation", "Finding.guide", "Finding.fingerprint",
    "Node.findings", "Level.what", "Level.unit", "Level.course",
}  # fmt: skip


def texts(value: object, place: str) -> Iterator[tuple[str, str]]:
    """Every text in a report, with its class and field."""
    if isinstance(value, str) and not isinstance(value, Enum):
        yield place, value
    elif isinstance(value, Struct) and not isinstance(value, Rule):
        for field in fields(value):
            yield from texts(getattr(value, field.name), f"{type(value).__name__}.{field.name}")
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from texts(item, place)
            yield from texts(key, f"{place} keys")
    elif isinstance(value, tuple | list | frozenset):
        for item in value:
            yield from texts(item, place)


def test_every_field_with_foreign_text_is_hostile_in_some_report() -> None:
    given = (TEXT, f"{TEXT}2", "x")
    reports = (samples.hostile(given), samples.hostile_account(given))
    known, hostile = set[str](), set[str]()
    for report in (samples.typical(), samples.live(), *reports):
        for place, text in texts(report, "Report"):
            known.add(place)
            hostile.update([place] if TEXT in text else [])

    # The keys are ours, those of properties aside; of anchors they are ids again.
    assert known - hostile - OURS == {"Source.details keys", "Report.types keys"}
    assert {"Subject.stack", "Subject.logical_id", "Comparison.against", "Related.id"} <= hostile
