"""What the traffic of a stream tells: load of its shards, throttling, lag of its readers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from auditor.data import event_limits
from auditor.findings import Category, Confidence, Match, Severity
from auditor.graph import Graph
from auditor.resources import RawResource, Stream
from auditor.rules import rule
from auditor.traffic import Measure, Series
from auditor.traffic.series import brief
from checks._traffic import mishap, near_limit, percent, worst
from checks.kinesis._load import (
    BYTES,
    READ_BYTES,
    READS_THROTTLED,
    RECORDS,
    WRITES_THROTTLED,
    shards_of,
    writes,
)

LAG = Measure(Stream, "GetRecords.IteratorAgeMilliseconds", "Maximum")


def _watched(raw: RawResource) -> bool:
    """Whether each shard has a metric of its own."""
    levels = raw.properties.get("DesiredShardLevelMetrics")
    return isinstance(levels, Sequence) and not {"ALL", "IncomingBytes"}.isdisjoint(levels)


HOTTEST, AVERAGE = (
    Measure(Stream, "IncomingBytes", resolution=300, only=_watched, across=across, part="ShardId")
    for across in ("MAX", "AVG")
)

SCALING = "Kinesis Scaling Characteristics (lines 944-956)"
HIGH_LATENCY = "Kinesis Issues (lines 1236-1252)"
MORE_SHARDS = """
    ClicksStream:
      Type: AWS::Kinesis::Stream
      Properties:
        ShardCount: 8   # or StreamModeDetails: {StreamMode: ON_DEMAND}

    Live: aws kinesis update-shard-count --stream-name NAME --target-shard-count 8
    --scaling-type UNIFORM_SCALING
"""
SPREAD_KEYS = """
    Use a partition key with many more values than there are shards, such as the id of an order,
    not a constant, a date or the name of a region.

    Live: aws kinesis enable-enhanced-monitoring --stream-name NAME
    --shard-level-metrics IncomingBytes IncomingRecords
