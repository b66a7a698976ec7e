"""Buckets, for the notifications that they send."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any

from auditor.collectors.live.reader import Reader
from auditor.collectors.live.shapes import pick, prune
from auditor.resources import Bucket, BucketNotifications
from auditor.resources.base import RawResource, unread_properties
from auditor.values import Unknown

# In an account it is the bucket itself that has what the CDK writes into a resource of its own.
TYPES = (Bucket.type, BucketNotifications.type)

_CONTINUATION = ("ContinuationToken", "ContinuationToken")
# The API's list and target, CloudFormation's list and target.
_TARGETS = (
    ("QueueConfigurations", "QueueArn", "QueueConfigurations", "Queue"),
    ("TopicConfigurations", "TopicArn", "TopicConfigurations", "Topic"),
    ("LambdaFunctionConfigurations", "LambdaFunctionArn", "LambdaConfigurations", "Function"),
)


def collect(reader: Reader) -> Iterator[RawResource]:
    """All buckets of a region. Without `MaxBuckets` the API returns no pages."""
    buckets = reader.listing(
        "s3:ListAllMyBuckets", "Buckets", *TYPES,
        token=_CONTINUATION, MaxBuckets=1000, BucketRegion=reader.region,
    )  # fmt: skip
    return chain.from_iterable(reader.each(lambda item: _bucket(reader, item["Name"]), buckets))


def _bucket(reader: Reader, name: str) -> list[RawResource]:
    answer = reader.detail("s3:GetBucketNotification", name, Bucket=name)
    arn = reader.global_arn("s3", name)
    if answer is None:
        return []
    if isinstance(answer, Unknown):
        properties = unread_properties({"BucketName": name}, answer)
        return [RawResource(Bucket.type, arn, properties, name=name, arn=arn)]
    return [transform(arn, name, answer)]


def transform(arn: str, name: str, answer: Mapping[str, Any]) -> RawResource:
    """A bucket; CloudFormation has one entry for each event."""
    notifications: dict[str, Any] = {}
    for source, end, listed, target in _TARGETS:
        notifications[listed] = [
            {"Event": event, target: item[end], **pick(item, ("Filter",))}
            for item in answer.get(source, ())
            for event in item["Events"]
        ]
    if "EventBridgeConfiguration" in answer:
        notifications["EventBridgeConfiguration"] = {"EventBridgeEnabled": True}
    properties = prune({"BucketName": name, "NotificationConfiguration": notifications})
    return RawResource(Bucket.type, arn, properties, name=name, arn=arn)
