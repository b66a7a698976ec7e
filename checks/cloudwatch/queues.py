"""Queues and streams that may fill up without anybody being told."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.findings import Category, Match, Severity
from auditor.graph import Edge, EdgeKind, Graph
from auditor.resources import Function, Queue, Stream
from auditor.resources.base import Resource
from auditor.rules import rule
from checks.cloudwatch._alarms import AGE, DEPTH, certainty, elsewhere, watches

GUIDE = "CloudWatch Metrics and Alarms (lines 1126-1196)"
SENT = "NumberOfMessagesSent"
STREAM_AGE = (
    "GetRecords.IteratorAgeMilliseconds",
    "GetRecords.IteratorAge",
    "IteratorAgeMilliseconds",
    "SubscribeToShardEvent.MillisBehindLatest",
)


@rule(
    "CWA001",
    "queue-without-alarm",
    severity=Severity.MEDIUM,
    category=Category.OPERATIONS,
    guide="CloudWatch Metrics and Alarms (lines 1134-1155)",
    applies_to=Queue,
    remediation="""
        OrdersAgeAlarm:
          Type: AWS::CloudWatch::Alarm
          Properties:
            Namespace: AWS/SQS
            MetricName: ApproximateAgeOfOldestMessage
            Dimensions: [{Name: QueueName, Value: !GetAtt OrdersQueue.QueueName}]
            Statistic: Maximum
            Period: 60
            EvaluationPeriods: 5
            ComparisonOperator: GreaterThanThreshold
            Threshold: 600
            AlarmActions: [!Ref AlertsTopic]

        Live: aws cloudwatch put-metric-alarm with the same options.
    """,
)
def queue_without_alarm(queue: Queue, graph: Graph) -> Iterator[Match]:
    """No alarm watches depth or age of a queue that is read, so a stuck consumer goes unseen.

    Messages pile up until their retention ends, and the first to notice are those who wait for the
    results.

    A template without a single alarm probably leaves them to another stack, so it counts less.

    Fine to accept where the alarms are kept in another stack, or the messages do not matter.
    """
    if graph.outgoing(queue, EdgeKind.CONSUMES) and not watches(queue, graph, DEPTH, AGE):
        yield Match(
            queue,
            f"no alarm that was read watches the depth or the age of {queue.label}",
            severity=Severity.LOW if elsewhere(queue, graph) else None,
            confidence=certainty(queue, graph),
        )


@rule(
    "CWA012",
    "dlq-without-alarm",
    severity=Severity.HIGH,
    category=Category.OPERATIONS,
    guide="CloudWatch Metrics and Alarms (lines 1126-1155)",
    applies_to=Queue,
    remediation="""
        OrdersDlqAlarm:
          Type: AWS::CloudWatch::Alarm
          Properties:
            Namespace: AWS/SQS
            MetricName: ApproximateNumberOfMessagesVisible
            Dimensions: [{Name: QueueName, Value: !GetAtt OrdersDlq.QueueName}]
            Statistic: Maximum
            Period: 60
            EvaluationPeriods: 1
            ComparisonOperator: GreaterThanThreshold
            Threshold: 0
            TreatMissingData: notBreaching
            AlarmActions: [!Ref AlertsTopic]

        Live: aws cloudwatch put-metric-alarm with the same options.
    """,
)
def dlq_without_alarm(queue: Queue, graph: Graph) -> Iterator[Match]:
    """No alarm tells when a dead-letter queue has messages, so failures expire there unseen.

    The depth is what to watch. NumberOfMessagesSent does not count messages that SQS itself moves
    to the queue after too many receives, so an alarm on it stays silent; it is good enough only
    where functions, rules or subscriptions send their failures. A dead-letter queue that something
    reads is exempt.

    A template without a single alarm probably leaves them to another stack, so it counts less.

    Fine to accept where the alarms are kept in another stack.
    """
    sources = graph.incoming(queue, EdgeKind.DEAD_LETTERS)
    if not sources or graph.outgoing(queue, EdgeKind.CONSUMES):
        return
    moved = [edge.source for edge in sources if isinstance(edge.source, Queue)]
    if watches(queue, graph, DEPTH, AGE):
        return
    sent = watches(queue, graph, SENT)
    if sent and moved:
        yield _blind(sent[0], queue)
    elif sent:
        graph.settle_incoming(queue, EdgeKind.DEAD_LETTERS)
    else:
        yield Match(
            queue,
            f"no alarm that was read tells when the dead-letter queue {queue.label} has messages",
            evidence=tuple(sorted({f"dead letters of {edge.via.label}" for edge in sources})),
            severity=Severity.MEDIUM if elsewhere(queue, graph) else None,
            confidence=certainty(queue, graph),
        )


def _blind(edge: Edge, queue: Queue) -> Match:
    return Match(
        edge.via,
        f"{edge.via.label} watches {SENT} of {queue.label}, which does not count the messages"
        " that SQS moves there",
        (*edge.path[:-2], "MetricName"),
        (f"MetricName {SENT}",),
        related=((queue, "dead-letter queue"),),
    )


@rule(
    "CWA013",
    "age-not-watched",
    severity=Severity.HIGH,
    category=Category.OPERATIONS,
    guide="CloudWatch Metrics and Alarms (lines 1157-1172)",
    applies_to=(Queue, Stream),
    remediation="""
        ClicksAgeAlarm:
          Type: AWS::CloudWatch::Alarm
          Properties:
            Namespace: AWS/Kinesis
            MetricName: GetRecords.IteratorAgeMilliseconds
            Dimensions: [{Name: StreamName, Value: !Ref ClicksStream}]
            Statistic: Maximum
            Period: 60
            EvaluationPeriods: 5
            ComparisonOperator: GreaterThanThreshold
            Threshold: 43200000               # half of the retention, in milliseconds
            AlarmActions: [!Ref AlertsTopic]

        Live: aws cloudwatch put-metric-alarm with the same options.
    """,
)
def age_not_watched(resource: Resource, graph: Graph) -> Iterator[Match]:
    """No alarm watches how old the unread messages or records are, so they may expire unread.

    A stream drops records when their retention ends, whether they were read or not; only the age
    tells how close that is. For a stream the alarm may also watch IteratorAge of the function that
    reads it. For queues it is a smaller matter while an alarm on the depth exists, which a few old
    messages do not reach; queues without any alarm are another rule's finding.

    A template without a single alarm probably leaves them to another stack, so it counts less.

    Fine to accept where the alarms are kept in another stack.
    """
    readers = graph.outgoing(resource, EdgeKind.CONSUMES)
    if not readers:
        return
    if isinstance(resource, Queue):
        missing = watches(resource, graph, DEPTH) and not watches(resource, graph, AGE)
    else:
        missing = not watches(resource, graph, *STREAM_AGE) and not _followed(readers, graph)
    if missing:
        yield Match(
            resource,
            f"no alarm that was read watches the age of what is in {resource.label}",
            severity=_age_severity(resource, graph),
            confidence=certainty(resource, graph),
        )


def _age_severity(resource: Resource, graph: Graph) -> Severity | None:
    if isinstance(resource, Queue):
        return Severity.LOW
    return Severity.MEDIUM if elsewhere(resource, graph) else None


def _followed(readers: list[Edge], graph: Graph) -> bool:
    """Whether all readers are functions whose own age metric is watched."""
    functions = [edge.target for edge in readers if isinstance(edge.target, Function)]
    if not all(watches(function, graph, "IteratorAge") for function in functions):
        return False
    for edge in readers:
        graph.settle_end(edge, edge.target, Function)
    return len(functions) == len(readers)
