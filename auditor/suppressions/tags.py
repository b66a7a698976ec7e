"""Suppressions by tags: `msgaudit:ignore` holds ids, separated by spaces.

Tag values of many services allow no comma:
https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from auditor.inventory import Unit
from auditor.suppressions.model import Selection, Suppression, Tags

IGNORE = "msgaudit:ignore"
REASON = "msgaudit:ignore-reason"


def tags_of(unit: Unit) -> dict[str, Tags]:
    """The tags of each resource that has some, by its id."""
    found: dict[str, Tags] = {}
    for reading in unit.readings:
        for raw in reading.resources:
            if tags := _tags(raw.properties.get("Tags")):
                found[raw.id] = tags
    return found


def by_tags(
    unit: Unit, tags: Mapping[str, Tags], categories: frozenset[str]
) -> Iterator[Suppression]:
    """The suppressions that live resources carry."""
    if unit.path:
        return
    for reading in unit.readings:
        for raw in reading.resources:
            carried = tags.get(raw.id, {})
            for rule in carried.get(IGNORE, "").split():
                yield Suppression(
                    rule,
                    Selection((raw.id,)),
                    raw.id,
                    None,
                    carried.get(REASON, ""),
                    categories=categories,
                )


def _tags(value: object) -> dict[str, str]:
    """Tags are a mapping, or a list of mappings with Key and Value."""
    if isinstance(value, Mapping):
        return {str(key): text for key, text in value.items() if isinstance(text, str)}
    if not isinstance(value, list):
        return {}
    pairs = ((item.get("Key"), item.get("Value")) for item in value if isinstance(item, Mapping))
    return {key: text for key, text in pairs if isinstance(key, str) and isinstance(text, str)}
