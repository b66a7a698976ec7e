"""Registered consumers of streams, which have throughput of their own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from auditor.collectors.live.reader import Reader
from auditor.collectors.live.shapes import pick
from auditor.resources import StreamConsumer
from auditor.resources.base import RawResource
from auditor.values import Unknown


def consumers_of(reader: Reader, stream: RawResource) -> list[RawResource]:
    """The consumers of a stream; where they cannot be read, their type counts as not read."""
    items = reader.details(
        "kinesis:ListStreamConsumers", "Consumers", str(stream.name), StreamARN=stream.id
    )
    if isinstance(items, Unknown):
        reader.log.unread[StreamConsumer.type] = items.reason
        return []
    return [
        transform(stream.id, item)
        for item in items or ()
        if item.get("ConsumerStatus") != "DELETING"
    ]


def transform(stream: str, item: Mapping[str, Any]) -> RawResource:
    """A consumer; the answer does not repeat the stream that was asked for."""
    name, arn = item["ConsumerName"], item["ConsumerARN"]
    properties = {**pick(item, ("ConsumerName",)), "StreamARN": stream}
    return RawResource(StreamConsumer.type, arn, properties, name=name, arn=arn)
