"""Registered consumers of streams, which have throughput of their own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Any

from auditor.collectors.live.reader import Reader
from auditor.collectors.live.shapes import pick
from auditor.resources import Stream, StreamConsumer
from auditor.resources.base import RawResource
from auditor.values import Unknown

TYPES = (StreamConsumer.type,)


def collect(reader: Reader, resources: Iterable[RawResource]) -> Iterator[RawResource]:
    """The consumers of these streams."""
    streams = [raw for raw in resources if raw.type == Stream.type]
    return chain.from_iterable(reader.each(lambda raw: _consumers(reader, raw), streams))


def _consumers(reader: Reader, stream: RawResource) -> list[RawResource]:
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
