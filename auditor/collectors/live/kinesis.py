"""Streams and their registered consumers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any

from auditor.collectors.live.consumers import consumers_of
from auditor.collectors.live.reader import Reader
from auditor.collectors.live.shapes import beside, pick, prune
from auditor.resources import Stream, StreamConsumer
from auditor.resources.base import RawResource, unread_properties
from auditor.resources.streams import LIMITS
from auditor.values import Unknown

TYPES = (Stream.type, StreamConsumer.type)

_LIMITS = ("OnDemandStreamCount", "OnDemandStreamCountLimit", "OpenShardCount", "ShardLimit")


def collect(reader: Reader) -> Iterator[RawResource]:
    """All streams of a region; the first by name tells the limits of the account there."""
    names = reader.listing("kinesis:ListStreams", "StreamNames", *TYPES, Limit=10_000)
    read = list(reader.each(lambda name: _stream(reader, name), names))
    streams = sorted(chain.from_iterable(found[:1] for found in read), key=lambda raw: raw.id)
    for raw in streams[:1]:
        answer = reader.detail("kinesis:DescribeLimits", "the account")
        yield beside(raw, LIMITS, answer if isinstance(answer, Unknown) else limits(answer or {}))
    yield from streams[1:]
    yield from chain.from_iterable(found[1:] for found in read)


def limits(answer: Mapping[str, Any]) -> dict[str, int]:
    """What an account uses, and may use, in a region."""
    return pick(answer, _LIMITS)


def _stream(reader: Reader, name: str) -> list[RawResource]:
    """A stream, if it still exists, followed by its consumers."""
    answer = reader.detail("kinesis:DescribeStreamSummary", name, StreamName=name)
    if answer is None:
        return []
    if isinstance(answer, Unknown):
        arn = reader.arn("kinesis", f"stream/{name}")
        properties = unread_properties({"Name": name}, answer)
        raw = RawResource(Stream.type, arn, properties, name=name, arn=arn)
        return [raw, *consumers_of(reader, raw)]
    summary = answer["StreamDescriptionSummary"]
    if summary.get("QueueCount"):
        # They read the stream, too, and CloudFormation has no words for them.
        reason = f"the queues of stream {name} are not read"
        reader.log.unread.setdefault(StreamConsumer.type, reason)
    raw = transform(summary)
    return [raw] if summary.get("ConsumerCount") == 0 else [raw, *consumers_of(reader, raw)]


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
