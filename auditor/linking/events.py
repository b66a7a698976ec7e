"""Edges that EventBridge declares: buses, rules, pipes, schedules."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.graph import Edge, EdgeKind
from auditor.index import Index, Node
from auditor.linking.links import each, get, linker, refer
from auditor.resources import Archive, EventBus, EventRule, Pipe, Schedule
from auditor.resources.base import Resource

_STREAM_SOURCES = ("KinesisStreamParameters", "DynamoDBStreamParameters")


@linker(EventBus, EdgeKind.DEAD_LETTERS)
def bus(resource: EventBus, index: Index) -> Iterator[Edge]:
    """The bus's own dead-letter queue."""
    yield from refer(EdgeKind.DEAD_LETTERS, resource, index, "DeadLetterConfig", "Arn")


@linker(Archive, EdgeKind.ARCHIVES, between=(EventBus, Archive))
def archive(resource: Archive, index: Index) -> Iterator[Edge]:
    """Bus to archive."""
    source = _bus(resource, resource.peek("SourceArn"), index)
    yield Edge(EdgeKind.ARCHIVES, source, resource, resource, ("SourceArn",))


@linker(EventRule, EdgeKind.DELIVERS, EdgeKind.DEAD_LETTERS)
def rule(resource: EventRule, index: Index) -> Iterator[Edge]:
    """Bus to rule, rule to targets, and each target's dead-letter queue."""
    yield Edge(
        EdgeKind.DELIVERS, _bus(resource, resource.peek("EventBusName"), index), resource,
        resource, ("EventBusName",),
    )  # fmt: skip
    for position, target in each(resource.peek("Targets")):
        for kind, path in (
            (EdgeKind.DELIVERS, ("Arn",)),
            (EdgeKind.DEAD_LETTERS, ("DeadLetterConfig", "Arn")),
        ):
            reference = get(target, *path)
            if reference is not None:
                yield Edge(
                    kind, resource, index.resolve(reference), resource,
                    ("Targets", position, *path),
                )  # fmt: skip


def _bus(near: Resource, name: object, index: Index) -> Node:
    if name is None:
        name = "default"
    by_arn = index.resolve(name)
    return by_arn if isinstance(by_arn, Resource) else index.named(EventBus, name, near)


@linker(Pipe, EdgeKind.CONSUMES, EdgeKind.DELIVERS, EdgeKind.DEAD_LETTERS)
def pipe(resource: Pipe, index: Index) -> Iterator[Edge]:
    """Source to pipe, pipe to enrichment and target, and the dead letters of a stream source."""
    source = resource.peek("Source")
    yield Edge(EdgeKind.CONSUMES, index.resolve(source), resource, resource, ("Source",))
    for name in ("Target", "Enrichment"):
        yield from refer(EdgeKind.DELIVERS, resource, index, name)
    for parameters in _STREAM_SOURCES:
        yield from refer(
            EdgeKind.DEAD_LETTERS, resource, index,
            "SourceParameters", parameters, "DeadLetterConfig", "Arn",
        )  # fmt: skip


@linker(Schedule, EdgeKind.DELIVERS, EdgeKind.DEAD_LETTERS)
def schedule(resource: Schedule, index: Index) -> Iterator[Edge]:
    """Schedule to target, and the target's dead-letter queue.

    A universal target (`arn:aws:scheduler:::aws-sdk:sqs:sendMessage`) names its queue in the input.
    """
    yield from refer(EdgeKind.DELIVERS, resource, index, "Target", "Arn")
    for name in ("QueueUrl", "TopicArn", "FunctionName", "StateMachineArn"):
        yield from refer(EdgeKind.DELIVERS, resource, index, "Target", "Input", name)
    yield from refer(EdgeKind.DEAD_LETTERS, resource, index, "Target", "DeadLetterConfig", "Arn")
