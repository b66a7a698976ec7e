"""Discoverers, which derive schemas from the events of a bus."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from auditor.collectors.live.reader import Reader
from auditor.collectors.live.shapes import pick
from auditor.resources import Discoverer, EventBus
from auditor.resources.base import RawResource

TYPES = (Discoverer.type,)


def collect(reader: Reader, resources: Iterable[RawResource]) -> Iterator[RawResource]:
    """The discoverers at work in a region that has custom buses; only these are asked about."""
    if any(raw.type == EventBus.type and raw.name != "default" for raw in resources):
        for item in reader.listing("schemas:ListDiscoverers", "Discoverers", *TYPES, Limit=100):
            if item.get("State") != "STOPPED":
                yield transform(item)


def transform(item: Mapping[str, Any]) -> RawResource:
    """A discoverer."""
    name, arn = item["DiscovererId"], item["DiscovererArn"]
    properties = pick(item, ("CrossAccount", "SourceArn"))
    return RawResource(Discoverer.type, arn, properties, name=name, arn=arn)
