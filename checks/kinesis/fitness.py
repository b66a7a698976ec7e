"""Whether a stream has the size, the mode and the traffic that justify it."""

from __future__ import annotations

import math
from collections.abc import Iterator

from auditor.data import event_limits
from auditor.findings import Category, Confidence, Match, Severity
from auditor.graph import Graph
from auditor.resources import Stream
from auditor.rules import rule
from auditor.usage import Usage
from auditor.values import UndeterminedError
from checks._costs import on_demand, provisioned, shard_hours
from checks.kinesis._load import (
    BYTES,
    BYTES_IN,
    BYTES_OUT,
    READ_BYTES,
    READS_THROTTLED,
    RECORDS,
    RECORDS_IN,
    WRITES_THROTTLED,
    shards_of,
    writes,
)
from checks.kinesis._readers import readers, shares_throughput

# Our choices: a quarter more than was ever needed; twice that is too much; five times the average
# is a burst; fewer records than one shard takes are few.
_HEADROOM = 1.25
_TOO_MANY = 2
_BURST = 5
ON_DEMAND = """
    ClicksStream:
      Type: AWS::Kinesis::Stream
      Properties:
        StreamModeDetails: {StreamMode: ON_DEMAND}

    Live: aws kinesis update-stream-mode --stream-arn ARN
    --stream-mode-details StreamMode=ON_DEMAND
"""


@rule(
    "KIN020",
    "shards-far-beyond-need",
    severity=Severity.MEDIUM,
    category=Category.COST,
    guide="Scaling (lines 531-569)",
    applies_to=Stream,
    needs=(BYTES, RECORDS, READ_BYTES, WRITES_THROTTLED, READS_THROTTLED),
    remediation="""
        ClicksStream:
          Type: AWS::Kinesis::Stream
          Properties:
            ShardCount: 2

        Live: aws kinesis update-shard-count --stream-name NAME --target-shard-count 2
        --scaling-type UNIFORM_SCALING
    """,
)
def shards_far_beyond_need(stream: Stream, graph: Graph) -> Iterator[Match]:
    """A provisioned stream has at least twice the shards that its traffic needs.

    Each costs by the hour, used or not. Needed is the largest of bytes in, records in and bytes out
    of what one shard bears, at the highest five minutes of the window and with a quarter to spare.
    A stream that refuses reads or writes is left out, as its load is uneven (KIN013). One that was
    not measured from the first day to the last is undetermined.

    Fine to accept where a known peak is yet to come.
    """
    if stream.on_demand or shards_of(stream) == 1:
        return
    loads = [(series, series.maximum / limit) for series, limit, _ in writes(stream)]
    if any(map(shares_throughput, readers(stream, graph))):
        read = READ_BYTES.steady(stream).per_second()
        loads.append((read, read.maximum / event_limits.SHARD_BYTES_READ))
    busiest, load = max(loads, key=lambda each: each[1])
    needed = max(1, math.ceil(load * _HEADROOM))
    if shards_of(stream) < _TOO_MANY * needed:
        return
    RECORDS.whole(stream)
    if not WRITES_THROTTLED.counted(stream) + READS_THROTTLED.counted(stream):
        message = f"{stream.label} has {shards_of(stream)} shards, but its traffic needs {needed}"
        usage = Usage(shard_hours(shards_of(stream)), shard_hours(needed), "hours of shards only")
        evidence = (busiest.summary("a second"),)
        yield Match(stream, message, ("ShardCount",), evidence, usage=usage)


@rule(
    "KIN011",
    "bursts-in-fixed-shards",
    severity=Severity.LOW,
    category=Category.COST,
    guide="Kinesis Scaling Characteristics (lines 944-956)",
    applies_to=Stream,
    needs=(BYTES, BYTES_IN, RECORDS_IN, BYTES_OUT),
    remediation=ON_DEMAND,
)
def bursts_in_fixed_shards(stream: Stream, _graph: Graph) -> Iterator[Match]:
    """The traffic of a provisioned stream comes in bursts far above its average.

    Shards for the bursts stand idle most of the time, shards for the average refuse the bursts.
    Bursts that one shard takes are left out: for these there are fewer shards.
    On demand mode follows the load. Compared are the average and the p99 of five-minute peaks.
    On demand may cost more: the estimate says what would change, enhanced fan-out apart.

    Fine to accept where something else changes the number of shards in time.
    """
    if stream.on_demand or shards_of(stream) == 1:
        return
    series = BYTES.steady(stream).per_second()
    high, mean = series.percentile(99), series.mean
    if high > _BURST * mean and high > event_limits.SHARD_BYTES:
        message = f"{stream.label} has bursts of {high / mean:.1f} times its average"
        evidence = (series.summary("bytes a second"),)
        usage = _in_both_modes(stream)
        yield Match(stream, message, ("StreamModeDetails",), evidence, usage=usage)


def _in_both_modes(stream: Stream) -> Usage | None:
    """What the stream costs now and on demand; nothing where its traffic was not read."""
    try:
        records, size = RECORDS_IN.counted_monthly(stream), BYTES_IN.counted_monthly(stream)
        read = BYTES_OUT.counted_monthly(stream)
    except UndeterminedError:
        return None
    return Usage(
        provisioned(shards_of(stream), records, size),
        on_demand(records, size, read),
        "records of equal size, no enhanced fan-out",
    )


@rule(
    "ARC046",
    "stream-with-little-traffic",
    severity=Severity.LOW,
    category=Category.COST,
    confidence=Confidence.LOW,
    guide="When to Use Kinesis (lines 804-816)",
    applies_to=Stream,
    needs=(BYTES, RECORDS),
    pedantic=True,
    remediation="""
        Let producers send to a queue instead, if nobody needs to read records again:

        ClicksQueue:
          Type: AWS::SQS::Queue

        Live: aws sqs create-queue --queue-name clicks
    """,
)
def stream_with_little_traffic(stream: Stream, graph: Graph) -> Iterator[Match]:
    """A stream has one reader and less traffic than one shard takes.

    A queue would do, costs nothing while idle and needs no shards. The guide draws the line at
    1,000 records a second; a shard takes 1 MiB a second, too.

    Fine to accept where records are read again, or have to stay in order.
    """
    found = readers(stream, graph)
    if len(found) > 1:
        return
    loads = list(writes(stream))
    if found and all(series.percentile(99) < limit for series, limit, _ in loads):
        RECORDS.whole(stream)
        message = f"{stream.label} has one reader and less traffic than one shard takes"
        evidence = tuple(series.summary(unit) for series, _, unit in loads)
        yield Match(stream, message, evidence=evidence)
