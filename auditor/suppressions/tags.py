"""Suppressions by tags: `msgaudit:ignore` holds ids, separated by spaces.

Tag values of many services allow no comma:
https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from auditor.inventory import Unit
from auditor.suppressions.model import Selection, Suppression, Tags
from auditor.tags import tags_of

IGNORE = "msgaudit:ignore"
REASON = "msgaudit:ignore-reason"


def tags_by_id(unit: Unit) -> dict[str, Tags]:
    """The tags of each resource that has some, by its id."""
    return {
        raw.id: tags
        for reading in unit.readings for raw in reading.resources
        if (tags := tags_of(raw))
    }  # fmt: skip


def by_tags(tags: Mapping[str, Tags], categories: frozenset[str]) -> Iterator[Suppression]:
    """The suppressions that live resources carry, by their ids."""
    for id_, carried in tags.items():
        # What was read with a resource has its tags, but is no resource of its own.
        for rule in () if "#" in id_ else carried.get(IGNORE, "").split():
            yield Suppression(
                rule, Selection((id_, f"{id_}#*")), id_, None, carried.get(REASON, ""),
                categories=categories,
            )  # fmt: skip
