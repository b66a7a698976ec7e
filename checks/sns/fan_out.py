"""Who subscribes to a topic: nobody, twice, or all without a filter."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

from auditor.data import limits
from auditor.findings import Category, Confidence, Match, Severity
from auditor.graph import Edge, EdgeKind, External, Graph
from auditor.resources import EventSourceMapping, Pipe, Queue, Resource, Subscription, Topic
from auditor.rules import rule
from auditor.usage import Usage
from auditor.values import UndeterminedError, Unknown
from checks._costs import sqs_requests
from checks._shared import unread_end
from checks.sns._subscriptions import (
    GUIDE,
    declared_at,
    each_subscription,
    endpoint_of,
    protocol_path,
    settle_subscriptions,
)
from checks.sns.traffic import PUBLISHED

# A message is received and deleted.
_CALLS_PER_MESSAGE = 2
ATTRIBUTES = (
    "DeliveryPolicy", "FilterPolicy", "FilterPolicyScope", "RawMessageDelivery", "RedrivePolicy",
)  # fmt: skip


@rule(
    "SNS001",
    "topic-without-subscription",
    severity=Severity.MEDIUM,
    category=Category.RELIABILITY,
    guide="Quick Service Selection Table (lines 11-22)",
    applies_to=Topic,
    remediation="""
        OrdersSubscription:
          Type: AWS::SNS::Subscription
          Properties:
            TopicArn: !Ref OrdersTopic
            Protocol: sqs
            Endpoint: !GetAtt OrdersQueue.Arn

        Live: aws sns subscribe --topic-arn ARN --protocol sqs --notification-endpoint QUEUE_ARN
    """,
)
def topic_without_subscription(topic: Topic, graph: Graph) -> Iterator[Match]:
    """Nothing subscribes to a topic, so whatever is published to it is discarded.

    A topic keeps nothing, and publishing succeeds. In a template that is only a hint, because
    subscriptions are often made elsewhere: by another stack, by hand, by a chat service.

    Fine to accept where the subscribers come from elsewhere.
    """
    if edges := graph.outgoing(topic, EdgeKind.DELIVERS):
        if all(edge.via is topic for edge in edges):
            topic.has("Subscription")  # raises where it is only not known to have none
        return
    in_account = topic.raw.account is not None
    yield Match(
        topic,
        f"nothing subscribes to {topic.label}, so its messages are discarded",
        severity=None if in_account else Severity.LOW,
        confidence=None if in_account else Confidence.LOW,
    )


@rule(
    "SNS013",
    "fan-out-without-filter",
    severity=Severity.LOW,
    category=Category.COST,
    confidence=Confidence.LOW,
    guide="SNS Cost Optimization (lines 976-990)",
    applies_to=Topic,
    pedantic=True,
    remediation="""
        OrdersSubscription:
          Type: AWS::SNS::Subscription
          Properties:
            FilterPolicy: {event: [order-created]}

        Live: aws sns set-subscription-attributes --subscription-arn ARN
        --attribute-name FilterPolicy --attribute-value '{"event": ["order-created"]}'
    """,
)
def fan_out_without_filter(
    topic: Topic, graph: Graph, *, least: float = limits.SUBSCRIBERS_WORTH_FILTERING
) -> Iterator[Match]:
    """Three or more queues and functions get all messages of a topic, and none has a filter.

    What a subscriber throws away has been delivered, received or invoked before, and is paid for;
    a filter policy lets SNS drop it for free.

    Fine to accept where every subscriber needs every message.
    """
    edges = graph.outgoing(topic, EdgeKind.DELIVERS)
    programs = [it for edge in edges if (it := declared_at(edge)).protocol in ("sqs", "lambda")]
    if any(subscription.has("FilterPolicy") for subscription in programs):
        return
    settle_subscriptions(topic, graph)
    if len(programs) >= least:
        message = f"{topic.label} sends everything to each of {len(programs)} programs"
        queues = [edge.target for edge in edges if isinstance(edge.target, Queue)]
        yield Match(topic, message, usage=_filtered(topic, queues))


def _filtered(topic: Topic, queues: list[Queue]) -> Usage | None:
    """The calls about a topic's messages in its queues, and those that filters leave at best."""
    published = PUBLISHED.monthly_if_known(topic)
    local = [queue for queue in queues if queue.raw.region == topic.raw.region]
    if not published or len(local) < 2 or len({queue.fifo for queue in local}) > 1:
        return None
    each = _CALLS_PER_MESSAGE * published
    return Usage(
        sqs_requests(local[0], each * len(local)),
        sqs_requests(local[0], each),
        f"each message received and deleted by itself, and wanted by one of {len(local)} queues:"
        " the most that filters on attributes can save",
    )


