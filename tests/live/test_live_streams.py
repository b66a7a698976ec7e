"""What reads streams (consumers, channels, Firehose, analytics), and discoverers."""

from __future__ import annotations

import json
from typing import Any

import pytest

from auditor.collectors.live import analytics, channels, firehose
from auditor.engine import judge
from auditor.findings import Gap, Outcome
from auditor.graph import EdgeKind
from auditor.inventory import Unit
from auditor.linking import build_graph
from auditor.resources import Stream
from auditor.values import UndeterminedError
from checks.architecture.analytics import sql_analytics_application
from checks.firehose.delivery import fragile_delivery_stream
from checks.kinesis.channels import fragile_channel
from tests.live.conftest import Account
from tests.live.faulty import EMPTY, Call, FaultyAws, Reply, answer, error
from tests.live.reading import REGION, arn, collect, only, properties, resources

DELIVERY, CONSUMER = "AWS::KinesisFirehose::DeliveryStream", "AWS::Kinesis::StreamConsumer"
CHANNEL, DISCOVERER = "AWS::Kinesis::Channel", "AWS::EventSchemas::Discoverer"
APPLICATION, SQL = "AWS::KinesisAnalyticsV2::Application", "AWS::KinesisAnalytics::Application"
INTEGRATION = "AWS::ApiGatewayV2::Integration"
METHOD = "AWS::ApiGateway::Method"
CLICKS = arn("kinesis", "stream/clicks")
ROLE = "arn:aws:iam::123456789012:role/delivery"
BUCKET = "arn:aws:s3:::clicks"
CHANNEL_ARN = arn("kinesis", "channel/to-s3")
S3: dict[str, Any] = {
    "RoleARN": ROLE,
    "BucketARN": BUCKET,
    "Prefix": "clicks/",
    "CloudWatchLoggingOptions": {"Enabled": False},
}
DESCRIPTION: dict[str, Any] = {
    "ChannelName": "to-s3",
    "ChannelARN": CHANNEL_ARN,
    "ChannelStatus": "ACTIVE",
    "StreamConfigurationList": [{"StreamARN": CLICKS}],
    "S3TablesDestinationConfiguration": {"DataFreshnessInSeconds": 300},
}


def stream(account: Account, mode: str = "PROVISIONED") -> None:
    account.client("kinesis").create_stream(
        StreamName="clicks", ShardCount=1, StreamModeDetails={"StreamMode": mode}
    )


def readers_of_clicks(unit: Unit) -> set[str]:
    (reading,) = unit.readings
    graph = build_graph(reading.resources, reading.unread)
    (clicks,) = graph.resources(Stream)
    return {edge.via.id for edge in graph.outgoing(clicks, EdgeKind.CONSUMES)}


def test_delivery_stream(account: Account) -> None:
    stream(account)
    account.client("firehose").create_delivery_stream(
        DeliveryStreamName="delivery",
        DeliveryStreamType="KinesisStreamAsSource",
        KinesisStreamSourceConfiguration={"KinesisStreamARN": CLICKS, "RoleARN": ROLE},
        ExtendedS3DestinationConfiguration=S3,
    )
    unit = collect(account.url)
    raw = only(unit, DELIVERY)
    assert (raw.id, raw.name) == (arn("firehose", "deliverystream/delivery"), "delivery")
    source = raw.properties["KinesisStreamSourceConfiguration"]
    assert source["KinesisStreamARN"] == CLICKS
    destination = raw.properties["ExtendedS3DestinationConfiguration"]
    assert destination["BucketARN"] == BUCKET
    assert destination["CloudWatchLoggingOptions"] == {"Enabled": False}
    assert "S3DestinationConfiguration" not in raw.properties
    assert readers_of_clicks(unit) == {raw.id}
    (found,) = judge(unit, [fragile_delivery_stream]).findings
    assert found.message == "delivery does not log why a delivery failed"


def test_delivery_streams_beyond_the_first_page(account: Account, faulty: FaultyAws) -> None:
    def page(call: Call) -> Reply:
        first = "ExclusiveStartDeliveryStreamName" not in call.body
        assert first or json.loads(call.body)["ExclusiveStartDeliveryStreamName"] == "a"
        return answer(DeliveryStreamNames=["a" if first else "b"], HasMoreDeliveryStreams=first)

    for name in ("a", "b"):
        account.client("firehose").create_delivery_stream(
            DeliveryStreamName=name, S3DestinationConfiguration=S3
        )
    faulty.faults["ListDeliveryStreams"] = page
    unit = collect(faulty.url)
    assert [raw.name for raw in resources(unit, DELIVERY)] == ["a", "b"]
    assert faulty.calls["ListDeliveryStreams"] == 2


