"""Alarms about a namespace or a resource that does not exist."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from auditor.arns import symbolic
from auditor.data.metrics import meant_namespace
from auditor.findings import Category, Confidence, Match, Severity
from auditor.graph import EdgeKind, External, Graph, once_per_graph
from auditor.resources import (
    Alarm,
    DeliveryStream,
    EventRule,
    Function,
    Pipe,
    Queue,
    Resource,
    StateMachine,
    Stream,
    Topic,
)
from auditor.resources.cloudwatch import Dimension
from auditor.rules import rule
from checks.cloudwatch._alarms import metrics_of, settle_watched

_NAMED_BY: dict[str, type[Resource]] = {
    "QueueName": Queue,
    "TopicName": Topic,
    "StreamName": Stream,
    "DeliveryStreamName": DeliveryStream,
    "RuleName": EventRule,
    "FunctionName": Function,
    "PipeName": Pipe,
    "StateMachineArn": StateMachine,
}


@rule(
    "CWA003",
    "unknown-namespace",
    severity=Severity.HIGH,
    category=Category.OPERATIONS,
    guide="CloudWatch Metrics and Alarms (lines 1126-1155)",
    applies_to=Alarm,
    remediation="""
        PipeFailures:
          Type: AWS::CloudWatch::Alarm
          Properties:
            Namespace: AWS/EventBridge/Pipes   # not AWS/Pipes
            MetricName: ExecutionFailed
            Dimensions: [{Name: PipeName, Value: !Ref OrdersPipe}]

        Live: aws cloudwatch list-metrics --metric-name ExecutionFailed shows the namespace.
    """,
)
def unknown_namespace(alarm: Alarm, _graph: Graph) -> Iterator[Match]:
    """An alarm watches a namespace that AWS does not publish into, so it never fires.

    The namespaces do not follow the names of the services: EventBridge is AWS/Events, Pipes are
    AWS/EventBridge/Pipes, Step Functions is AWS/States, Firehose is AWS/Firehose. CloudWatch
    accepts any name and the alarm stays in INSUFFICIENT_DATA. Nobody but AWS can publish into a
    namespace that begins with AWS/.

    Fine to accept in no case: the alarm has no effect.
    """
    for metric in metrics_of(alarm):
        given = metric.namespace
        if meant := meant_namespace(given):
            yield Match(
                alarm,
                f"{alarm.label} watches the namespace {given}, which is called {meant}",
                (*metric.path, "Namespace"),
                (f"Namespace {given}",),
                confidence=None if given.startswith("AWS/") else Confidence.MEDIUM,
            )


@rule(
    "CWA005",
    "alarm-on-missing-resource",
    severity=Severity.HIGH,
    category=Category.OPERATIONS,
    guide="CloudWatch Metrics and Alarms (lines 1126-1155)",
    applies_to=Alarm,
    remediation="""
        OrdersDepthAlarm:
          Type: AWS::CloudWatch::Alarm
          Properties:
            Dimensions: [{Name: QueueName, Value: !GetAtt OrdersQueue.QueueName}]

        Live: aws cloudwatch put-metric-alarm with the current name, or
        aws cloudwatch delete-alarms --alarm-names NAME if the resource is gone for good.
    """,
)
def alarm_on_missing_resource(alarm: Alarm, graph: Graph) -> Iterator[Match]:
    """An alarm names a resource that does not exist, so it never fires.

    The queue, topic, stream, function or rule was renamed or deleted, and the alarm stayed. A
    template may name resources of other stacks, so there only two slips are reported: the logical
    id in the place of the name, and a name that differs in case or by its `.fifo`.

    Fine to accept while the resource is about to be created again under the same name.
    """
    here = alarm.raw.account is not None
    for dimension, name in _unresolved(alarm, graph):
        meant = _meant(name, dimension.name, alarm.raw.account, graph)
        if here:
            graph.all(
                _NAMED_BY[dimension.name], alarm.raw.account
            )  # raises when some could not be read: this may be one of them
        elif meant is None:
            continue
        hint = f"; did you mean the name of {meant.label}?" if meant else ""
        yield Match(
            alarm,
            f"{alarm.label} watches a {dimension.name} that does not exist: {name}{hint}",
            (*dimension.path, "Value"),
            (f"{dimension.name}: {name}",),
            confidence=None if here else Confidence.MEDIUM,
        )
    settle_watched(alarm, graph)


def _unresolved(alarm: Alarm, graph: Graph) -> Iterator[tuple[Dimension, str]]:
    """Dimensions whose value is plain text and names nothing of this account that was read."""
    ends = {edge.path: edge.target for edge in graph.outgoing(alarm, EdgeKind.WATCHES)}
    elsewhere = {query.path for query in alarm.metrics if query.account_id is not None}
    for metric in metrics_of(alarm):
        if metric.path[:2] in elsewhere:
            continue
        for dimension in metric.dimensions:
            value = dimension.peek("Value")
            plain = isinstance(value, str) and not symbolic(value) and not _on_the_edge(value)
            if plain and isinstance(ends.get(dimension.path), External):
                yield dimension, str(value)


def _on_the_edge(name: str) -> bool:
    """Whether this is the replica of a function at CloudFront: `us-east-1.name`, in any Region."""
    return re.match(r"[a-z]{2}-[a-z]+-\d\.", name) is not None


def _meant(name: str, dimension: str, account: str | None, graph: Graph) -> Resource | None:
    """The resource whose logical id was written, or whose name is the same but for a slip."""
    known = _by_spelling(graph, dimension, account)
    return known.get(name) or known.get(_plain(name))


@once_per_graph
def _by_spelling(graph: Graph, dimension: str, account: str | None) -> Mapping[str, Resource]:
    """Resources by logical id, and by what is left of their name without slips."""
    resources = graph.resources(_NAMED_BY[dimension], account)
    return {_plain(str(each.raw.name)): each for each in resources} | {
        each.label: each for each in resources
    }


def _plain(name: str) -> str:
    return name.lower().removesuffix(".fifo")
