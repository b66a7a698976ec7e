"""Queues and their policies."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Any
from urllib.parse import urlsplit

from auditor.collectors.live.moves import with_move_tasks
from auditor.collectors.live.reader import Reader
from auditor.collectors.live.shapes import booleans, documents, last, numbers, pick
from auditor.resources import Queue, QueueInlinePolicy, QueuePolicy
from auditor.resources.base import RawResource, unread_properties
from auditor.values import Unknown, document

# An account has one policy for each queue, whichever way it was declared.
TYPES = (Queue.type, QueuePolicy.type, QueueInlinePolicy.type)

_NUMBERS = (
    "DelaySeconds",
    "KmsDataKeyReusePeriodSeconds",
    "MaximumMessageSize",
    "MessageRetentionPeriod",
    "ReceiveMessageWaitTimeSeconds",
    "VisibilityTimeout",
)
_BOOLEANS = ("ContentBasedDeduplication", "FifoQueue", "SqsManagedSseEnabled")
_DOCUMENTS = ("RedriveAllowPolicy", "RedrivePolicy")
_TEXTS = ("DeduplicationScope", "FifoThroughputLimit", "KmsMasterKeyId")


def collect(reader: Reader) -> Iterator[RawResource]:
    """All queues of a region. Without `MaxResults` the API stops after 1,000 queues, silently."""
    urls = reader.listing("sqs:ListQueues", "QueueUrls", *TYPES, MaxResults=1000)
    parts = reader.each(lambda url: _queue(reader, url), urls)
    return with_move_tasks(reader, list(chain.from_iterable(parts)))


def _queue(reader: Reader, url: str) -> list[RawResource]:
    answer = reader.detail(
        "sqs:GetQueueAttributes", last(url, "/"), QueueUrl=url, AttributeNames=["All"]
    )
    if answer is None:
        return []
    if isinstance(answer, Unknown):
        account, name = urlsplit(url).path.split("/")[-2:]
        return list(unread(url, reader.arn("sqs", name, account), answer))
    return list(transform(url, answer["Attributes"]))


def transform(url: str, attributes: Mapping[str, str]) -> Iterable[RawResource]:
    """The queue, and its policy where it has one."""
    properties: dict[str, Any] = {
        "QueueName": last(attributes["QueueArn"]),
        **numbers(attributes, _NUMBERS),
        **booleans(attributes, _BOOLEANS),
        **documents(attributes, _DOCUMENTS),
        **pick(attributes, _TEXTS),
    }
    if "KmsMasterKeyId" in properties:  # the two exclude each other
        properties.pop("SqsManagedSseEnabled", None)
    yield _resource(url, attributes["QueueArn"], properties)
    if attributes.get("Policy"):
        yield _policy(url, attributes["QueueArn"], document(attributes["Policy"]))


def unread(url: str, arn: str, why: Unknown) -> Iterable[RawResource]:
    """The queue of which only the URL is known."""
    name = last(arn)
    known: dict[str, Any] = {"QueueName": name}
    if name.endswith(".fifo"):
        known["FifoQueue"] = True
    yield _resource(url, arn, unread_properties(known, why))
    yield _policy(url, arn, why)


def _resource(url: str, arn: str, properties: Mapping[str, Any]) -> RawResource:
    return RawResource(Queue.type, arn, properties, name=last(arn), arn=arn, url=url)


def _policy(url: str, arn: str, policy: object) -> RawResource:
    properties = {"Queues": [url], "PolicyDocument": policy}
    return RawResource(QueuePolicy.type, f"{arn}#policy", properties)
