"""Queues and topics: AWS Config has them in the attributes of their APIs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from msgspec.structs import replace

from auditor.collectors.aggregator.items import Item
from auditor.collectors.aggregator.kinds import Kind
from auditor.collectors.live import sns, sqs
from auditor.resources import (
    Queue,
    QueueInlinePolicy,
    QueuePolicy,
    Topic,
    TopicInlinePolicy,
    TopicPolicy,
)
from auditor.resources.base import RawResource
from auditor.resources.sns import SUBSCRIBED


def queue(item: Item) -> Iterable[RawResource]:
    """A queue with its policy."""
    attributes = texts(item)
    url = attributes.get("QueueUrl") or item.id
    return sqs.transform(url, {"QueueArn": item.arn, **attributes})


def topic(item: Item) -> Iterable[RawResource]:
    """A topic with its policy. Its name tells whether it is a FIFO topic (API CreateTopic)."""
    for raw in sns.transform({"TopicArn": item.arn, **texts(item)}):
        if raw.type == Topic.type:
            fifo = {"FifoTopic": True} if raw.id.endswith(".fifo") else {}
            known = {name: it for name, it in raw.properties.items() if name != SUBSCRIBED}
            yield replace(raw, properties={**known, **fifo})
        else:
            yield raw


def texts(item: Item) -> Mapping[str, str]:
    """The attributes as the API answers them; AWS Config makes numbers of some."""
    configuration = item.configuration or {}
    return {name: _text(value) for name, value in configuration.items() if value is not None}


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    return json.dumps(value) if isinstance(value, bool | list | Mapping) else str(value)


KINDS = {
    "AWS::SQS::Queue": Kind(
        (Queue.type, QueuePolicy.type, QueueInlinePolicy.type),
        queue,
        (
            "ContentBasedDeduplication", "DeduplicationScope", "DelaySeconds", "FifoQueue",
            "FifoThroughputLimit", "KmsDataKeyReusePeriodSeconds", "KmsMasterKeyId",
            "MaximumMessageSize", "MessageRetentionPeriod", "QueueName",
            "ReceiveMessageWaitTimeSeconds", "SqsManagedSseEnabled", "VisibilityTimeout",
        ),
        {"Policy": (QueuePolicy.type, QueueInlinePolicy.type), "RedrivePolicy": ()},
    ),
    # Subscriptions are never inside a topic that exists.
    "AWS::SNS::Topic": Kind(
        (Topic.type, TopicPolicy.type, TopicInlinePolicy.type),
        topic,
        ("DisplayName", "FifoTopic", "KmsMasterKeyId", "Subscription", "TopicName"),
        {"Policy": (TopicPolicy.type, TopicInlinePolicy.type)},
    ),
}  # fmt: skip
