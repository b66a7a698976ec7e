"""Subscriptions that wait for somebody, and mail."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.findings import Category, Confidence, Match, Severity
from auditor.graph import EdgeKind, Graph
from auditor.resources import Resource, Subscription, Topic
from auditor.rules import rule
from auditor.values import boolean, read
from checks.sns._subscriptions import (
    GUIDE,
    MAIL,
    WEB,
    declared_at,
    each_subscription,
    known_text,
    protocol_path,
    settle_subscriptions,
)

PENDING = "$pending"
_MACHINES = {"sqs", "lambda", "firehose", *WEB}


@rule(
    "SNS010",
    "subscription-not-confirmed",
    severity=Severity.HIGH,
    category=Category.RELIABILITY,
    guide="Key Features (lines 230-235)",
    applies_to=Subscription,
    remediation="""
        Subscribe again and answer the confirmation, within two days:

        AlertsSubscription:
          Type: AWS::SNS::Subscription
          Properties:
            TopicArn: !Ref AlertsTopic
            Protocol: email
            Endpoint: !Ref Address

        Live: aws sns subscribe --topic-arn ARN --protocol email --notification-endpoint ADDRESS
        then aws sns confirm-subscription --topic-arn ARN --token TOKEN
    """,
)
def subscription_not_confirmed(subscription: Subscription, _graph: Graph) -> Iterator[Match]:
    """A subscription waits for its confirmation, and gets no message until then.

    SNS asks people, web servers and other accounts first, and the token it sends is valid for two
    days (API Subscribe). Nothing tells the owner of the topic that nobody answered. Known for live
    subscriptions only.

    Fine to accept right after subscribing.
    """
    if read(subscription.peek(PENDING), boolean, (PENDING,), False):
        message = f"{subscription.label} gets no messages until it is confirmed"
        yield Match(subscription, message, ("Protocol",), (f"Protocol {subscription.protocol}",))


@rule(
    "SNS031",
    "mail-needs-confirmation",
    severity=Severity.INFO,
    category=Category.OPERATIONS,
    guide="Topic Configuration (lines 248-284)",
    applies_to=(Subscription, Topic),
    pedantic=True,
    remediation="""
        Confirm by the link in the mail after each deployment of a new stack, or notify through
        something that needs none:

        AlertsSubscription:
          Type: AWS::SNS::Subscription
          Properties:
            TopicArn: !Ref AlertsTopic
            Protocol: lambda
            Endpoint: !GetAtt NotifierFunction.Arn

        Live: aws sns list-subscriptions-by-topic --topic-arn ARN shows PendingConfirmation.
    """,
)
def mail_needs_confirmation(resource: Resource, _graph: Graph) -> Iterator[Match]:
    """A template subscribes a mail address, which gets nothing until a person confirms.

    The stack is complete without it, so alarms of a new stack can go nowhere for a long time. In
    an account the state of each subscription is known, and another rule looks at that.

    Fine to accept where the confirmation is part of setting up a stack.
    """
    if resource.raw.account is not None:
        return
    for subscription in each_subscription(resource):
        protocol = known_text(subscription, "Protocol")
        if protocol in MAIL:
            message = f"{resource.label} sends mail only after a person has confirmed"
            evidence = (f"Protocol {protocol}",)
            yield Match(resource, message, protocol_path(subscription), evidence)


@rule(
    "SNS023",
    "mail-beside-machines",
    severity=Severity.LOW,
    category=Category.OPERATIONS,
    confidence=Confidence.LOW,
    guide=GUIDE,
    applies_to=Topic,
    pedantic=True,
    remediation="""
        A topic for people, beside the one for programs:

        AlertsTopic:
          Type: AWS::SNS::Topic
        AlertsSubscription:
          Type: AWS::SNS::Subscription
          Properties: {TopicArn: !Ref AlertsTopic, Protocol: email, Endpoint: !Ref Address}

        Live: aws sns create-topic --name alerts
    """,
)
def mail_beside_machines(topic: Topic, graph: Graph) -> Iterator[Match]:
    """A topic sends every message that programs subscribe to by mail as well.

    SNS sends at most ten mails a second to a subscription, and people stop reading long before.
    Judged are topics with queues, functions, delivery streams or web servers beside the address.

    Fine to accept where few messages come, such as alarms that a function also posts to a chat.
    """
    edges = graph.outgoing(topic, EdgeKind.DELIVERS)
    protocols = {declared_at(edge).protocol for edge in edges}
    machines = sorted(protocols & _MACHINES)
    if machines and not protocols.isdisjoint(MAIL):
        message = f"{topic.label} sends by mail what also goes to {', '.join(machines)}"
        yield Match(topic, message)
    else:
        settle_subscriptions(topic, graph, *(MAIL if machines else _MACHINES))