@pytest.mark.parametrize(("status", "encrypted"), [("ENABLED", True), ("DISABLED", False)])
def test_secrets_of_destinations_are_not_kept(status: str, encrypted: bool) -> None:
    raw = firehose.transform(
        {
            "DeliveryStreamName": "d",
            "DeliveryStreamARN": arn("firehose", "deliverystream/d"),
            "DeliveryStreamType": "DirectPut",
            "DeliveryStreamEncryptionConfiguration": {"Status": status, "KeyType": "AWS_OWNED_CMK"},
            "Destinations": [
                {
                    "DestinationId": "1",
                    "HttpEndpointDestinationDescription": {
                        "RequestConfiguration": {"CommonAttributes": ["precious"]},
                        "EndpointConfiguration": {"Url": "https://precious.example"},
                        "S3BackupMode": "FailedDataOnly",
                        "S3DestinationDescription": S3,
                    },
                }
            ],
        }
    )
    destination = raw.properties["HttpEndpointDestinationConfiguration"]
    assert destination == {"S3BackupMode": "FailedDataOnly"}
    assert ("DeliveryStreamEncryptionConfigurationInput" in raw.properties) == encrypted
    assert "precious" not in str(raw.properties)


def test_registered_consumers(account: Account) -> None:
    stream(account)
    made = account.client("kinesis").register_stream_consumer(
        StreamARN=CLICKS, ConsumerName="billing"
    )
    unit = collect(account.url)
    raw = only(unit, CONSUMER)
    assert (raw.id, raw.name) == (made["Consumer"]["ConsumerARN"], "billing")
    assert raw.properties == {"ConsumerName": "billing", "StreamARN": CLICKS}
    assert readers_of_clicks(unit) == {raw.id}


def test_stream_that_nothing_reads(account: Account, faulty: FaultyAws) -> None:
    stream(account)
    assert readers_of_clicks(collect(faulty.url)) == set()
    assert faulty.calls["ListChannels"] == 0


@pytest.mark.parametrize("count", [0, 1])
def test_consumers_are_asked_for_where_there_are_any(
    account: Account, faulty: FaultyAws, count: int
) -> None:
    stream(account)
    summary = account.client("kinesis").describe_stream_summary(StreamName="clicks")
    told = summary["StreamDescriptionSummary"] | {
        "StreamCreationTimestamp": 1.0, "ConsumerCount": count
    }  # fmt: skip
    faulty.answer("DescribeStreamSummary", answer(StreamDescriptionSummary=told))
    assert readers_of_clicks(collect(faulty.url)) == set()
    assert faulty.calls["ListStreamConsumers"] == count


@pytest.mark.parametrize("reply", [error("AccessDeniedException"), EMPTY])
def test_unread_consumers_are_not_none(account: Account, faulty: FaultyAws, reply: Reply) -> None:
    stream(account)
    faulty.answer("ListStreamConsumers", reply)
    unit = collect(faulty.url)
    assert len(unit.gaps) == 1
    with pytest.raises(UndeterminedError):
        readers_of_clicks(unit)


def test_channel_of_an_on_demand_stream(account: Account, faulty: FaultyAws) -> None:
    stream(account, "ON_DEMAND")
    listed = {"ChannelName": "to-s3", "ChannelARN": CHANNEL_ARN}
    faulty.answer("ListChannels", answer(ChannelSummaries=[listed]))
    faulty.answer("DescribeChannel", answer(ChannelDescription=DESCRIPTION))
    unit = collect(faulty.url)
    raw = only(unit, CHANNEL)
    assert (raw.id, raw.name) == (CHANNEL_ARN, "to-s3")
    assert raw.properties == {
        "ChannelName": "to-s3",
        "S3TablesDestinationConfiguration": {"DataFreshnessInSeconds": 300},
        "StreamConfigurationList": [{"StreamARN": CLICKS}],
    }
    assert readers_of_clicks(unit) == {CHANNEL_ARN}
    assert {it.message for it in judge(unit, [fragile_channel]).findings} == {
        "to-s3 has no bucket for records that do not fit its table",
        "to-s3 does not log its failures",
    }


def test_denied_channel_is_undetermined(account: Account, faulty: FaultyAws) -> None:
    stream(account, "ON_DEMAND")
    listed = {"ChannelName": "to-s3", "ChannelARN": CHANNEL_ARN}
    faulty.answer("ListChannels", answer(ChannelSummaries=[listed]))
    faulty.deny("DescribeChannel")
    unit = collect(faulty.url)
    assert [gap.permission for gap in unit.gaps] == ["kinesis:DescribeChannel"]
    found = judge(unit, [fragile_channel]).findings
    assert {it.outcome for it in found if it.resource.id == CHANNEL_ARN} == {Outcome.UNDETERMINED}


