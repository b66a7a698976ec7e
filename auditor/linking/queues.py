"""Edges that queues, topics and subscriptions declare."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.graph import Edge, EdgeKind
from auditor.index import Index
from auditor.linking.links import each, get, linker, refer
from auditor.resources import PlatformApplication, Queue, Subscription, Topic
from auditor.resources.sns import APPLICATION_TOPICS
from auditor.values import Unknown


@linker(Queue, EdgeKind.DEAD_LETTERS)
def queue(resource: Queue, index: Index) -> Iterator[Edge]:
    """The redrive policy."""
    yield from refer(EdgeKind.DEAD_LETTERS, resource, index, "RedrivePolicy", "deadLetterTargetArn")


@linker(Topic, EdgeKind.DELIVERS)
def topic(resource: Topic, index: Index) -> Iterator[Edge]:
    """Subscriptions written inside the topic."""
    for position, item in each(resource.peek("Subscription")):
        endpoint = get(item, "Endpoint")
        if endpoint is not None:
            path = ("Subscription", position, "Endpoint")
            yield Edge(
                EdgeKind.DELIVERS, resource, index.resolve(endpoint), resource, path,
                _protocol(get(item, "Protocol")),
            )  # fmt: skip


@linker(Subscription, EdgeKind.DELIVERS, EdgeKind.DEAD_LETTERS)
def subscription(resource: Subscription, index: Index) -> Iterator[Edge]:
    """Topic to endpoint, and the subscription's own dead-letter queue."""
    endpoint = resource.peek("Endpoint")
    if endpoint is not None:
        source = index.resolve(resource.peek("TopicArn"))
        yield Edge(
            EdgeKind.DELIVERS, source, index.resolve(endpoint), resource, ("Endpoint",),
            _protocol(resource.peek("Protocol")),
        )  # fmt: skip
    yield from refer(EdgeKind.DEAD_LETTERS, resource, index, "RedrivePolicy", "deadLetterTargetArn")


def _protocol(value: object) -> str:
    return "" if isinstance(value, Unknown) else str(value)


@linker(PlatformApplication, EdgeKind.NOTIFIES, between=(PlatformApplication, Topic))
def application(resource: PlatformApplication, index: Index) -> Iterator[Edge]:
    """Application to the topics that are told of its events."""
    for name in APPLICATION_TOPICS:
        yield from refer(EdgeKind.NOTIFIES, resource, index, name)
