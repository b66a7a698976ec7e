"""Edges that Lambda declares: functions, event source mappings, asynchronous invocations."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.arns import Arn
from auditor.graph import Edge, EdgeKind
from auditor.index import Index, Node
from auditor.linking.links import linker, refer
from auditor.resources import EventInvokeConfig, EventSourceMapping, Function
from auditor.resources.base import Resource
from auditor.values import Unknown


@linker(Function, EdgeKind.DEAD_LETTERS)
def function(resource: Function, index: Index) -> Iterator[Edge]:
    """The dead-letter queue or topic of asynchronous invocations."""
    yield from refer(EdgeKind.DEAD_LETTERS, resource, index, "DeadLetterConfig", "TargetArn")


@linker(EventSourceMapping, EdgeKind.CONSUMES, EdgeKind.DEAD_LETTERS)
def event_source_mapping(resource: EventSourceMapping, index: Index) -> Iterator[Edge]:
    """Source to function, and the destination of records that could not be processed."""
    source = resource.peek("EventSourceArn")
    if source is not None:
        consumer = find_function(resource.peek("FunctionName"), resource, index)
        yield Edge(
            EdgeKind.CONSUMES, index.resolve(source), consumer, resource, ("EventSourceArn",)
        )
    yield from refer(
        EdgeKind.DEAD_LETTERS, resource, index, "DestinationConfig", "OnFailure", "Destination"
    )


@linker(EventInvokeConfig, EdgeKind.CONFIGURES, EdgeKind.DELIVERS, EdgeKind.DEAD_LETTERS)
def event_invoke_config(resource: EventInvokeConfig, index: Index) -> Iterator[Edge]:
    """The function, and the destinations of its asynchronous invocations."""
    configured = find_function(resource.peek("FunctionName"), resource, index)
    yield Edge(EdgeKind.CONFIGURES, resource, configured, resource, ("FunctionName",))
    for kind, outcome in (
        (EdgeKind.DEAD_LETTERS, "OnFailure"),
        (EdgeKind.DELIVERS, "OnSuccess"),
    ):
        yield from refer(kind, resource, index, "DestinationConfig", outcome, "Destination")


def find_function(reference: object, near: Resource, index: Index) -> Node:
    """The function that an ARN, a partial ARN or a name refers to, with or without qualifier."""
    by_arn = index.resolve(reference)
    if isinstance(by_arn, Resource):
        return by_arn
    text = reference.text if isinstance(reference, Unknown) else reference
    if isinstance(text, str) and Arn.parse(text) is None:
        name = text.rpartition("function:")[2]
        for candidate in (name, name.partition(":")[0]):
            by_name = index.named(Function, candidate, near)
            if isinstance(by_name, Resource):
                return by_name
        return index.named(Function, reference, near)
    return by_arn