@pytest.mark.parametrize("call", ["DescribeChannel", "DescribeDeliveryStream"])
def test_deleted_in_between_is_gone(account: Account, faulty: FaultyAws, call: str) -> None:
    stream(account, "ON_DEMAND")
    listed = {"ChannelName": "to-s3", "ChannelARN": CHANNEL_ARN}
    faulty.answer("ListChannels", answer(ChannelSummaries=[listed]))
    faulty.answer("DescribeChannel", answer(ChannelDescription=DESCRIPTION))
    account.client("firehose").create_delivery_stream(
        DeliveryStreamName="delivery", S3DestinationConfiguration=S3
    )
    faulty.answer(call, error("ResourceNotFoundException"))
    unit = collect(faulty.url)
    assert unit.gaps == ()
    gone, left = (CHANNEL, DELIVERY) if call == "DescribeChannel" else (DELIVERY, CHANNEL)
    assert resources(unit, gone) == []
    assert only(unit, left)


def test_channels_keep_the_words_of_the_api() -> None:
    logging = {"CloudWatchLogs": {"Enabled": True}}
    raw = channels.transform({**DESCRIPTION, "LoggingConfiguration": logging})
    assert raw.properties["LoggingConfiguration"] == logging


def test_sql_application(account: Account) -> None:
    account.client("kinesisanalyticsv2").create_application(
        ApplicationName="clicks", RuntimeEnvironment="SQL-1_0", ServiceExecutionRole=ROLE
    )
    unit = collect(account.url)
    raw = only(unit, APPLICATION)
    assert raw.id == arn("kinesisanalytics", "application/clicks")
    assert raw.properties["RuntimeEnvironment"] == "SQL-1_0"
    assert SQL not in unit.readings[0].unread
    (found,) = judge(unit, [sql_analytics_application]).findings
    assert found.outcome is Outcome.VIOLATION


def test_application_without_its_settings() -> None:
    reads = {"ResourceARN": CLICKS, "RoleARN": ROLE}
    group = {"PropertyGroupId": "a", "PropertyMap": {"password": "precious"}}
    raw = analytics.transform(
        "clicks",
        {
            "ApplicationARN": arn("kinesisanalytics", "application/clicks"),
            "RuntimeEnvironment": "SQL-1_0",
            "ApplicationConfigurationDescription": {
                "SqlApplicationConfigurationDescription": {
                    "InputDescriptions": [{"KinesisStreamsInputDescription": reads}]
                },
                "EnvironmentPropertyDescriptions": {"PropertyGroupDescriptions": [group]},
            },
        },
    )
    assert raw.properties == {
        "ApplicationName": "clicks",
        "RuntimeEnvironment": "SQL-1_0",
        "ApplicationConfiguration": {
            "SqlApplicationConfiguration": {"Inputs": [{"KinesisStreamsInput": reads}]}
        },
    }


def test_denied_applications_are_one_gap_for_both_kinds(
    account: Account, faulty: FaultyAws
) -> None:
    faulty.deny("ListApplications")
    unit = collect(faulty.url)
    action = "kinesisanalytics:ListApplications"
    assert unit.gaps == (Gap(f"{action} in {REGION}", "AccessDenied", action),)
    assert set(unit.readings[0].unread) >= {APPLICATION, SQL}


def test_discoverers_of_custom_buses(account: Account, faulty: FaultyAws) -> None:
    made = account.client("events").create_event_bus(Name="orders")["EventBusArn"]
    id_, stopped = arn("schemas", "discoverer/one"), arn("schemas", "discoverer/two")
    discoverers = [
        {"DiscovererArn": id_, "DiscovererId": "one", "SourceArn": made, "State": "STARTED"},
        {"DiscovererArn": stopped, "DiscovererId": "two", "SourceArn": made, "State": "STOPPED"},
    ]
    faulty.answer("ListDiscoverers", answer(Discoverers=discoverers))
    unit = collect(faulty.url)
    assert only(unit, DISCOVERER).id == id_
    assert properties(unit, DISCOVERER) == {"SourceArn": made}


def test_without_custom_buses_nobody_asks_for_discoverers(
    account: Account, faulty: FaultyAws
) -> None:
    unit = collect(faulty.url)
    assert faulty.calls["ListDiscoverers"] == 0
    assert DISCOVERER not in unit.readings[0].unread


@pytest.mark.parametrize(
    ("call", "type_"),
    [
        ("GetApis", INTEGRATION),
        ("GetRestApis", METHOD),
        ("ListApplications", APPLICATION),
        ("ListChannels", CHANNEL),
        ("ListDeliveryStreams", DELIVERY),
        ("ListDiscoverers", DISCOVERER),
    ],
)
@pytest.mark.parametrize("body", [b"{}", b'{"It'])
def test_garbage_is_not_an_empty_list(
    account: Account, faulty: FaultyAws, call: str, type_: str, body: bytes
) -> None:
    stream(account, "ON_DEMAND")
    account.client("events").create_event_bus(Name="orders")
    faulty.answer("ListChannels", answer(ChannelSummaries=[]))
    faulty.answer("ListDiscoverers", answer(Discoverers=[]))
    faulty.answer(call, (200, "application/json", body))
    unit = collect(faulty.url)
    assert len(unit.gaps) == 1
    assert type_ in unit.readings[0].unread
