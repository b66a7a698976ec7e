"""Edges that readers of Kinesis streams declare."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.graph import Edge, EdgeKind
from auditor.index import Index
from auditor.linking.links import each, get, linker
from auditor.resources import (
    AnalyticsApplication,
    Bucket,
    Channel,
    DeliveryStream,
    SqlApplication,
    Stream,
    StreamConsumer,
)
from auditor.resources.base import Resource
from auditor.values import PropertyPath

_STREAM_OF_FIREHOSE = ("KinesisStreamSourceConfiguration", "KinesisStreamARN")
_BUCKETS_OF_FIREHOSE = (
    ("ExtendedS3DestinationConfiguration", "BucketARN"),
    ("S3DestinationConfiguration", "BucketARN"),
)
_SQL_CONFIGURATION = ("ApplicationConfiguration", "SqlApplicationConfiguration")


@linker(StreamConsumer, EdgeKind.CONSUMES, between=(Stream, StreamConsumer))
def stream_consumer(resource: StreamConsumer, index: Index) -> Iterator[Edge]:
    """Stream to registered consumer; the consumer is in turn what a mapping reads from."""
    yield from _reads(resource, ("StreamARN",), index)


@linker(
    DeliveryStream,
    EdgeKind.CONSUMES,
    EdgeKind.DELIVERS,
    between=(Stream, DeliveryStream, Bucket),
)
def delivery_stream(resource: DeliveryStream, index: Index) -> Iterator[Edge]:
    """Stream to delivery stream to bucket."""
    yield from _reads(resource, _STREAM_OF_FIREHOSE, index)
    for path in _BUCKETS_OF_FIREHOSE:
        reference = get(resource.properties, *path)
        if reference is not None:
            target = index.resolve(reference)
            yield Edge(EdgeKind.DELIVERS, resource, target, resource, path)


@linker(Channel, EdgeKind.CONSUMES, between=(Stream, Channel))
def channel(resource: Channel, index: Index) -> Iterator[Edge]:
    """Stream to channel."""
    for position, item in each(resource.peek("StreamConfigurationList")):
        path = ("StreamConfigurationList", position, "StreamARN")
        stream = index.resolve(get(item, "StreamARN"))
        yield Edge(EdgeKind.CONSUMES, stream, resource, resource, path)


@linker(SqlApplication, EdgeKind.CONSUMES, between=(Stream, DeliveryStream, SqlApplication))
def sql_application(resource: SqlApplication, index: Index) -> Iterator[Edge]:
    """Stream to SQL application."""
    yield from _inputs(resource, ("Inputs",), index)


@linker(
    AnalyticsApplication,
    EdgeKind.CONSUMES,
    between=(Stream, DeliveryStream, AnalyticsApplication),
)
def analytics_application(resource: AnalyticsApplication, index: Index) -> Iterator[Edge]:
    """Stream to application, as far as it is no secret of its code."""
    yield from _inputs(resource, (*_SQL_CONFIGURATION, "Inputs"), index)


def _inputs(resource: Resource, path: tuple[str, ...], index: Index) -> Iterator[Edge]:
    for position, item in each(get(resource.properties, *path)):
        for kind in ("KinesisStreamsInput", "KinesisFirehoseInput"):
            reference = get(item, kind, "ResourceARN")
            if reference is not None:
                where: PropertyPath = (*path, position, kind, "ResourceARN")
                source = index.resolve(reference)
                yield Edge(EdgeKind.CONSUMES, source, resource, resource, where)


def _reads(resource: Resource, path: tuple[str, ...], index: Index) -> Iterator[Edge]:
    reference = get(resource.properties, *path)
    if reference is not None:
        yield Edge(EdgeKind.CONSUMES, index.resolve(reference), resource, resource, path)
