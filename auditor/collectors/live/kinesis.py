"""Streams."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any

from auditor.collectors.live.reader import Reader
from auditor.collectors.live.shapes import pick, prune
from auditor.resources import Stream
from auditor.resources.base import RawResource, unread_properties
from auditor.values import Unknown

TYPES = (Stream.type,)


def collect(reader: Reader) -> Iterator[RawResource]:
    """All streams of a region."""
    names = reader.listing("kinesis:ListStreams", "StreamNames", *TYPES, Limit=10_000)
    return chain.from_iterable(reader.each(lambda name: _stream(reader, name), names))


def _stream(reader: Reader, name: str) -> list[RawResource]:
    answer = reader.detail("kinesis:DescribeStreamSummary", name, StreamName=name)
    if answer is None:
        return []
    if isinstance(answer, Unknown):
        arn = reader.arn("kinesis", f"stream/{name}")
        properties = unread_properties({"Name": name}, answer)
        return [RawResource(Stream.type, arn, properties, name=name, arn=arn)]
    return [transform(answer["StreamDescriptionSummary"])]


def transform(summary: Mapping[str, Any]) -> RawResource:
    """A stream. The number of shards is a setting only where capacity is provisioned."""
    name, arn = summary["StreamName"], summary["StreamARN"]
    metrics = [
        metric
        for monitoring in summary.get("EnhancedMonitoring", ())
        for metric in monitoring.get("ShardLevelMetrics", ())
    ]
    properties = {
        "Name": name,
        **pick(summary, ("MaxRecordSizeInKiB", "RetentionPeriodHours", "StreamModeDetails")),
        **prune({"DesiredShardLevelMetrics": metrics}),
    }
    if summary.get("StreamModeDetails", {}).get("StreamMode") != "ON_DEMAND":
        properties["ShardCount"] = summary["OpenShardCount"]
    if summary.get("EncryptionType", "NONE") != "NONE":
        properties["StreamEncryption"] = pick(summary, ("EncryptionType", "KeyId"))
    return RawResource(Stream.type, arn, properties, name=name, arn=arn)
