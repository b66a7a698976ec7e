"""Endpoints that SNS refuses, or that no message should be sent to."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.arns import Arn
from auditor.data import limits
from auditor.findings import Category, Match, Severity
from auditor.graph import EdgeKind, Graph
from auditor.resources import DeliveryStream, Function, Queue, Resource, Subscription, Topic
from auditor.resources.sns import InlineSubscription
from auditor.rules import rule
from auditor.values import UndeterminedError
from checks.sns._subscriptions import (
    GUIDE,
    MAIL,
    WEB,
    declared_at,
    each_subscription,
    known_text,
    protocol_path,
    settle_no_more,
)

# API Subscribe: the protocols, with the service that the endpoint's ARN names.
SERVICES = {"application": "sns", "firehose": "firehose", "lambda": "lambda", "sqs": "sqs"}
PEOPLE = (*MAIL, "sms")
TYPES: dict[str, type[Resource]] = {"firehose": DeliveryStream, "lambda": Function, "sqs": Queue}


@rule(
    "SNS011",
    "endpoint-protocol-mismatch",
    severity=Severity.HIGH,
    category=Category.RELIABILITY,
    guide=GUIDE,
    applies_to=(Subscription, Topic),
    remediation="""
        OrdersSubscription:
          Type: AWS::SNS::Subscription
          Properties:
            TopicArn: !Ref OrdersTopic
            Protocol: sqs
            Endpoint: !GetAtt OrdersQueue.Arn     # not !Ref, which gives the URL

        Live: aws sns subscribe --topic-arn ARN --protocol sqs --notification-endpoint QUEUE_ARN
    """,
)
def endpoint_protocol_mismatch(resource: Resource, graph: Graph) -> Iterator[Match]:
    """A subscription has a protocol that SNS does not know, or an endpoint of another kind.

    SNS refuses it, so it is not created: queues, functions and delivery streams are named by ARN,
    web servers by a URL that starts with the protocol. (API Subscribe.) Addresses of people are
    not compared.

    Fine to accept in no case that we know of.
    """
    for subscription in each_subscription(resource):
        protocol = subscription.protocol.lower()
        if protocol in PEOPLE:
            continue
        if problem := _problem(resource, subscription, protocol, graph):
            message = f"{resource.label} {problem}"
            path, evidence = protocol_path(subscription), (f"Protocol {subscription.protocol}",)
            yield Match(resource, message, path, evidence)


def _problem(
    near: Resource,
    subscription: Subscription | InlineSubscription,
    protocol: str,
    graph: Graph,
) -> str | None:
    if protocol not in (*SERVICES, *WEB):
        return f"has the protocol {protocol}, which SNS does not know"
    if not subscription.has("Endpoint"):
        return "has no endpoint"
    endpoint = known_text(subscription, "Endpoint")
    if protocol in WEB:
        start = f"{protocol}://"
        right = endpoint.lower().startswith(start) or endpoint.startswith("${")
        return None if right else f"has an endpoint that does not start with {start}"
    arn = Arn.parse(endpoint)
    if arn is not None:
        same = arn.service == SERVICES[protocol]
        return None if same else f"sends by {protocol} to a resource of {arn.service}"
    cls = TYPES.get(protocol)
    by_name = cls is not None and isinstance(graph.index.named(cls, endpoint, near), Resource)
    if endpoint.startswith("${") and not by_name:
        raise UndeterminedError(
            f"{endpoint} could not be resolved", (*subscription.path, "Endpoint")
        )
    return f"names its {protocol} endpoint by {'URL' if '://' in endpoint else 'name'}, not by ARN"


@rule(
    "SNS020",
    "subscription-in-clear-text",
    severity=Severity.HIGH,
    category=Category.SECURITY,
    guide=GUIDE,
    applies_to=(Subscription, Topic),
    remediation="""
        OrdersSubscription:
          Type: AWS::SNS::Subscription
          Properties:
            TopicArn: !Ref OrdersTopic
            Protocol: https
            Endpoint: https://example.com/orders

        Live: aws sns subscribe --topic-arn ARN --protocol https --notification-endpoint URL
        and aws sns unsubscribe --subscription-arn OLD_ARN
    """,
)
def subscription_in_clear_text(resource: Resource, _graph: Graph) -> Iterator[Match]:
    """A subscription sends messages over HTTP, where everybody on the way can read them.

    They can also change them and read the link that ends the subscription, as long as the server
    does not verify signatures.

    Fine to accept where messages are public and the server verifies their signature.
    """
    for subscription in each_subscription(resource):
        if known_text(subscription, "Protocol") == "http":
            message = f"{resource.label} sends messages in clear text"
            yield Match(resource, message, protocol_path(subscription), ("Protocol http",))


@rule(
    "SNS028",
    "firehose-subscription-refused",
    severity=Severity.HIGH,
    category=Category.RELIABILITY,
    guide=GUIDE,
    applies_to=(Subscription, Topic),
    remediation="""
        ArchiveSubscription:
          Type: AWS::SNS::Subscription      # inside a topic a subscription cannot have a role
          Properties:
            TopicArn: !Ref OrdersTopic
            Protocol: firehose
            Endpoint: !GetAtt Archive.Arn
            SubscriptionRoleArn: !GetAtt SubscriptionRole.Arn   # trusts sns.amazonaws.com and
                                                                # allows firehose:PutRecordBatch

        Live: aws sns subscribe --topic-arn ARN --protocol firehose
        --notification-endpoint STREAM_ARN --attributes SubscriptionRoleArn=ROLE_ARN
    """,
)
def firehose_subscription_refused(resource: Resource, graph: Graph) -> Iterator[Match]:
    """A topic is to deliver to Firehose without a role, or to more streams than SNS allows.

    SNS writes to a delivery stream with a role that the subscription names and refuses one without
    (API Subscribe, SubscriptionRoleArn). A topic has at most five Firehose subscriptions of one
    owner, unless the quota was raised.

    Fine to accept more than five where the quota was raised.
    """
    for subscription in each_subscription(resource):
        if subscription.protocol == "firehose" and not subscription.has("SubscriptionRoleArn"):
            message = f"{resource.label} has no role to write to the delivery stream with"
            yield Match(resource, message, protocol_path(subscription), ("no SubscriptionRoleArn",))
    if isinstance(resource, Topic):
        yield from _too_many(resource, graph)


def _too_many(topic: Topic, graph: Graph) -> Iterator[Match]:
    edges = graph.outgoing(topic, EdgeKind.DELIVERS)
    count = sum(declared_at(edge).protocol == "firehose" for edge in edges)
    if count > limits.FIREHOSE_SUBSCRIPTIONS_MAX:
        message = f"{topic.label} has {count} Firehose subscriptions; the quota is 5 for each owner"
        yield Match(topic, message, severity=Severity.MEDIUM)
    else:
        settle_no_more(limits.FIREHOSE_SUBSCRIPTIONS_MAX, topic, graph)
