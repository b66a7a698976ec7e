"""Streaming analytics on runtimes of the past, and streams that are not needed."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.findings import Category, Match, Severity
from auditor.graph import EdgeKind, Graph
from auditor.resources import (
    AnalyticsApplication,
    DeliveryStream,
    Resource,
    SqlApplication,
    Stream,
)
from auditor.rules import rule

GUIDE = "Pattern 3: Real-time Analytics Pipeline (lines 730-742)"
# API CreateApplication of Kinesis Data Analytics V2, read on 2026-11-23.
SQL_RUNTIME = "SQL-1_0"
# Flink mends the last two minor versions; the longest support, that of Ververica, ended for 1.15 on
# 2025-05-05 (docs.ververica.com, supported versions, read on 2026-11-23).
OLD_RUNTIMES = frozenset(
    {
        "FLINK-1_6", "FLINK-1_8", "FLINK-1_11", "FLINK-1_13", "FLINK-1_15",
        "ZEPPELIN-FLINK-1_0", "ZEPPELIN-FLINK-2_0",
    }
)  # fmt: skip
S3_DESTINATIONS = ("ExtendedS3DestinationConfiguration", "S3DestinationConfiguration")


@rule(
    "ARC023",
    "sql-analytics-application",
    severity=Severity.HIGH,
    category=Category.OPERATIONS,
    guide=GUIDE,
    applies_to=(SqlApplication, AnalyticsApplication),
    remediation="""
        ClicksAnalytics:
          Type: AWS::KinesisAnalyticsV2::Application
          Properties:
            RuntimeEnvironment: FLINK-1_20
            ServiceExecutionRole: !GetAtt AnalyticsRole.Arn

        Live: aws kinesisanalyticsv2 create-application --application-name NAME
        --runtime-environment FLINK-1_20 --service-execution-role ROLE
    """,
)
def sql_analytics_application(application: Resource, _graph: Graph) -> Iterator[Match]:
    """An analytics application runs on SQL, which Kinesis no longer offers.

    No such application can be created since 2025-10-15, and AWS deletes the existing ones from
    2026-01-27 on. Flink, which understands SQL too, is what remains.

    Fine to accept in no case that we know of.
    """
    if isinstance(application, AnalyticsApplication) and application.runtime != SQL_RUNTIME:
        return
    path = ("RuntimeEnvironment",) if isinstance(application, AnalyticsApplication) else ()
    yield Match(application, f"{application.label} runs on SQL, which is no longer offered", path)


@rule(
    "ARC024",
    "outdated-flink-runtime",
    severity=Severity.MEDIUM,
    category=Category.OPERATIONS,
    guide=GUIDE,
    applies_to=AnalyticsApplication,
    remediation="""
        ClicksAnalytics:
          Type: AWS::KinesisAnalyticsV2::Application
          Properties:
            RuntimeEnvironment: FLINK-1_20

        Live: aws kinesisanalyticsv2 update-application --application-name NAME
        --current-application-version-id VERSION --runtime-environment-update FLINK-1_20
    """,
)
def outdated_flink_runtime(application: AnalyticsApplication, _graph: Graph) -> Iterator[Match]:
    """An analytics application runs on a version of Flink that is no longer maintained.

    Bugs and vulnerabilities in 1.15 and older stay, and AWS withdraws such runtimes in time.

    Fine to accept while an upgrade is under way.
    """
    if application.runtime in OLD_RUNTIMES:
        message = f"{application.label} runs on an outdated version of Flink"
        yield Match(application, message, ("RuntimeEnvironment",), (application.runtime,))


@rule(
    "ARC047",
    "stream-only-for-firehose",
    severity=Severity.INFO,
    category=Category.COST,
    guide="When to Use Kinesis (lines 804-816)",
    pedantic=True,
    applies_to=Stream,
    remediation="""
        ClicksDelivery:
          Type: AWS::KinesisFirehose::DeliveryStream
          Properties:
            DeliveryStreamType: DirectPut      # producers call PutRecordBatch of Firehose

        Live: aws firehose create-delivery-stream --delivery-stream-name NAME
        --delivery-stream-type DirectPut --extended-s3-destination-configuration file://s3.json
    """,
)
def stream_only_for_firehose(stream: Stream, graph: Graph) -> Iterator[Match]:
    """A stream has no reader but Firehose, which could take the records itself.

    Producers can write to Firehose directly, without shards to pay and to size; an on-demand stream
    can also deliver to S3 with a channel.

    Fine to accept where other readers are to come, or records are replayed from the stream.
    """
    readers = [edge.target for edge in graph.outgoing(stream, EdgeKind.CONSUMES)]
    if readers and all(isinstance(reader, DeliveryStream) for reader in readers):
        graph.settle_outgoing(stream, EdgeKind.CONSUMES)
        if all(_to_s3(reader) for reader in readers if isinstance(reader, DeliveryStream)):
            related = tuple((end, "a reader") for end in readers if isinstance(end, Resource))
            yield Match(stream, f"only Firehose reads {stream.label}", (), (), related)


def _to_s3(delivery: DeliveryStream) -> bool:
    return any(delivery.has(name) for name in S3_DESTINATIONS)
