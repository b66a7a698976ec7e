"""Alarms (guide lines 1128-1173), and the topic that they cannot publish to."""

from __future__ import annotations

from typing import Any

from auditor.demo.notifications import make_topic
from auditor.demo.sandbox import Aws, guide_list


def build(aws: Aws) -> None:
    """Create the alarms: a metric that does not exist, one without dimensions, none on the DLQ."""
    topic = make_topic(aws, "sqs-alerts", "1145-1147", KmsMasterKeyId="alias/aws/sns")
    _alarm(
        aws,
        "SQS-Queue-Depth-High",
        "1134-1155",
        topic,
        MetricName="ApproximateNumberOfVisibleMessages",
        Statistic="Average",
        Threshold=1000.0,
        EvaluationPeriods=2,
        AlarmDescription="Queue depth is too high",
        Dimensions=[{"Name": "QueueName", "Value": "order-processing-queue"}],
    )
    _alarm(
        aws,
        "SQS-Message-Age-High",
        "1157-1172",
        topic,
        MetricName="ApproximateAgeOfOldestMessage",
        Statistic="Maximum",
        Threshold=600.0,
        EvaluationPeriods=1,
        AlarmDescription="Messages are aging in queue",
    )


def _alarm(aws: Aws, name: str, lines: str, topic: str, **settings: Any) -> None:
    aws.client("cloudwatch").put_metric_alarm(
        AlarmName=name,
        Namespace="AWS/SQS",
        Period=300,
        ComparisonOperator="GreaterThanThreshold",
        ActionsEnabled=True,
        AlarmActions=[topic],
        Tags=guide_list(lines),
        **settings,
    )
