"""Messages that are too large for the queue they are sent to."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.data import limits
from auditor.findings import Category, Confidence, Match, Severity
from auditor.graph import EdgeKind, Graph
from auditor.resources import EventRule, Queue, Resource, Topic
from auditor.rules import rule
from checks._shared import subscriptions_of

PATH = ("MaximumMessageSize",)
REMEDIATION = """
    OrdersQueue:
      Type: AWS::SQS::Queue
      Properties:
        MaximumMessageSize: 1048576     # the default

    Live: aws sqs set-queue-attributes --queue-url URL --attributes MaximumMessageSize=1048576
"""


@rule(
    "SNS016",
    "queue-smaller-than-topic",
    severity=Severity.HIGH,
    category=Category.RELIABILITY,
    guide="Key Features (lines 230-235)",
    applies_to=Queue,
    remediation=REMEDIATION,
)
def queue_smaller_than_topic(queue: Queue, graph: Graph) -> Iterator[Match]:
    """A topic accepts larger messages than a queue that is subscribed to it.

    The publisher hears that all went well; SQS then refuses the delivery as too large, and without
    a dead-letter queue of the subscription the message is lost for this queue only. Judged are
    topics with a MaximumMessageSize other than the default of 256 KiB.

    Fine to accept where publishers keep below the queue's size.
    """
    if not queue.has(*PATH):
        return
    for edge in subscriptions_of(queue, graph):
        topic = edge.source
        graph.settle_end(edge, topic, Topic)
        if isinstance(topic, Topic) and not _has_default_size(topic):
            yield from _compare(queue, topic.max_message_bytes, topic)


@rule(
    "QUO003",
    "queue-smaller-than-sender",
    severity=Severity.MEDIUM,
    category=Category.RELIABILITY,
    confidence=Confidence.LOW,
    guide="SQS Scaling Characteristics (lines 909-924)",
    applies_to=Queue,
    pedantic=True,
    remediation=REMEDIATION,
)
def queue_smaller_than_sender(queue: Queue, graph: Graph) -> Iterator[Match]:
    """A queue refuses messages as large as those that its sender may deliver.

    Queues and events may have 1 MiB today, so an explicit 262,144 bytes are often left from the
    time when that was the maximum. Compared are rules of EventBridge, and topics of the default
    size of 256 KiB.

    Fine to accept where messages are known to be small.
    """
    if not queue.has(*PATH):
        return
    for edge in graph.incoming(queue, EdgeKind.DELIVERS):
        if isinstance(edge.via, EventRule):
            yield from _compare(queue, limits.EVENT_BYTES_MAX, edge.via)
            continue
        if edge.detail == "sqs":
            graph.settle_end(edge, edge.source, Topic)
        if isinstance(edge.source, Topic) and _has_default_size(edge.source):
            yield from _compare(queue, limits.TOPIC_BYTES_DEFAULT, edge.source)


def _has_default_size(topic: Topic) -> bool:
    return topic.max_message_bytes == limits.TOPIC_BYTES_DEFAULT


def _compare(queue: Queue, sent: int, sender: Resource) -> Iterator[Match]:
    accepted = queue.max_message_bytes
    if accepted < sent:
        yield Match(
            queue,
            f"{queue.label} refuses messages over {accepted} bytes; {sender.label} sends up to"
            f" {sent}",
            PATH,
            (f"MaximumMessageSize {accepted}",),
            ((sender, "the sender"),),
            discriminator=sender.id,
        )
