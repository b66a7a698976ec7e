"""Edges from resource policies to what they guard."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.graph import Edge, EdgeKind
from auditor.index import Index
from auditor.linking.functions import find_function
from auditor.linking.links import each, linker
from auditor.resources import (
    Function,
    FunctionPolicy,
    Permission,
    Queue,
    QueueInlinePolicy,
    QueuePolicy,
    Topic,
    TopicInlinePolicy,
    TopicPolicy,
)
from auditor.resources.base import Resource


@linker(QueuePolicy, EdgeKind.GUARDS, between=(Queue,))
def queue_policy(resource: QueuePolicy, index: Index) -> Iterator[Edge]:
    """Policy to queues."""
    yield from _attached(resource, "Queues", index)


@linker(QueueInlinePolicy, EdgeKind.GUARDS, between=(Queue,))
def queue_inline_policy(resource: QueueInlinePolicy, index: Index) -> Iterator[Edge]:
    """Policy to queue."""
    yield from _attached(resource, "Queue", index)


@linker(TopicPolicy, EdgeKind.GUARDS, between=(Topic,))
def topic_policy(resource: TopicPolicy, index: Index) -> Iterator[Edge]:
    """Policy to topics."""
    yield from _attached(resource, "Topics", index)


@linker(TopicInlinePolicy, EdgeKind.GUARDS, between=(Topic,))
def topic_inline_policy(resource: TopicInlinePolicy, index: Index) -> Iterator[Edge]:
    """Policy to topic."""
    yield from _attached(resource, "TopicArn", index)


@linker(Permission, EdgeKind.GUARDS, between=(Function,))
def permission(resource: Permission, index: Index) -> Iterator[Edge]:
    """Permission to function."""
    function = find_function(resource.peek("FunctionName"), resource, index)
    yield Edge(EdgeKind.GUARDS, resource, function, resource, ("FunctionName",))


@linker(FunctionPolicy, EdgeKind.GUARDS, between=(Function,))
def function_policy(resource: FunctionPolicy, index: Index) -> Iterator[Edge]:
    """Policy to function."""
    yield from _attached(resource, "ResourceArn", index)


def _attached(resource: Resource, name: str, index: Index) -> Iterator[Edge]:
    value = resource.peek(name)
    for position, reference in each(value if isinstance(value, list) else [value]):
        path = (name, position) if isinstance(value, list) else (name,)
        yield Edge(EdgeKind.GUARDS, resource, index.resolve(reference), resource, path)
