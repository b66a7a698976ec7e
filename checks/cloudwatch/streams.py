"""Streams whose throttling and uneven load nobody sees."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditor.data import alarms as facts
from auditor.findings import Category, Confidence, Match, Severity
from auditor.graph import EdgeKind, Graph
from auditor.resources import Alarm, Stream
from auditor.rules import rule
from auditor.values import optional, read, texts
from checks.cloudwatch._alarms import absence, settle_watched, unwatched

THROTTLING = (
    "WriteProvisionedThroughputExceeded",
    "ReadProvisionedThroughputExceeded",
    "PutRecords.ThrottledRecords",
    "PutRecords.FailedRecords",
)
LOAD = ("IncomingBytes", "IncomingRecords")
_NUMBER = re.compile(r"(?<![\w.])\d+(?![\w.])")


@rule(
    "CWA014",
    "throttling-not-watched",
    severity=Severity.MEDIUM,
    category=Category.OPERATIONS,
    guide="CloudWatch Metrics and Alarms (lines 1175-1195)",
    applies_to=Stream,
    remediation="""
        ClicksThrottledAlarm:
          Type: AWS::CloudWatch::Alarm
          Properties:
            Namespace: AWS/Kinesis
            MetricName: WriteProvisionedThroughputExceeded
            Dimensions: [{Name: StreamName, Value: !Ref ClicksStream}]
            Statistic: Average
            Period: 60
            EvaluationPeriods: 5
            ComparisonOperator: GreaterThanThreshold
            Threshold: 0.01
            TreatMissingData: notBreaching
            AlarmActions: [!Ref AlertsTopic]

        Live: aws cloudwatch put-metric-alarm with the same options.
    """,
)
def throttling_not_watched(stream: Stream, graph: Graph) -> Iterator[Match]:
    """No alarm tells when a stream refuses records or reads because it is too small.

    Producers retry for a while and then lose what they hold; readers fall behind. An alarm on the
    incoming bytes or records is good as well, as it warns before.

    A template without a single alarm is exempt: it probably leaves them to another stack.

    Fine to accept where producers report what they could not write.
    """
    metrics = (*THROTTLING, *LOAD)
    if unwatched(stream, graph, *metrics):
        severity, confidence = absence(stream, graph, *metrics)
        message = f"no alarm that was read watches whether {stream.label} throttles"
        yield Match(stream, message, severity=severity, confidence=confidence)


@rule(
    "CWA015",
    "utilisation-ignores-shards",
    severity=Severity.LOW,
    category=Category.OPERATIONS,
    guide="CloudWatch Metrics and Alarms (lines 1175-1195)",
    applies_to=Alarm,
    confidence=Confidence.MEDIUM,
    remediation="""
        Metrics:
          - Id: records
            ReturnData: false
            MetricStat:
              Metric:
                Namespace: AWS/Kinesis
                MetricName: IncomingRecords
                Dimensions: [{Name: StreamName, Value: !Ref ClicksStream}]
              Period: 60
              Stat: Sum
          - Id: utilisation
            Expression: 100 * records / PERIOD(records) / (1000 * 4)   # 4 shards

        Live: aws cloudwatch put-metric-alarm --metrics ... with the number of shards.
    """,
)
def utilisation_ignores_shards(alarm: Alarm, graph: Graph) -> Iterator[Match]:
    """An alarm compares what a whole stream takes in with the limit of one shard.

    The metrics are those of the stream; 1,000 records or 1 MiB a second are those of a shard. With
    four shards the result is four times too high, and the alarm fires at a quarter of the load.

    Fine to accept where all records have one partition key, so that a single shard takes them.
    """
    expressions = [query for query in alarm.metrics if query.expression is not None]
    if not expressions:
        return
    for edge in graph.outgoing(alarm, EdgeKind.WATCHES):
        stream = edge.target
        if edge.detail not in LOAD:
            continue
        graph.settle_end(edge, stream, Stream)
        if not isinstance(stream, Stream) or stream.on_demand:
            continue
        shards = stream.shard_count or 1
        for query in expressions:
            numbers = {int(number) for number in _NUMBER.findall(query.expression or "")}
            if shards > 1 and _of_one_shard(numbers, edge.detail, shards):
                yield Match(
                    alarm,
                    f"{alarm.label} compares the load of {stream.label} with one shard's limit",
                    (*query.path, "Expression"),
                    (f"Expression {query.expression}", f"ShardCount {shards}"),
                    ((stream, "the stream"),),
                )
    settle_watched(alarm, graph, *LOAD)


def _of_one_shard(numbers: set[int], metric: str, shards: int) -> bool:
    if shards in numbers:
        return False
    if metric == "IncomingRecords":
        return facts.SHARD_RECORDS_PER_SECOND in numbers
    return bool(numbers & {facts.SHARD_BYTES_PER_SECOND, 1_024})


@rule(
    "CWA016",
    "no-shard-level-metrics",
    severity=Severity.INFO,
    category=Category.OPERATIONS,
    guide="CloudWatch Metrics and Alarms (lines 1175-1195)",
    applies_to=Stream,
    pedantic=True,
    remediation="""
        ClicksStream:
          Type: AWS::Kinesis::Stream
          Properties:
            DesiredShardLevelMetrics:
              - IncomingBytes
              - WriteProvisionedThroughputExceeded
              - IteratorAgeMilliseconds

        Live: aws kinesis enable-enhanced-monitoring --stream-name NAME
        --shard-level-metrics IncomingBytes WriteProvisionedThroughputExceeded
    """,
)
def no_shard_level_metrics(stream: Stream, _graph: Graph) -> Iterator[Match]:
    """A stream of several shards has no metrics of its shards, so a hot shard cannot be found.

    One busy partition key fills one shard while the metrics of the stream look idle. Shard-level
    metrics cost money, so it is a choice.

    Fine to accept where partition keys are many and spread evenly, or until throttling is seen.
    """
    shards = stream.shard_count or 1
    path = ("DesiredShardLevelMetrics",)
    wanted = read(stream.peek(*path), optional(texts), path, None)
    if not wanted and shards > 1 and not stream.on_demand:
        yield Match(
            stream,
            f"nobody can see which of the shards of {stream.label} is busy",
            path,
            (f"ShardCount {shards}",),
        )
