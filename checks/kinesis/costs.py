"""What streams cost beside their shards."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.data import event_limits
from auditor.data.limits import QUOTA_WARNING_SHARE
from auditor.findings import Category, Confidence, Match, Severity
from auditor.graph import EdgeKind, Graph
from auditor.resources import Stream, StreamConsumer
from auditor.rules import rule
from auditor.traffic.series import brief
from auditor.usage import HOURS_PER_MONTH, Usage
from checks._costs import GB, PUT_UNIT, put_units
from checks.kinesis._load import BYTES, BYTES_IN, RECORDS_IN, shards_of
from checks.kinesis._readers import readers
from checks.kinesis.traffic import LAG

GUIDE = "Kinesis Cost Optimization (lines 1007-1021)"
# Our choices: so many units cost about a dollar and a half; records of a fifth of a unit waste the
# most of it; two readers share a stream easily.
_MANY = 100_000_000
_SMALL = 0.2
_FEW_READERS = 2
_WEEK = 168


@rule(
    "COST015",
    "records-far-below-payload-unit",
    severity=Severity.LOW,
    category=Category.COST,
    guide=GUIDE,
    applies_to=Stream,
    needs=(RECORDS_IN, BYTES_IN),
    remediation="""
        Let the producers put several messages into one record, for example with the aggregation of
        the Kinesis Producer Library; readers have to take the records apart.

        Live: aws kinesis put-records --stream-name NAME --records file://records.json
    """,
)
def records_far_below_payload_unit(stream: Stream, _graph: Graph) -> Iterator[Match]:
    """A busy provisioned stream gets records that are much smaller than what is paid for.

    Each record is billed as at least 25 KB. Records of a fifth of that, or less, pay for five times
    of what they carry. PutRecords alone does not help: it has as many records.

    Fine to accept where readers cannot take records apart, or records must not wait.
    """
    if stream.on_demand:
        return
    records, size = RECORDS_IN.steady(stream), BYTES_IN.steady(stream)
    units = put_units(records.monthly, size.monthly)
    if units < _MANY or size.total > _SMALL * PUT_UNIT * records.total:
        return
    usage = Usage(
        {"kinesis.put-unit": units},
        {"kinesis.put-unit": size.monthly / PUT_UNIT},
        "full units of 25 KB afterwards",
    )
    message = f"{stream.label} is written in records of {brief(size.total / records.total)} bytes"
    evidence = (records.summary("an hour"), size.summary("bytes an hour"))
    yield Match(stream, message, evidence=evidence, usage=usage)


@rule(
    "COST016",
    "retention-beyond-use",
    severity=Severity.LOW,
    category=Category.COST,
    confidence=Confidence.LOW,
    guide=GUIDE,
    pedantic=True,
    applies_to=Stream,
    needs=(LAG, BYTES_IN),
    remediation="""
        ClicksStream:
          Type: AWS::Kinesis::Stream
          Properties:
            RetentionPeriodHours: 24

        Live: aws kinesis decrease-stream-retention-period --stream-name NAME
        --retention-period-hours 24
    """,
)
def retention_beyond_use(stream: Stream, _graph: Graph) -> Iterator[Match]:
    """A provisioned stream keeps records longer than a day, but no reader asked for old ones.

    In the window nobody read a record that was older than a day. What is kept longer is paid for by
    the hour of each shard, beyond seven days also by size.

    Fine to accept as insurance: readers that stand still over a weekend need their records after.
    """
    hours = stream.retention_hours
    if stream.on_demand or hours <= event_limits.RETENTION_MIN_HOURS:
        return
    lag = LAG.whole(stream).times(1 / 3_600_000)
    if lag.maximum >= event_limits.RETENTION_MIN_HOURS:
        return
    shards = shards_of(stream) * HOURS_PER_MONTH
    kept = BYTES_IN.counted_monthly(stream) / HOURS_PER_MONTH * max(0, hours - _WEEK) / GB
    now = {"kinesis.extended-shard-hour": shards} | (
        {"kinesis.long-term-gb-month": kept} if hours > _WEEK else {}
    )
    message = f"{stream.label} keeps {hours} hours, of which readers used {brief(lag.maximum)}"
    evidence = (lag.summary("hours"),)
    yield Match(stream, message, ("RetentionPeriodHours",), evidence, usage=Usage(now, {}))


@rule(
    "COST018",
    "fan-out-without-need",
    severity=Severity.LOW,
    category=Category.COST,
    confidence=Confidence.LOW,
    guide=GUIDE,
    pedantic=True,
    applies_to=Stream,
    needs=(BYTES, BYTES_IN),
    remediation="""
        Let the readers use the stream itself instead of a registered consumer:

        ClicksMapping:
          Type: AWS::Lambda::EventSourceMapping
          Properties:
            EventSourceArn: !GetAtt ClicksStream.Arn

        Live: aws kinesis deregister-stream-consumer --stream-arn ARN --consumer-name NAME
    """,
)
def fan_out_without_need(stream: Stream, graph: Graph) -> Iterator[Match]:
    """Readers pay for throughput of their own, though the stream's would do for all of them.

    One or two readers, who at the busiest five minutes would together take less than 80% of what
    the shards of a provisioned stream give without enhanced fan-out.

    Fine to accept where records have to arrive within 70 ms, which fan-out is for.
    """
    if stream.on_demand:
        return
    found = readers(stream, graph)
    consumers = [edge.target for edge in found if isinstance(edge.target, StreamConsumer)]
    if not consumers or len(found) > _FEW_READERS:
        return
    graph.settle_outgoing(stream, EdgeKind.CONSUMES)
    shards, peak = shards_of(stream), BYTES.whole(stream).per_second()
    shared = event_limits.SHARD_BYTES_READ * shards
    if peak.maximum * len(found) >= QUOTA_WARNING_SHARE * shared:
        return
    number = len(consumers)
    usage = Usage(
        {
            "kinesis.fan-out-shard-hour": number * shards * HOURS_PER_MONTH,
            "kinesis.fan-out-gb": number * BYTES_IN.counted_monthly(stream) / GB,
        },
        {},
        "each consumer reads every record once",
    )
    message = f"{stream.label} could serve its readers without enhanced fan-out: {len(found)}"
    related = tuple((consumer, "consumer") for consumer in consumers)
    yield Match(stream, message, (), (peak.summary("bytes a second"),), related, usage=usage)
