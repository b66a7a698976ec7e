"""Topics that are asked for what they cannot do, or for too much of it."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.data import limits
from auditor.findings import Category, Confidence, Match, Severity
from auditor.graph import EdgeKind, Graph
from auditor.resources import Queue, Subscription, Topic
from auditor.rules import rule
from checks.sns._subscriptions import declared_at, settle_no_more, settle_subscriptions

GUIDE = "When to Use SNS (lines 776-788)"
_TO_OPERATORS = ("email", "email-json")
_TO_CUSTOMERS = ("application", "sms")


@rule(
    "ARC037",
    "standard-topic-to-fifo-queue",
    severity=Severity.HIGH,
    category=Category.RELIABILITY,
    guide=GUIDE,
    applies_to=Topic,
    remediation="""
        OrdersTopic:
          Type: AWS::SNS::Topic
          Properties:
            TopicName: orders.fifo
            FifoTopic: true

        Live: aws sns create-topic --name orders.fifo --attributes FifoTopic=true
    """,
)
def standard_topic_to_fifo_queue(topic: Topic, graph: Graph) -> Iterator[Match]:
    """A FIFO queue subscribes to a standard topic, which SNS refuses.

    Only a FIFO topic passes on the message group that a FIFO queue needs. (SNS developer guide,
    "Message delivery for FIFO topics".)

    Fine to accept in no case that we know of.
    """
    if topic.fifo:
        return
    for edge in graph.outgoing(topic, EdgeKind.DELIVERS):
        if isinstance(edge.target, Queue) and edge.target.fifo:
            message = f"{edge.target.label} is a FIFO queue, but {topic.label} is no FIFO topic"
            related = ((topic, "the topic"),) if edge.via is not topic else ()
            yield Match(edge.via, message, edge.path, (), (*related, (edge.target, "the queue")))
    for edge in graph.outgoing(topic, EdgeKind.DELIVERS):
        if edge.detail in ("", "sqs"):
            graph.settle_end(edge, edge.target, Queue)
    settle_subscriptions(topic, graph, "sqs")


@rule(
    "ARC038",
    "topic-near-filter-quota",
    severity=Severity.LOW,
    category=Category.OPERATIONS,
    guide=GUIDE,
    applies_to=Topic,
    remediation="""
        OrdersRule:                         # a bus routes by content, with 300 rules
          Type: AWS::Events::Rule
          Properties:
            EventBusName: !Ref OrdersBus
            EventPattern: {detail-type: [order-paid]}
            Targets: [{Id: billing, Arn: !GetAtt BillingQueue.Arn}]

        Live: aws service-quotas request-service-quota-increase, or a topic for each kind of message
    """,
)
def topic_near_filter_quota(topic: Topic, graph: Graph) -> Iterator[Match]:
    """A topic routes with nearly as many filter policies as SNS allows.

    A topic has 200 of them, an account 10,000. At the limit, subscribing the next consumer fails.
    Four fifths count as near.

    Fine to accept once the quota has been raised.
    """
    edges = graph.outgoing(topic, EdgeKind.DELIVERS)
    filtering = [
        edge
        for edge in edges
        if isinstance(edge.via, Subscription) and edge.via.has("FilterPolicy")
    ]
    near = limits.QUOTA_WARNING_SHARE * limits.FILTER_POLICIES_PER_TOPIC
    if len(filtering) > near:
        message = f"{topic.label} is near the quota of filter policies"
        yield Match(topic, message, (), (f"{len(filtering)} filter policies",))
    else:
        settle_no_more(near, topic, graph)


@rule(
    "ARC063",
    "customers-beside-operators",
    severity=Severity.LOW,
    category=Category.OPERATIONS,
    confidence=Confidence.LOW,
    guide="Scenario 1: E-commerce Platform (lines 836-856)",
    applies_to=Topic,
    remediation="""
        One topic for operators, and for customers a service that knows their addresses:

        AlertsTopic:
          Type: AWS::SNS::Topic
        AlertsSubscription:
          Type: AWS::SNS::Subscription
          Properties: {TopicArn: !Ref AlertsTopic, Protocol: email, Endpoint: !Ref Operators}

        Live: aws sns create-topic --name alerts; mails to customers: aws sesv2 send-email
    """,
    pedantic=True,
)
def customers_beside_operators(topic: Topic, graph: Graph) -> Iterator[Match]:
    """One topic sends mails and also texts or pushes, so operators and customers may share it.

    Mail of a topic goes to people of the company as a rule, texts and pushes to customers. Whoever
    publishes an alert there alarms the wrong people.

    Fine to accept where all endpoints belong to the same people.
    """
    edges = graph.outgoing(topic, EdgeKind.DELIVERS)
    protocols = {declared_at(edge).protocol for edge in edges}
    if protocols.intersection(_TO_OPERATORS) and protocols.intersection(_TO_CUSTOMERS):
        message = f"{topic.label} may reach operators and customers with the same messages"
        yield Match(topic, message, (), (", ".join(sorted(protocols)),))
    else:
        known = protocols.intersection(_TO_CUSTOMERS)
        settle_subscriptions(topic, graph, *(_TO_OPERATORS if known else _TO_CUSTOMERS))