"""
# Our choices: readers beyond half of the retention will not catch up by themselves; a stream this
# empty that is throttled has its load in few shards; twice the average is uneven.
_LATE = 0.5
_QUIET = 0.5
_UNEVEN = 2


@rule(
    "QUO015",
    "shards-near-write-limit",
    severity=Severity.HIGH,
    category=Category.PERFORMANCE,
    guide=SCALING,
    applies_to=Stream,
    needs=(BYTES, RECORDS),
    remediation=MORE_SHARDS,
)
def shards_near_write_limit(stream: Stream, _graph: Graph) -> Iterator[Match]:
    """The shards of a provisioned stream take nearly as much as they can.

    Each takes 1 MiB and 1,000 records a second; what exceeds that is refused. The rates are
    averages over five minutes and all shards, so single shards reach their limit earlier.

    Fine to accept where producers retry and a delay does no harm.
    """
    if stream.on_demand:
        return
    yield from worst(_near_write_limit(stream, shards_of(stream)))


def _near_write_limit(stream: Stream, shards: int) -> Iterator[Match]:
    for series, limit, unit in writes(stream):
        what = f"what is written into the {shards} shards of {stream.label} ({series.name})"
        path = ("ShardCount",)
        yield from near_limit(stream, series, limit * shards, what, unit=unit, path=path)


@rule(
    "QUO016",
    "shards-near-read-limit",
    severity=Severity.HIGH,
    category=Category.PERFORMANCE,
    guide=SCALING,
    applies_to=Stream,
    needs=(READ_BYTES, READS_THROTTLED),
    remediation="""
        ReportsConsumer:
          Type: AWS::Kinesis::StreamConsumer
          Properties:
            ConsumerName: reports
            StreamARN: !GetAtt ClicksStream.Arn

        Live: aws kinesis register-stream-consumer --stream-arn ARN --consumer-name reports
    """,
)
def shards_near_read_limit(stream: Stream, _graph: Graph) -> Iterator[Match]:
    """The readers of a stream get nearly as much as its shards give, or were refused.

    All readers without throughput of their own share 2 MiB and five calls a second of each shard.
    Whoever is refused falls behind; in few hours only, or not in the last week, it is low.

    Fine to accept where the readers catch up at night.
    """
    series = READ_BYTES.steady(stream).per_second()
    yield from worst((*_near_read_limit(stream, series), *_refused_reads(stream, series)))


def _near_read_limit(stream: Stream, series: Series) -> Iterator[Match]:
    if not stream.on_demand:
        limit = event_limits.SHARD_BYTES_READ * shards_of(stream)
        what = f"what is read from {stream.label}"
        yield from near_limit(stream, series, limit, what, unit="bytes a second")


def _refused_reads(stream: Stream, series: Series) -> Iterator[Match]:
    refused = READS_THROTTLED.counter(stream)
    if refused.total:
        message = f"readers of {stream.label} were refused {brief(refused.total)} times"
        severity, line = mishap(refused)
        evidence = (series.summary("bytes a second"), line)
        yield Match(stream, message, evidence=evidence, severity=severity)


@rule(
    "QUO017",
    "records-about-to-expire",
    severity=Severity.CRITICAL,
    category=Category.RELIABILITY,
    guide=SCALING,
    applies_to=Stream,
    needs=(LAG,),
    remediation="""
        ClicksStream:
          Type: AWS::Kinesis::Stream
          Properties:
            RetentionPeriodHours: 168

        Then make the readers faster: more shards, a higher ParallelizationFactor, or mend a record
        that they fail on again and again.

        Live: aws kinesis increase-stream-retention-period --stream-name NAME
        --retention-period-hours 168
    """,
)
def records_about_to_expire(stream: Stream, _graph: Graph) -> Iterator[Match]:
    """A reader of a stream is behind by more than half of the time that records are kept.

    Records that reach the retention period are gone, read or not.

    Fine to accept where old records are worthless.
    """
    series = LAG.steady(stream).times(1 / 1_000)
    what = f"the age of the records that are read from {stream.label}"
    limit = stream.retention_hours * 3_600
    path = ("RetentionPeriodHours",)
    yield from near_limit(stream, series, limit, what, unit="seconds", path=path, share=_LATE)


@rule(
    "OPS019",
    "writes-to-stream-refused",
    severity=Severity.HIGH,
    category=Category.RELIABILITY,
    guide=HIGH_LATENCY,
    applies_to=Stream,
    needs=(RECORDS, WRITES_THROTTLED),
    remediation=MORE_SHARDS,
)
def writes_to_stream_refused(stream: Stream, _graph: Graph) -> Iterator[Match]:
    """A stream refused records, as a shard was full.

    They are lost unless the producer looks at the result of each record and sends it again. In few
    hours only, or not in the last week, it is low.

    Fine to accept where producers do, with a growing delay.
    """
    records = RECORDS.seen(stream)
    refused = WRITES_THROTTLED.counter(stream)
    if refused.total:
        message = f"{stream.label} refused {brief(refused.total)} writes in {records.days} days"
        severity, line = mishap(refused)
        evidence = (records.per_second().summary("a second"), line)
        yield Match(stream, message, evidence=evidence, severity=severity)


@rule(
    "KIN013",
    "hot-shard",
    severity=Severity.HIGH,
    category=Category.PERFORMANCE,
    confidence=Confidence.MEDIUM,
    guide="Amazon Kinesis Data Streams (lines 445-570)",
    applies_to=Stream,
    needs=(BYTES, RECORDS, WRITES_THROTTLED, HOTTEST, AVERAGE),
    remediation=SPREAD_KEYS,
)
def hot_shard(stream: Stream, _graph: Graph) -> Iterator[Match]:
    """One shard of a stream takes much more than the others.

    More shards do not help then, better partition keys do. Where each shard has metrics of its own
    (enhanced monitoring of IncomingBytes), the busiest takes more than twice the average, and more
    than half of what it can. Elsewhere it is concluded from the whole stream: it refuses records
    although its shards together are at most half full, also in the last day and not just once in a
    while, as shards may have been added since; bursts shorter than five minutes look the same.

    Fine to accept where the load comes in such bursts.
    """
    if stream.on_demand or shards_of(stream) == 1:
        return
    if _watched(stream.raw):
        yield from _hottest_shard(stream)
    else:
        yield from _refusing_while_quiet(stream)


def _hottest_shard(stream: Stream) -> Iterator[Match]:
    hottest, average = (each.steady(stream).per_second() for each in (HOTTEST, AVERAGE))
    peak, usual = hottest.percentile(99), average.percentile(99)
    if peak > _QUIET * event_limits.SHARD_BYTES and peak > _UNEVEN * usual:
        message = f"the busiest shard of {stream.label} takes {peak / usual:.1f} times the average"
        evidence = tuple(each.summary("bytes a second") for each in (hottest, average))
        yield Match(stream, message, evidence=evidence, confidence=Confidence.HIGH)


def _refusing_while_quiet(stream: Stream) -> Iterator[Match]:
    shards = shards_of(stream)
    loads = [(series.maximum / (limit * shards), series) for series, limit, _ in writes(stream)]
    load, busiest = max(loads, key=lambda each: each[0])
    refused = WRITES_THROTTLED.counter(stream)
    severity, _ = mishap(refused)
    if severity is None and any(refused.last_day()) and load <= _QUIET:
        message = (
            f"{stream.label} refused {brief(refused.total)} writes though its shards were never"
            f" more than {percent(load, 1)} full"
        )
        note = "concluded from the whole stream, as no shard has metrics of its own"
        yield Match(stream, message, evidence=(busiest.summary("a second"), note))