@rule(
    "SNS036",
    "duplicate-subscription",
    severity=Severity.LOW,
    category=Category.OPERATIONS,
    guide="Topic Configuration (lines 248-284)",
    applies_to=Topic,
    remediation="""
        Keep one of the two, with the filters of both:

        OrdersSubscription:
          Type: AWS::SNS::Subscription
          Properties:
            FilterPolicy: {event: [order-created, order-changed]}

        Live: aws sns list-subscriptions-by-topic --topic-arn ARN
        and aws sns unsubscribe --subscription-arn ARN
    """,
)
def duplicate_subscription(topic: Topic, graph: Graph) -> Iterator[Match]:
    """Two subscriptions of a topic have the same protocol and endpoint.

    SNS has only one such subscription. It gives back the existing one for the second, and then
    deleting either ends both; with other attributes, such as another filter, it refuses the second.

    Fine to accept in no case that we know of.
    """
    by_end: dict[tuple[str, str], list[Edge]] = defaultdict(list)
    edges = graph.outgoing(topic, EdgeKind.DELIVERS)
    for edge in edges:
        if isinstance(edge.target, Resource | External):
            end = edge.target.id if isinstance(edge.target, Resource) else edge.target.reference
            by_end[declared_at(edge).protocol, end].append(edge)
    for first, *others in by_end.values():
        for other in others:
            refused = _attributes(first) != _attributes(other)
            ending = ", with other attributes" if refused else ""
            yield Match(
                other.via,
                f"{other.via.label} subscribes to {topic.label} what {first.via.label} does"
                f" already{ending}",
                protocol_path(declared_at(other)),
                (f"Protocol {declared_at(other).protocol}",),
                ((first.via, "has the same endpoint"),),
                discriminator=topic.id,
                severity=Severity.HIGH if refused else None,
            )
    _settle_ends(edges)
    settle_subscriptions(topic, graph)


def _settle_ends(edges: list[Edge]) -> None:
    """Raises `UndeterminedError` where two of the same protocol may have the same end."""
    protocols = Counter(declared_at(edge).protocol for edge in edges)
    for edge in edges:
        if isinstance(edge.target, Unknown) and protocols[declared_at(edge).protocol] > 1:
            raise UndeterminedError(unread_end(edge.target), edge.path)


def _attributes(edge: Edge) -> list[object]:
    subscription = declared_at(edge)
    # False is what SNS takes for granted where nothing is said.
    return [subscription.peek(name) or None for name in ATTRIBUTES]


@rule(
    "SNS025",
    "envelope-around-messages",
    severity=Severity.INFO,
    category=Category.OPERATIONS,
    confidence=Confidence.LOW,
    guide=GUIDE,
    applies_to=(Subscription, Topic),
    pedantic=True,
    remediation="""
        OrdersSubscription:
          Type: AWS::SNS::Subscription      # inside a topic a subscription cannot have it
          Properties:
            RawMessageDelivery: true

        Live: aws sns set-subscription-attributes --subscription-arn ARN
        --attribute-name RawMessageDelivery --attribute-value true
    """,
)
def envelope_around_messages(resource: Resource, graph: Graph) -> Iterator[Match]:
    """A function or pipe finds SNS's envelope in its queue, with the message as text inside.

    It has to parse twice, filters on the body see the envelope only, and message attributes are
    inside of it. With RawMessageDelivery the body is what was published.

    Fine to accept where the consumer wants the topic, the time or the signature.
    """
    for subscription in each_subscription(resource):
        if subscription.protocol != "sqs" or _is_raw(subscription):
            continue
        queue = endpoint_of(subscription, graph)
        if not isinstance(queue, Queue):
            raise UndeterminedError(unread_end(queue), (*subscription.path, "Endpoint"))
        readers = [edge.via for edge in graph.outgoing(queue, EdgeKind.CONSUMES)]
        if any(isinstance(reader, EventSourceMapping | Pipe) for reader in readers):
            message = f"{resource.label} wraps each message for the consumer of {queue.label}"
            yield Match(resource, message, (*subscription.path, "RawMessageDelivery"))


def _is_raw(subscription: object) -> bool:
    return isinstance(subscription, Subscription) and subscription.raw_delivery
