"""FIFO topics and what they can keep in order."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.findings import Category, Confidence, Match, Severity
from auditor.graph import Graph
from auditor.resources import Resource, Subscription, Topic
from auditor.rules import rule
from checks.sns._subscriptions import (
    GUIDE,
    each_subscription,
    endpoint_of,
    is_fifo,
    protocol_path,
    topic_of,
)


@rule(
    "SQS004",
    "fifo-order-lost-in-queue",
    severity=Severity.MEDIUM,
    category=Category.RELIABILITY,
    confidence=Confidence.MEDIUM,
    guide="Messaging Service Decision Tree (lines 24-75)",
    applies_to=(Subscription, Topic),
    remediation="""
        OrdersQueue:
          Type: AWS::SQS::Queue
          Properties:
            FifoQueue: true

        Live: aws sqs create-queue --queue-name orders.fifo --attributes FifoQueue=true
        and subscribe it instead: whether a queue is FIFO cannot be changed.
    """,
)
def fifo_order_lost_in_queue(resource: Resource, graph: Graph) -> Iterator[Match]:
    """A FIFO topic delivers to a standard queue, where order and deduplication end.

    The publisher pays for an order that this subscriber does not get, and the group is not passed
    on. (SNS developer guide, "Message delivery for FIFO topics".)

    Fine to accept where this subscriber needs no order, as an archive or statistics.
    """
    for subscription in each_subscription(resource):
        if subscription.protocol != "sqs" or is_fifo(endpoint_of(subscription, graph)):
            continue
        if is_fifo(topic_of(resource, graph)):
            message = f"{resource.label} takes messages of a FIFO topic to a standard queue"
            yield Match(resource, message, (*subscription.path, "Endpoint"))


@rule(
    "SNS012",
    "fifo-topic-cannot-deliver",
    severity=Severity.HIGH,
    category=Category.RELIABILITY,
    guide=GUIDE,
    applies_to=(Subscription, Topic),
    remediation="""
        Let a queue stand between the topic and everything else:

        OrdersSubscription:
          Type: AWS::SNS::Subscription
          Properties:
            TopicArn: !Ref OrdersFifoTopic
            Protocol: sqs
            Endpoint: !GetAtt OrdersFifoQueue.Arn

        Live: aws sns subscribe --topic-arn ARN --protocol sqs --notification-endpoint QUEUE_ARN
    """,
)
def fifo_topic_cannot_deliver(resource: Resource, graph: Graph) -> Iterator[Match]:
    """A FIFO topic has a subscriber that is not a queue.

    SNS refuses the subscription: FIFO topics deliver to SQS queues only. (SNS developer guide,
    "Message delivery for FIFO topics".)

    Fine to accept in no case that we know of.
    """
    for subscription in each_subscription(resource):
        if subscription.protocol.lower() != "sqs" and is_fifo(topic_of(resource, graph)):
            yield Match(
                resource,
                f"{resource.label} wants {subscription.protocol} from a FIFO topic, which delivers"
                " to queues only",
                protocol_path(subscription),
                (f"Protocol {subscription.protocol}",),
            )


@rule(
    "SNS003",
    "fifo-topic-without-archive",
    severity=Severity.INFO,
    category=Category.RELIABILITY,
    guide="Quick Service Selection Table (lines 11-22)",
    applies_to=Topic,
    pedantic=True,
    remediation="""
        OrdersTopic:
          Type: AWS::SNS::Topic
          Properties:
            FifoTopic: true
            ArchivePolicy: {MessageRetentionPeriod: 30}     # days

        Live: aws sns set-topic-attributes --topic-arn ARN --attribute-name ArchivePolicy
        --attribute-value '{"MessageRetentionPeriod": "30"}'
    """,
)
def fifo_topic_without_archive(topic: Topic, _graph: Graph) -> Iterator[Match]:
    """A FIFO topic archives nothing, so no subscriber can have past messages replayed.

    A topic keeps nothing by itself; only FIFO topics can keep messages for a while, for a new or
    repaired subscriber to start from an earlier point in time.

    Fine to accept where no subscriber ever has to catch up.
    """
    if topic.fifo and not topic.has("ArchivePolicy"):
        yield Match(topic, f"{topic.label} cannot replay past messages", ("ArchivePolicy",))
