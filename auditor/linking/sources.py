"""Edges from services that send messages: S3 notifications and IoT rules."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.graph import Edge, EdgeKind
from auditor.index import Index, Node
from auditor.linking.functions import find_function
from auditor.linking.links import each, get, linker
from auditor.resources import Bucket, BucketNotifications, IotRule, Stream
from auditor.resources.base import Resource
from auditor.values import PropertyPath, Unknown

_NOTIFICATIONS = (
    ("QueueConfigurations", "Queue"),
    ("TopicConfigurations", "Topic"),
    ("LambdaConfigurations", "Function"),
)
_API_NOTIFICATIONS = (
    ("QueueConfigurations", "QueueArn"),
    ("TopicConfigurations", "TopicArn"),
    ("LambdaFunctionConfigurations", "LambdaFunctionArn"),
)


@linker(Bucket, EdgeKind.DELIVERS)
def bucket(resource: Bucket, index: Index) -> Iterator[Edge]:
    """Bucket to queue, topic or function."""
    yield from _notified(resource, resource, index, _NOTIFICATIONS)


@linker(BucketNotifications, EdgeKind.DELIVERS)
def bucket_notifications(resource: BucketNotifications, index: Index) -> Iterator[Edge]:
    """The same, by the resource of the CDK, which writes the words of the API."""
    source = index.named(Bucket, resource.peek("BucketName"), resource)
    yield from _notified(source, resource, index, _API_NOTIFICATIONS)


def _notified(
    source: Node, via: Resource, index: Index, ends: tuple[tuple[str, str], ...]
) -> Iterator[Edge]:
    for name, end in ends:
        for position, item in each(get(via.properties, "NotificationConfiguration", name)):
            reference = get(item, end)
            target = index.resolve(reference)
            if name.startswith("Lambda"):
                target = find_function(reference, via, index)
            path = ("NotificationConfiguration", name, position, end)
            yield Edge(EdgeKind.DELIVERS, source, target, via, path)


@linker(IotRule, EdgeKind.DELIVERS, EdgeKind.DEAD_LETTERS)
def iot_rule(resource: IotRule, index: Index) -> Iterator[Edge]:
    """IoT rule to the targets of its actions; the error action counts as dead letters."""
    payload = resource.peek("TopicRulePayload")
    for position, action in each(get(payload, "Actions")):
        path = ("TopicRulePayload", "Actions", position)
        yield from _action(EdgeKind.DELIVERS, resource, action, path, index)
    error, path_of_error = get(payload, "ErrorAction"), ("TopicRulePayload", "ErrorAction")
    yield from _action(EdgeKind.DEAD_LETTERS, resource, error, path_of_error, index)


def _action(
    kind: EdgeKind, resource: IotRule, action: object, path: PropertyPath, index: Index
) -> Iterator[Edge]:
    if isinstance(action, Unknown):
        yield Edge(kind, resource, action, resource, path)
    for reference in (
        get(action, "Sqs", "QueueUrl"),
        get(action, "Sns", "TargetArn"),
        get(action, "Lambda", "FunctionArn"),
    ):
        if reference is not None:
            yield Edge(kind, resource, index.resolve(reference), resource, path)
    stream = get(action, "Kinesis", "StreamName")
    if stream is not None:
        yield Edge(kind, resource, index.named(Stream, stream, resource), resource, path)
