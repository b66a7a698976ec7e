"""Shards, capacity mode and size of records."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.data import event_limits
from auditor.data.limits import QUOTA_WARNING_SHARE
from auditor.findings import Category, Match, Severity
from auditor.graph import Graph
from auditor.resources import Stream
from auditor.resources.streams import LIMITS
from auditor.rules import rule
from checks.kinesis._readers import mappings

SCALING = "Kinesis Scaling Characteristics (lines 944-956)"


@rule(
    "KIN010",
    "shards-contradict-mode",
    severity=Severity.HIGH,
    category=Category.RELIABILITY,
    guide="Amazon Kinesis Data Streams (lines 445-570)",
    applies_to=Stream,
    remediation="""
        ClicksStream:
          Type: AWS::Kinesis::Stream
          Properties:
            StreamModeDetails: {StreamMode: ON_DEMAND}   # or PROVISIONED together with ShardCount

        Live: aws kinesis update-stream-mode --stream-arn ARN
        --stream-mode-details StreamMode=ON_DEMAND
    """,
)
def shards_contradict_mode(stream: Stream, _graph: Graph) -> Iterator[Match]:
    """A stream that scales by itself names a number of shards, or a provisioned one names none.

    Kinesis wants a number of shards exactly where capacity is provisioned, and refuses to create
    the stream otherwise.

    Fine to accept in no case that we know of.
    """
    if stream.on_demand and stream.has("ShardCount"):
        message = f"{stream.label} sets a number of shards, but scales by itself"
        yield Match(stream, message, ("ShardCount",))
    elif stream.mode is not None and not stream.on_demand and not stream.has("ShardCount"):
        message = f"{stream.label} is provisioned, but does not say with how many shards"
        yield Match(stream, message, ("ShardCount",))


@rule(
    "KIN015",
    "record-too-large-for-function",
    severity=Severity.LOW,
    category=Category.RELIABILITY,
    guide=SCALING,
    applies_to=Stream,
    remediation="""
        ClicksStream:
          Type: AWS::Kinesis::Stream
          Properties:
            MaxRecordSizeInKiB: 4096

        Live: aws kinesis update-max-record-size --stream-arn ARN --max-record-size-in-ki-b 4096
    """,
)
def record_too_large_for_function(stream: Stream, graph: Graph) -> Iterator[Match]:
    """A stream takes records that its Lambda function can never be given.

    An invocation carries six megabytes, and records travel in Base64, which adds a third: a record
    beyond four and a half is not delivered, and ends where failed records end.

    Fine to accept where producers never send records that large.
    """
    encoded = stream.max_record_kib * event_limits.BASE64_GROWTH
    if encoded <= event_limits.INVOCATION_PAYLOAD_KIB:
        return
    for mapping in mappings(stream, graph):
        message = f"{stream.label} takes records that do not fit into an invocation of its function"
        evidence = (f"MaxRecordSizeInKiB {stream.max_record_kib}",)
        yield Match(stream, message, ("MaxRecordSizeInKiB",), evidence, ((mapping, "the mapping"),))
        return


@rule(
    "KIN021",
    "single-shard-stream",
    severity=Severity.LOW,
    category=Category.PERFORMANCE,
    guide="Scaling Considerations (lines 531-570)",
    pedantic=True,
    applies_to=Stream,
    remediation="""
        ClicksStream:
          Type: AWS::Kinesis::Stream
          Properties:
            StreamModeDetails: {StreamMode: ON_DEMAND}

        Live: aws kinesis update-shard-count --stream-name NAME --target-shard-count 2
        --scaling-type UNIFORM_SCALING
    """,
)
def single_shard_stream(stream: Stream, _graph: Graph) -> Iterator[Match]:
    """A stream has a single shard, and so takes a megabyte or a thousand records a second at most.

    Producers are throttled at the first peak, and the number of shards is changed by hand, slowly.

    Fine to accept where all records have to be in one order, and traffic is low.
    """
    if not stream.on_demand and stream.shard_count == 1:
        yield Match(stream, f"{stream.label} has a single shard", ("ShardCount",))


@rule(
    "QUO018",
    "streams-near-account-quota",
    severity=Severity.MEDIUM,
    category=Category.OPERATIONS,
    guide=SCALING,
    applies_to=Stream,
    remediation="""
        Ask for a higher quota before the next stream needs it, or merge streams with little
        traffic.

        Live: aws kinesis describe-limits
        aws service-quotas list-service-quotas --service-code kinesis
    """,
)
def streams_near_account_quota(stream: Stream, _graph: Graph) -> Iterator[Match]:
    """An account uses almost all shards, or on-demand streams, that it may have in a region.

    Beyond the quota neither a new stream is created nor one split, so a stream that has to grow in
    a hurry cannot. It is the account's in a region, and shown at its first stream. Known for live
    streams only.

    Fine to accept where the number of streams and shards is meant to stay.
    """
    if (limits := stream.limits) is None:
        return
    for what, used, quota in (
        ("shards", limits.shards, limits.shard_limit),
        ("on-demand streams", limits.on_demand, limits.on_demand_limit),
    ):
        if used > QUOTA_WARNING_SHARE * quota:
            message = f"{used} of {quota} {what} of the account's region are in use"
            yield Match(stream, message, (LIMITS,), discriminator=what)
