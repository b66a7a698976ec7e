"""Alarms that never fire, because nothing publishes what they watch."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from auditor.data.metrics import Namespace, namespaces
from auditor.findings import Category, Confidence, Match, Severity
from auditor.graph import EdgeKind, External, Graph
from auditor.policy import Doubts
from auditor.resources import Alarm, EventRule, Queue
from auditor.resources.cloudwatch import Metric
from auditor.rules import rule
from auditor.values import PropertyPath, Unknown
from checks.cloudwatch._alarms import DEPTH, metrics_of, settle_watched

GUIDE = "CloudWatch Metrics and Alarms (lines 1126-1196)"
_NAMED_BY_ARN = {"StateMachineArn", "ActivityArn", "LambdaFunctionArn"}
_NAMED_BY_NAME = {
    "QueueName", "TopicName", "StreamName", "DeliveryStreamName", "RuleName", "FunctionName",
    "PipeName",
}  # fmt: skip


@rule(
    "CWA002",
    "unknown-metric",
    severity=Severity.HIGH,
    category=Category.OPERATIONS,
    guide=GUIDE,
    applies_to=Alarm,
    remediation="""
        OrdersDepthAlarm:
          Type: AWS::CloudWatch::Alarm
          Properties:
            Namespace: AWS/SQS
            MetricName: ApproximateNumberOfMessagesVisible
            Dimensions: [{Name: QueueName, Value: !GetAtt OrdersQueue.QueueName}]

        Live: aws cloudwatch list-metrics --namespace AWS/SQS shows the names that exist.
    """,
)
def unknown_metric(alarm: Alarm, _graph: Graph) -> Iterator[Match]:
    """An alarm watches a metric that AWS does not publish, so it never fires.

    CloudWatch accepts any name, the alarm stays in INSUFFICIENT_DATA and nobody is told. Names of
    queue attributes and of metrics differ, and case counts.

    Fine to accept for a metric that is newer than this version of msgaudit.
    """
    for metric in metrics_of(alarm):
        known = namespaces().get(metric.namespace)
        name = metric.metric_name
        if known is None or known.knows(name):
            continue
        meant = known.similar(name)
        if meant or known.complete:
            hint = f"; did you mean {meant}?" if meant else ""
            yield Match(
                alarm,
                f"{alarm.label} watches {name}, which {known.name} does not have{hint}",
                (*metric.path, "MetricName"),
                (f"MetricName {name}", f"Namespace {known.name}"),
                confidence=None if meant else Confidence.MEDIUM,
            )


@rule(
    "CWA004",
    "wrong-dimensions",
    severity=Severity.HIGH,
    category=Category.OPERATIONS,
    guide=GUIDE,
    applies_to=Alarm,
    remediation="""
        OrdersAgeAlarm:
          Type: AWS::CloudWatch::Alarm
          Properties:
            Namespace: AWS/SQS
            MetricName: ApproximateAgeOfOldestMessage
            Dimensions:
              - Name: QueueName
                Value: !GetAtt OrdersQueue.QueueName   # the name, not the URL

        Live: aws cloudwatch list-metrics --namespace AWS/SQS shows the dimensions in use.
    """,
)
def wrong_dimensions(alarm: Alarm, graph: Graph) -> Iterator[Match]:
    """An alarm's dimensions are not those of its metric, so it never fires.

    CloudWatch does not add up over dimensions: a metric without them, with another set, or with a
    URL or ARN where a name belongs is another metric, one without data. Rules of a custom bus need
    EventBusName beside RuleName.

    Fine to accept in no case: the alarm has no effect.
    """
    doubts = Doubts()
    for metric in metrics_of(alarm):
        with doubts:
            flaw = _flaw_of(alarm, metric, graph)
            if flaw is not None:
                yield Match(
                    alarm,
                    f"{alarm.label} watches {metric.metric_name} {flaw.message}",
                    flaw.path,
                    (flaw.evidence,),
                )
    doubts.settle()


class _Flaw(Struct, frozen=True):
    message: str
    path: PropertyPath
    evidence: str


def _flaw_of(alarm: Alarm, metric: Metric, graph: Graph) -> _Flaw | None:
    known = namespaces().get(metric.namespace)
    if known is None or metric.metric_name not in known.metrics:
        return None
    return _wrong_set(metric, known) or _wrong_value(metric) or _wrong_bus(alarm, metric, graph)


def _wrong_set(metric: Metric, known: Namespace) -> _Flaw | None:
    given = frozenset(dimension.name for dimension in metric.dimensions)
    sets = known.metrics[metric.metric_name]
    if given in sets if known.complete else given <= known.dimensions():
        return None
    wanted = " or ".join(map(_named, sets))
    return _Flaw(
        f"with {_named(given)}, but it is published under {wanted}",
        (*metric.path, "Dimensions"),
        f"Dimensions: {_named(given)}",
    )


def _named(dimensions: frozenset[str]) -> str:
    return " and ".join(sorted(dimensions)) or "no dimension"


def _wrong_value(metric: Metric) -> _Flaw | None:
    for dimension in metric.dimensions:
        raw = dimension.peek("Value")
        outside = isinstance(raw, Unknown) and raw.external
        if not outside and (wanted := _wanted(dimension.name, dimension.value)):
            return _Flaw(
                f"with a {dimension.name} that is not {wanted}",
                (*dimension.path, "Value"),
                f"{dimension.name}: {dimension.value}",
            )
    return None


def _wanted(dimension: str, value: str) -> str | None:
    """What the value should be, if it is something else."""
    if dimension in _NAMED_BY_ARN:
        return None if value.startswith("arn:") else "an ARN"
    wrong = value.startswith(("arn:", "https://", "http://"))
    return "a name" if wrong and dimension in _NAMED_BY_NAME else None


def _wrong_bus(alarm: Alarm, metric: Metric, graph: Graph) -> _Flaw | None:
    if [dimension.name for dimension in metric.dimensions] != ["RuleName"]:
        return None
    place = metric.dimensions[0].path
    for edge in graph.outgoing(alarm, EdgeKind.WATCHES):
        watched = edge.target
        if edge.path != place:
            continue
        graph.settle_end(edge, watched, EventRule)
        if isinstance(watched, EventRule) and not _on_default(watched):
            return _Flaw(
                f"without EventBusName, but {watched.label} is on another bus",
                place,
                f"EventBusName of {watched.label}: {watched.bus_name}",
            )
    return None


def _on_default(watched: EventRule) -> bool:
    return watched.bus_name.rpartition("/")[2] == "default"


@rule(
    "CWA008",
    "missing-data-unset",
    severity=Severity.LOW,
    category=Category.OPERATIONS,
    guide=GUIDE,
    applies_to=Alarm,
    remediation="""
        OrdersDlqAlarm:
          Type: AWS::CloudWatch::Alarm
          Properties:
            TreatMissingData: notBreaching

        Live: aws cloudwatch put-metric-alarm --treat-missing-data notBreaching ...
    """,
)
def missing_data_unset(alarm: Alarm, graph: Graph) -> Iterator[Match]:
    """An alarm on failures leaves missing data at its default, so it ends in INSUFFICIENT_DATA.

    Metrics that count failures have no data while nothing fails, and an idle dead-letter queue has
    none either. The alarm then never returns to OK by itself, and a person who looks at it cannot
    tell whether all is well. AWS recommends notBreaching for these metrics.

    Fine to accept where INSUFFICIENT_DATA is what people look for.
    """
    if alarm.has("TreatMissingData") or not alarm.has("MetricName"):
        return
    known = namespaces().get(alarm.namespace or "")
    name = alarm.metric_name or ""
    if known is None or not (name in known.failures or _on_dead_letters(alarm, name, graph)):
        return
    yield Match(
        alarm,
        f"{alarm.label} does not say what missing data of {name} means",
        ("TreatMissingData",),
        (f"MetricName {name}, TreatMissingData not set",),
    )


def _on_dead_letters(alarm: Alarm, name: str, graph: Graph) -> bool:
    for edge in graph.outgoing(alarm, EdgeKind.WATCHES) if name == DEPTH else ():
        if isinstance(edge.target, External):
            graph.settle_end(edge, edge.target, Queue)
        if isinstance(edge.target, Queue) and graph.incoming(edge.target, EdgeKind.DEAD_LETTERS):
            return True
    if name == DEPTH:
        settle_watched(alarm, graph)
    return False
