"""Kinesis streams and what reads them: consumers, channels, Firehose, analytics."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.resources.base import Resource
from auditor.values import Readable, View, boolean, integer, optional, read, text, view


class StreamEncryption(View):
    """Server-side encryption of a stream."""

    encryption_type = Readable("EncryptionType", text, "KMS")
    key_id = Readable("KeyId", text, "")


class StreamMode(View):
    """Provisioned or on-demand capacity."""

    mode = Readable("StreamMode", text, "PROVISIONED")


# Where the live collector keeps what the account may use in a region; no template has it.
LIMITS = "$limits"


class StreamLimits(View):
    """Shards and on-demand streams of an account in a region: those there are, and may be."""

    shards = Readable("OpenShardCount", integer, 0)
    shard_limit = Readable("ShardLimit", integer)
    on_demand = Readable("OnDemandStreamCount", integer, 0)
    on_demand_limit = Readable("OnDemandStreamCountLimit", integer)


class Stream(Resource):
    """A Kinesis data stream."""

    type = "AWS::Kinesis::Stream"

    encryption = Readable("StreamEncryption", optional(view(StreamEncryption)), None)
    retention_hours = Readable("RetentionPeriodHours", integer, 24)
    shard_count = Readable("ShardCount", optional(integer), None)
    mode = Readable("StreamModeDetails", optional(view(StreamMode)), None)
    max_record_kib = Readable("MaxRecordSizeInKiB", integer, 1_024)
    distribution = Readable("RecordDistributionStrategy", text, "USER_PARTITION_KEY")
    limits = Readable(LIMITS, optional(view(StreamLimits)), None)

    @property
    def on_demand(self) -> bool:
        """Whether the stream scales by itself; raises `UndeterminedError` when it is not known."""
        return self.mode is not None and self.mode.mode == "ON_DEMAND"


class CloudWatchLogs(View):
    """Whether something writes into CloudWatch Logs."""

    enabled = Readable("Enabled", boolean, False)


class Processing(View):
    """What a delivery stream does with records on their way, mostly with a function."""

    enabled = Readable("Enabled", boolean, False)


class Destination(View):
    """Where a delivery stream delivers to."""

    logs = Readable("CloudWatchLoggingOptions", optional(view(CloudWatchLogs)), None)
    prefix = Readable("Prefix", text, "")
    processing = Readable("ProcessingConfiguration", optional(view(Processing)), None)
    backup_mode = Readable("S3BackupMode", text, "Disabled")


_DESTINATIONS = tuple(
    f"{kind}DestinationConfiguration"
    for kind in (
        "AmazonOpenSearchServerless", "Amazonopensearchservice", "Elasticsearch", "ExtendedS3",
        "HttpEndpoint", "Iceberg", "Redshift", "S3", "Snowflake", "Splunk",
    )
)  # fmt: skip


class DeliveryStream(Resource):
    """An Amazon Data Firehose delivery stream."""

    type = "AWS::KinesisFirehose::DeliveryStream"

    source = Readable("DeliveryStreamType", text, "DirectPut")

    @property
    def destinations(self) -> Iterator[Destination]:
        """The destination, of which there is one; the name of its property is its kind."""
        parse = optional(view(Destination))
        for name in _DESTINATIONS:
            if found := read(self.peek(name), parse, (name,), None):
                yield found


class StreamConsumer(Resource):
    """A consumer with throughput of its own (enhanced fan-out)."""

    type = "AWS::Kinesis::StreamConsumer"


class ChannelLogging(View):
    """The operational logs of a channel."""

    cloudwatch = Readable("CloudWatchLogs", optional(view(CloudWatchLogs)), None)


class Channel(Resource):
    """What delivers the records of a stream to S3 or S3 Tables without Firehose."""

    type = "AWS::Kinesis::Channel"

    logging = Readable("LoggingConfiguration", optional(view(ChannelLogging)), None)
    tables = Readable("S3TablesDestinationConfiguration", optional(view(View)), None)


class AnalyticsApplication(Resource):
    """An application of Managed Service for Apache Flink, or one of its SQL predecessors."""

    type = "AWS::KinesisAnalyticsV2::Application"

    runtime = Readable("RuntimeEnvironment", text)


class SqlApplication(Resource):
    """A SQL application of the first Kinesis Data Analytics API."""

    type = "AWS::KinesisAnalytics::Application"
