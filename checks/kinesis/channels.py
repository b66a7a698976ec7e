"""Channels, and streams that distribute records by themselves."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.findings import Category, Match, Severity
from auditor.graph import EdgeKind, Graph
from auditor.resources import Channel, Resource, Stream
from auditor.rules import rule
from auditor.values import UndeterminedError
from checks._shared import unread_end


@rule(
    "KIN025",
    "fragile-channel",
    severity=Severity.HIGH,
    category=Category.RELIABILITY,
    guide="Amazon Kinesis Data Streams (lines 445-570)",
    applies_to=(Channel, Stream),
    remediation="""
        ClicksChannel:
          Type: AWS::Kinesis::Channel
          Properties:
            S3TablesDestinationConfiguration:
              DeadLetterQueueS3Configuration:
                BucketARN: !GetAtt FailedClicks.Arn
                ExpectedBucketOwner: !Ref AWS::AccountId
            LoggingConfiguration:
              CloudWatchLogs: {Enabled: true}

        Live: aws kinesis update-stream-mode --stream-arn ARN
        --stream-mode-details StreamMode=ON_DEMAND
    """,
)
def fragile_channel(resource: Resource, graph: Graph) -> Iterator[Match]:
    """A channel, or the distribution of records over shards, does not work as it is set up.

    Both exist for on-demand streams only, and a channel to S3 Tables needs a bucket for records
    that do not fit the table: Kinesis refuses the rest. A channel that does not log its failures
    counts less.

    Fine to accept where a channel without logs is watched by its metrics.
    """
    if isinstance(resource, Channel):
        yield from _channel(resource, graph)
    elif (
        isinstance(resource, Stream) and resource.distribution == "AUTO" and not resource.on_demand
    ):
        message = f"{resource.label} cannot distribute records by itself, as it is provisioned"
        yield Match(resource, message, ("RecordDistributionStrategy",))


def _channel(channel: Channel, graph: Graph) -> Iterator[Match]:
    tables = channel.tables
    if tables is not None and not tables.has("DeadLetterQueueS3Configuration"):
        message = f"{channel.label} has no bucket for records that do not fit its table"
        yield Match(channel, message, (*tables.path, "DeadLetterQueueS3Configuration"))
    logs = channel.logging.cloudwatch if channel.logging is not None else None
    if logs is None or not logs.enabled:
        message = f"{channel.label} does not log its failures"
        yield Match(channel, message, ("LoggingConfiguration",), severity=Severity.LOW)
    for edge in graph.incoming(channel, EdgeKind.CONSUMES):
        if not isinstance(edge.source, Stream):
            raise UndeterminedError(unread_end(edge.source), edge.path)
        if not edge.source.on_demand:
            message = f"{channel.label} cannot read {edge.source.label}, which is provisioned"
            yield Match(channel, message, edge.path, (), ((edge.source, "the stream"),))
