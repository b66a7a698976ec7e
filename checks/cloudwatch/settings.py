"""Alarms whose statistic, period or threshold makes them fire never, always or too late."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.data import alarms as facts
from auditor.data.metrics import namespaces
from auditor.findings import Category, Confidence, Match, Severity
from auditor.graph import EdgeKind, External, Graph, Node
from auditor.resources import Alarm, Queue, Stream
from auditor.rules import rule
from checks.cloudwatch._alarms import AGE, DEPTH, settle_watched


@rule(
    "CWA006",
    "unfit-statistic-or-period",
    severity=Severity.LOW,
    category=Category.OPERATIONS,
    guide="CloudWatch Metrics and Alarms (lines 1134-1172)",
    applies_to=Alarm,
    remediation="""
        OrdersAgeAlarm:
          Type: AWS::CloudWatch::Alarm
          Properties:
            Namespace: AWS/SQS
            MetricName: ApproximateAgeOfOldestMessage
            Statistic: Maximum
            Period: 60
            EvaluationPeriods: 5

        Live: aws cloudwatch put-metric-alarm --statistic Maximum --period 60 ...
    """,
)
def unfit_statistic_or_period(alarm: Alarm, _graph: Graph) -> Iterator[Match]:
    """An alarm combines its metric with a statistic or period that tells something else.

    Depth and age are states, not counts: their sum grows with the number of samples, so that five
    minutes of 300 messages add up to more than 1,000. The average age hides the one shard or
    message that is stuck. AWS publishes the metrics of these services once a minute, so a shorter
    period has no data most of the time and costs more. CloudWatch refuses to look back over more
    than a day (a week if the period is an hour or longer).

    Fine to accept where the threshold was chosen for just this statistic.
    """
    if alarm.namespace not in namespaces():
        return
    name, period, periods = alarm.metric_name or "", alarm.period, alarm.evaluation_periods
    if period is not None and period < facts.METRIC_RESOLUTION_SECONDS:
        yield Match(
            alarm,
            f"{alarm.label} looks at {name} every {period} s, but AWS publishes it every minute",
            ("Period",),
            (f"Period {period}",),
        )
    if period and periods and period * periods > facts.longest_evaluation(period):
        yield Match(
            alarm,
            f"{alarm.label} looks back over {period * periods} s, which CloudWatch refuses",
            ("EvaluationPeriods",),
            (f"Period {period}, EvaluationPeriods {periods}",),
            severity=Severity.HIGH,
        )
    if flaw := _misread(alarm, name):
        yield Match(
            alarm,
            f"{alarm.label} takes the {alarm.statistic} of {name}, {flaw}",
            ("Statistic",),
            (f"Statistic {alarm.statistic}, Period {period}",),
        )


def _misread(alarm: Alarm, name: str) -> str | None:
    """What is wrong with the statistic; queues give one sample a minute, so that all are equal."""
    one_sample = alarm.namespace == "AWS/SQS" and alarm.period == facts.METRIC_RESOLUTION_SECONDS
    if one_sample or not (name in facts.AGES or name in facts.DEPTHS):
        return None
    if alarm.statistic == "Sum" and not _any_at_all(alarm):
        return "which adds up the samples of a state"
    if alarm.statistic == "Average" and name in facts.AGES:
        return "which hides the oldest"
    return None


def _any_at_all(alarm: Alarm) -> bool:
    """Whether one message is enough: then every statistic tells the same."""
    return alarm.threshold is not None and alarm.threshold <= 1


@rule(
    "CWA007",
    "alarm-on-single-datapoint",
    severity=Severity.LOW,
    category=Category.OPERATIONS,
    guide="CloudWatch Metrics and Alarms (lines 1134-1172)",
    applies_to=Alarm,
    pedantic=True,
    remediation="""
        OrdersDepthAlarm:
          Type: AWS::CloudWatch::Alarm
          Properties:
            Period: 60
            EvaluationPeriods: 5
            DatapointsToAlarm: 3

        Live: aws cloudwatch put-metric-alarm --evaluation-periods 5 --datapoints-to-alarm 3 ...
    """,
)
def alarm_on_single_datapoint(alarm: Alarm, graph: Graph) -> Iterator[Match]:
    """An alarm fires on a single data point of a metric that has harmless peaks.

    A batch of messages, a deployment or a cold start lifts depth, duration and concurrency for a
    minute. Alarms that go off for nothing are soon ignored; three of five periods tell a peak from
    a trend. Counts of failures, ages and dead-letter queues are exempt.

    Fine to accept where a single peak is already an incident.
    """
    name = alarm.metric_name or ""
    if alarm.namespace not in namespaces() or name not in facts.NOISY:
        return
    if alarm.evaluation_periods != 1 or _watches_dead_letters(alarm, graph):
        return
    yield Match(
        alarm,
        f"{alarm.label} fires on a single data point of {name}",
        ("EvaluationPeriods",),
        ("EvaluationPeriods 1",),
    )


@rule(
    "CWA011",
    "unfit-threshold",
    severity=Severity.MEDIUM,
    category=Category.OPERATIONS,
    guide="CloudWatch Metrics and Alarms (lines 1134-1172)",
    applies_to=Alarm,
    remediation="""
        OrdersAgeAlarm:
          Type: AWS::CloudWatch::Alarm
          Properties:
            MetricName: ApproximateAgeOfOldestMessage
            ComparisonOperator: GreaterThanThreshold
            Threshold: 600          # well below the retention of the queue, in seconds

        Live: aws cloudwatch put-metric-alarm --threshold 600 ...
    """,
)
def unfit_threshold(alarm: Alarm, graph: Graph) -> Iterator[Match]:
    """An alarm's threshold cannot be reached, or is reached only after messages were lost.

    What is older than the retention is deleted, so an age of that height never occurs. In a
    dead-letter queue every message is a failure: an alarm that waits for many of them lets the
    first ones expire unseen.

    Fine to accept where single dead letters are expected and looked at anyway.
    """
    threshold = alarm.threshold
    if threshold is None or not alarm.comparison.startswith("Greater"):
        return
    for edge in graph.outgoing(alarm, EdgeKind.WATCHES):
        watched = edge.target
        if isinstance(watched, External):
            graph.settle_end(edge, watched, Queue, Stream)
        if not isinstance(watched, Queue | Stream):
            continue
        limit = _oldest(watched, edge.detail)
        if limit is not None and threshold >= limit:
            yield Match(
                alarm,
                f"{alarm.label} waits for an age that nothing in {watched.label} can reach",
                ("Threshold",),
                (f"{alarm.comparison} {threshold:.0f}", f"retention {limit}"),
                ((watched, "what it watches"),),
            )
        elif edge.detail == DEPTH and threshold > 1 and _takes_dead_letters(watched, graph):
            yield Match(
                alarm,
                f"{alarm.label} lets dead letters pass in {watched.label} before it fires",
                ("Threshold",),
                (f"{alarm.comparison} {threshold:.0f}",),
                ((watched, "dead-letter queue"),),
                severity=Severity.LOW,
                confidence=Confidence.MEDIUM,
            )
    settle_watched(alarm, graph, AGE, DEPTH, *facts.MILLISECONDS_BEHIND)


def _oldest(watched: Queue | Stream, metric: str) -> int | None:
    """The age, in the unit of the metric, at which messages or records are deleted."""
    if isinstance(watched, Queue) and metric == AGE:
        return watched.retention_seconds
    if isinstance(watched, Stream) and metric in facts.MILLISECONDS_BEHIND:
        return watched.retention_hours * 3_600_000
    return None


def _takes_dead_letters(watched: Node, graph: Graph) -> bool:
    return isinstance(watched, Queue) and bool(graph.incoming(watched, EdgeKind.DEAD_LETTERS))


def _watches_dead_letters(alarm: Alarm, graph: Graph) -> bool:
    edges = graph.outgoing(alarm, EdgeKind.WATCHES)
    if any(_takes_dead_letters(edge.target, graph) for edge in edges):
        return True
    for edge in edges:
        graph.settle_end(edge, edge.target, Queue)
    return False
