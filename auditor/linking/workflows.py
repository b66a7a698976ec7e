"""Edges that state machines declare: the tasks that send messages or invoke functions."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.data.workflows import RECEIVER_ARGUMENTS
from auditor.graph import Edge, EdgeKind
from auditor.index import Index, Node
from auditor.linking.functions import find_function
from auditor.linking.links import each, get, linker
from auditor.resources import DeliveryStream, EventBus, Resource, StateMachine, Stream
from auditor.statelang import Task, integration
from auditor.values import PropertyPath, UndeterminedError, Unknown

_NAMED: dict[str, type[Resource]] = {
    "DeliveryStreamName": DeliveryStream,
    "EventBusName": EventBus,
    "StreamName": Stream,
}
# What a receiver that the execution chooses can be, so that it puts nothing else in doubt.
_SHAPES = {
    "DeliveryStreamName": "arn:${?}:firehose:${?}",
    "EventBusName": "arn:${?}:events:${?}",
    "FunctionName": "arn:${?}:lambda:${?}",
    "QueueUrl": "https://${?}",
    "StateMachineArn": "arn:${?}:states:${?}",
    "StreamName": "arn:${?}:kinesis:${?}",
    "TopicArn": "arn:${?}:sns:${?}",
}
_CHOSEN = "the execution chooses the receiver"


@linker(StateMachine, EdgeKind.DELIVERS)
def state_machine(resource: StateMachine, index: Index) -> Iterator[Edge]:
    """State machine to what its tasks send to, invoke or start."""
    workflow = resource.workflow
    for path, why in workflow.unread:
        yield Edge(EdgeKind.DELIVERS, resource, why, resource, path)
    for state in workflow.states():
        if isinstance(state, Task):
            for target, path in _targets(state, resource, index):
                yield Edge(EdgeKind.DELIVERS, resource, target, resource, path)


def _targets(
    task: Task, machine: StateMachine, index: Index
) -> Iterator[tuple[Node, PropertyPath]]:
    resource = task.peek("Resource")
    call = integration(resource) if isinstance(resource, str) else None
    if isinstance(resource, Unknown) or (call and call.direct):
        yield find_function(resource, machine, index), (*task.path, "Resource")
    elif call and (
        name := RECEIVER_ARGUMENTS.get((call.service.removeprefix("aws-sdk:"), call.action))
    ):
        for reference, path in _references(task, name):
            yield _receiver(name, reference, machine, index), path


def _references(task: Task, name: str) -> Iterator[tuple[object, PropertyPath]]:
    try:
        arguments = task.arguments
    except UndeterminedError as doubt:
        yield Unknown(doubt.reason, _SHAPES[name]), task.path
        return
    if name == "EventBusName":
        for position, entry in each(arguments.peek("Entries")):
            bus = _reference(entry, name)
            path = (*arguments.path, "Entries", position, name)
            yield "default" if bus is None else bus, path
    elif (reference := _reference(arguments.properties, name)) is not None:
        yield reference, (*arguments.path, name)


def _reference(arguments: object, name: str) -> object:
    """What names the receiver: in JSONPath a field ending in `.$` is chosen, in JSONata `{%`."""
    if isinstance(arguments, dict) and f"{name}.$" in arguments:
        return Unknown(_CHOSEN, _SHAPES[name])
    given = get(arguments, name)
    chosen = isinstance(given, str) and given.lstrip().startswith("{%")
    return Unknown(_CHOSEN, _SHAPES[name]) if chosen else given


def _receiver(name: str, reference: object, machine: StateMachine, index: Index) -> Node:
    if name == "FunctionName":
        return find_function(reference, machine, index)
    found = index.resolve(reference)
    if isinstance(found, Resource) or name not in _NAMED:
        return found
    return index.named(_NAMED[name], reference, machine)
