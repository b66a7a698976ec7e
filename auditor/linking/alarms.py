"""Edges that alarms declare: what they watch and whom they notify."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.graph import Edge, EdgeKind
from auditor.index import Index, Node
from auditor.linking.functions import find_function
from auditor.linking.links import each, get, linker
from auditor.resources import (
    Alarm,
    CompositeAlarm,
    DeliveryStream,
    EventRule,
    Function,
    Pipe,
    Queue,
    StateMachine,
    Stream,
    Topic,
)
from auditor.resources.base import Resource
from auditor.values import PropertyPath, Unknown

_NAMED_BY: dict[tuple[str, str], type[Resource]] = {
    ("AWS/SQS", "QueueName"): Queue,
    ("AWS/SNS", "TopicName"): Topic,
    ("AWS/Kinesis", "StreamName"): Stream,
    ("AWS/Firehose", "DeliveryStreamName"): DeliveryStream,
    ("AWS/Events", "RuleName"): EventRule,
    ("AWS/Lambda", "FunctionName"): Function,
    ("AWS/EventBridge/Pipes", "PipeName"): Pipe,
    ("AWS/States", "StateMachineArn"): StateMachine,
}


@linker(Alarm, EdgeKind.WATCHES, EdgeKind.NOTIFIES)
def alarm(resource: Alarm, index: Index) -> Iterator[Edge]:
    """The metrics of a plain alarm and of metric math, and the actions."""
    yield from _watches(resource, resource.properties, (), index)
    for position, query in each(resource.peek("Metrics")):
        path = ("Metrics", position)
        expression = get(query, "Expression")
        if isinstance(expression, Unknown):
            yield Edge(EdgeKind.WATCHES, resource, expression, resource, path)
        if isinstance(expression, str) and expression.lstrip().upper().startswith(
            ("SELECT", "SEARCH")
        ):
            reason = Unknown("the alarm selects its metrics with an expression")
            yield Edge(EdgeKind.WATCHES, resource, reason, resource, (*path, "Expression"))
        metric = get(query, "MetricStat", "Metric")
        yield from _watches(resource, metric, (*path, "MetricStat", "Metric"), index)
    yield from _notifies(resource, index)


@linker(CompositeAlarm, EdgeKind.NOTIFIES)
def composite_alarm(resource: CompositeAlarm, index: Index) -> Iterator[Edge]:
    """The actions."""
    yield from _notifies(resource, index)


def _notifies(resource: Resource, index: Index) -> Iterator[Edge]:
    for position, action in each(resource.peek("AlarmActions")):
        path = ("AlarmActions", position)
        yield Edge(EdgeKind.NOTIFIES, resource, index.resolve(action), resource, path)


def _watches(resource: Alarm, metric: object, path: PropertyPath, index: Index) -> Iterator[Edge]:
    namespace, name = get(metric, "Namespace"), get(metric, "MetricName")
    for unread in (namespace, name, get(metric, "Dimensions")):
        if isinstance(unread, Unknown):
            yield Edge(EdgeKind.WATCHES, resource, unread, resource, path)
            return
    for position, dimension in each(get(metric, "Dimensions")):
        watched = _watched(resource, str(namespace), dimension, index)
        if watched is not None:
            where = (*path, "Dimensions", position)
            yield Edge(EdgeKind.WATCHES, resource, watched, resource, where, str(name))


def _watched(near: Alarm, namespace: str, dimension: object, index: Index) -> Node | None:
    name, value = get(dimension, "Name"), get(dimension, "Value")
    if isinstance(name, Unknown):
        return name
    cls = _NAMED_BY.get((namespace, str(name)))
    if cls is None:
        return None
    if cls is Function:
        return find_function(value, near, index)
    return index.resolve(value) if cls is StateMachine else index.named(cls, value, near)
