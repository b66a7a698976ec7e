"""Streams (guide lines 454-507, 1098-1106) and the sensor scenario (858-871)."""

from __future__ import annotations

from auditor.demo.lambdas import consume, make_function
from auditor.demo.notifications import make_topic, subscribe
from auditor.demo.sandbox import Aws, guide


def build(aws: Aws) -> None:
    """Create the streams: consumers retry a bad batch until it expires, then it is lost."""
    activity = make_stream(aws, "user-activity-stream", "460-464", shards=4)
    consumer = make_function(aws, "ProcessUserActivity", "497-506", timeout=30)
    consume(aws, consumer, activity, StartingPosition="LATEST", BatchSize=100)
    make_stream(aws, "secure-stream", "1099-1105", shards=1)
    aws.client("kinesis").start_stream_encryption(
        StreamName="secure-stream", EncryptionType="KMS", KeyId="alias/aws/kinesis"
    )
    _sensors(aws)


def _sensors(aws: Aws) -> None:
    """The IoT rule has no error action, the alert topic ends in chat and pager webhooks."""
    readings = make_stream(aws, "sensor-readings", "863-865", shards=2)
    detector = make_function(aws, "DetectAnomalies", "868", timeout=30)
    consume(aws, detector, readings, StartingPosition="LATEST", BatchSize=100)
    alerts = make_topic(aws, "sensor-alerts", "870")
    subscribe(aws, alerts, "https", "https://events.pagerduty.com/integration/DEMO/enqueue")
    action = {"roleArn": aws.role("iot-to-kinesis"), "streamName": "sensor-readings"}
    aws.client("iot").create_topic_rule(
        ruleName="SensorReadings",
        topicRulePayload={"sql": "SELECT * FROM 'sensors/#'", "actions": [{"kinesis": action}]},
    )


def make_stream(aws: Aws, name: str, lines: str, *, shards: int) -> str:
    """A stream; its ARN."""
    kinesis = aws.client("kinesis")
    kinesis.create_stream(StreamName=name, ShardCount=shards)
    kinesis.add_tags_to_stream(StreamName=name, Tags=guide(lines))
    return aws.arn("kinesis", f"stream/{name}")
