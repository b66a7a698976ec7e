"""What AWS Config records where: its own recorders are resources that it records.

An aggregator has nothing of a type either because there is nothing or because nobody records it. Of
these only a recorder that records the type, and data that came through, tell the first.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import Struct, field

from auditor.collectors.aggregator.items import Item
from auditor.collectors.aggregator.types import IAM_TYPES

RECORDER = "AWS::Config::ConfigurationRecorder"
# An account and a region of it.
Place = tuple[str, str]
SUCCEEDED = "SUCCEEDED"


class Recorder(Struct, frozen=True):
    """What a recorder records: `only` these types, or all `but` some; nothing unless it is `on`."""

    on: bool
    only: frozenset[str] | None
    but: frozenset[str]

    def records(self, type_: str) -> bool:
        """Whether the type is recorded, as far as the region can."""
        return type_ not in self.but and (self.only is None or type_ in self.only)


def recorder(configuration: Mapping[str, Any]) -> Recorder:
    """A recorder; all supported types leave out those of IAM unless they are asked for.

    API RecordingGroup. Raises `LookupError` or `TypeError` for what is no recorder.
    """
    group = configuration["RecordingGroup"]
    strategy = (group.get("RecordingStrategy") or {}).get("UseOnly")
    but = frozenset((group.get("ExclusionByResourceTypes") or {}).get("ResourceTypes") or ())
    only = None
    if strategy == "ALL_SUPPORTED_RESOURCE_TYPES" or (not strategy and group.get("AllSupported")):
        but = frozenset() if group.get("IncludeGlobalResourceTypes") else frozenset(IAM_TYPES)
    elif strategy != "EXCLUSION_BY_RESOURCE_TYPES":
        only = frozenset(group.get("ResourceTypes") or ())
    return Recorder(configuration["Recording"] is True, only, but)


class Coverage(Struct, frozen=True):
    """What an aggregator can know.

    `recorders` are those of each place, `sources` whether its data came through; of places in
    neither nothing is known. `filtered` are the types that the aggregator takes, if not all.
    Where `doubt` says why, none of this could be read.
    """

    recorders: Mapping[Place, tuple[Recorder, ...]] = field(default_factory=dict)
    sources: Mapping[Place, str] = field(default_factory=dict)
    filtered: frozenset[str] | None = None
    doubt: str = ""

    def of_place(self, place: Place) -> str | None:
        """Why a place may have anything without an item."""
        if self.sources.get(place, SUCCEEDED) != SUCCEEDED:
            return f"its data is {self.sources[place]}"
        if place not in self.recorders:
            return "no recorder is known there"
        if not any(each.on for each in self.recorders[place]):
            return "the recorder is switched off"
        return None

    def of_type(self, type_: str, place: Place) -> str | None:
        """Why a place may have resources of a type without an item, although it is recorded."""
        if self.filtered is not None and type_ not in self.filtered:
            return "the aggregator leaves it out"
        running = (each for each in self.recorders.get(place, ()) if each.on)
        if not any(each.records(type_) for each in running):
            return "it is not recorded there"
        return None


def recorders_of(items: Iterable[Item]) -> dict[Place, tuple[Recorder, ...]]:
    """The recorders by place; raises like `recorder`."""
    found: dict[Place, list[Recorder]] = defaultdict(list)
    for item in items:
        found[item.account, item.region].append(recorder(item.configuration or {}))
    return {place: tuple(several) for place, several in found.items()}
