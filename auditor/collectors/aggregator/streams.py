"""Kinesis: AWS Config has it in CloudFormation's words."""

from __future__ import annotations

from collections.abc import Iterable

from auditor.collectors.aggregator.items import Item
from auditor.collectors.aggregator.kinds import Kind
from auditor.collectors.aggregator.words import as_declared
from auditor.collectors.live.firehose import DESTINATION
from auditor.collectors.live.shapes import pick
from auditor.resources import AnalyticsApplication, DeliveryStream, Stream, StreamConsumer
from auditor.resources.base import RawResource

_STREAM = (
    "DesiredShardLevelMetrics", "MaxRecordSizeInKiB", "Name", "RetentionPeriodHours", "ShardCount",
    "StreamEncryption", "StreamModeDetails",
)  # fmt: skip
_CONSUMER = ("ConsumerName", "StreamARN")
_DELIVERY_STREAM = (
    "DeliveryStreamEncryptionConfigurationInput", "DeliveryStreamName", "DeliveryStreamType",
    "KinesisStreamSourceConfiguration", "MSKSourceConfiguration",
)  # fmt: skip
_RECORDED_DESTINATIONS = (
    "AmazonOpenSearchServerlessDestinationConfiguration",
    "AmazonopensearchserviceDestinationConfiguration",
    "ElasticsearchDestinationConfiguration",
    "ExtendedS3DestinationConfiguration",
    "HttpEndpointDestinationConfiguration",
    "RedshiftDestinationConfiguration",
    "S3DestinationConfiguration",
    "SplunkDestinationConfiguration",
)
_APPLICATION = (
    "ApplicationDescription", "ApplicationMode", "ApplicationName", "RuntimeEnvironment",
    "ServiceExecutionRole",
)  # fmt: skip
_INPUTS = ("KinesisFirehoseInput", "KinesisStreamsInput")


def stream(item: Item) -> Iterable[RawResource]:
    """A stream."""
    properties = as_declared(item, _STREAM)
    name = properties["Name"]
    yield RawResource(Stream.type, item.arn, properties, name=name, arn=item.arn)


def consumer(item: Item) -> Iterable[RawResource]:
    """A registered consumer of a stream."""
    properties = as_declared(item, _CONSUMER)
    arn, name = (item.configuration or {})["ConsumerARN"], properties["ConsumerName"]
    yield RawResource(StreamConsumer.type, arn, properties, name=name, arn=arn)


def delivery_stream(item: Item) -> Iterable[RawResource]:
    """A delivery stream; of its destinations nothing is kept that may be a key or a token."""
    properties = as_declared(item, _DELIVERY_STREAM)
    for name, value in (item.configuration or {}).items():
        if name.endswith("DestinationConfiguration") and value:
            properties[name] = pick(value, DESTINATION)
    name = properties["DeliveryStreamName"]
    yield RawResource(DeliveryStream.type, item.arn, properties, name=name, arn=item.arn)


def application(item: Item) -> Iterable[RawResource]:
    """An application with what it reads."""
    properties = as_declared(item, _APPLICATION)
    configuration = (item.configuration or {}).get("ApplicationConfiguration") or {}
    sql = configuration.get("SqlApplicationConfiguration") or {}
    if inputs := [pick(each, _INPUTS) for each in sql.get("Inputs") or ()]:
        made = {"SqlApplicationConfiguration": {"Inputs": inputs}}
        properties["ApplicationConfiguration"] = made
    name = properties["ApplicationName"]
    yield RawResource(AnalyticsApplication.type, item.arn, properties, name=name, arn=item.arn)


KINDS = {
    "AWS::Kinesis::Stream": Kind(
        (Stream.type,), stream, ("Name", "RetentionPeriodHours", "ShardCount", "StreamEncryption")
    ),
    "AWS::Kinesis::StreamConsumer": Kind((StreamConsumer.type,), consumer, _CONSUMER),
    "AWS::KinesisFirehose::DeliveryStream": Kind(
        (DeliveryStream.type,),
        delivery_stream,
        (
            "DeliveryStreamEncryptionConfigurationInput", "DeliveryStreamName",
            "DeliveryStreamType", "KinesisStreamSourceConfiguration", *_RECORDED_DESTINATIONS,
        ),
    ),
    "AWS::KinesisAnalyticsV2::Application": Kind(
        (AnalyticsApplication.type,),
        application,
        ("ApplicationConfiguration", "ApplicationMode", "ApplicationName", "RuntimeEnvironment",
         "ServiceExecutionRole"),
    ),
}  # fmt: skip
