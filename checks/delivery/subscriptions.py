"""What topics deliver to queues and functions."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.findings import Category, Match, Severity
from auditor.graph import Edge, EdgeKind, Graph
from auditor.resources import Function, Queue, Resource, Subscription, Topic
from auditor.rules import rule
from checks.delivery._access import SNS, refused
from checks.delivery._edges import each_edge, value_at
from checks.sns._subscriptions import settle_subscriptions

GUIDE = "SNS Subscription Types (lines 237-247)"


@rule(
    "SNS026",
    "queue-refuses-topic",
    severity=Severity.HIGH,
    category=Category.RELIABILITY,
    guide=GUIDE,
    applies_to=Topic,
    remediation="""
        OrdersQueuePolicy:
          Type: AWS::SQS::QueuePolicy
          Properties:
            Queues: [!Ref OrdersQueue]
            PolicyDocument:
              Statement:
                - Effect: Allow
                  Principal: {Service: sns.amazonaws.com}
                  Action: sqs:SendMessage
                  Resource: !GetAtt OrdersQueue.Arn
                  Condition:
                    ArnEquals: {aws:SourceArn: !Ref OrdersTopic}

        Live: aws sqs set-queue-attributes --queue-url URL --attributes file://policy.json
    """,
)
def queue_refuses_topic(topic: Topic, graph: Graph) -> Iterator[Match]:
    """A queue subscribes to a topic, but its policy does not let the topic send.

    SNS takes the refusal for a mistake of the client: it does not try again, and the message is
    lost without a dead-letter queue of the subscription. Conditions are evaluated, so a policy for
    another topic does not count. A policy that another stack attaches cannot be seen.

    Fine to accept where the policy of the queue is managed outside of this template.
    """
    yield from _refusals(topic, graph, "sqs", Queue)


@rule(
    "SNS027",
    "function-refuses-topic",
    severity=Severity.HIGH,
    category=Category.RELIABILITY,
    guide=GUIDE,
    applies_to=Topic,
    remediation="""
        OrdersPermission:
          Type: AWS::Lambda::Permission
          Properties:
            FunctionName: !Ref OrdersFunction
            Action: lambda:InvokeFunction
            Principal: sns.amazonaws.com
            SourceArn: !Ref OrdersTopic

        Live: aws lambda add-permission --function-name NAME --statement-id orders
        --action lambda:InvokeFunction --principal sns.amazonaws.com --source-arn TOPIC_ARN
    """,
)
def function_refuses_topic(topic: Topic, graph: Graph) -> Iterator[Match]:
    """A function subscribes to a topic, but no permission lets the topic invoke it.

    SNS takes the refusal for a mistake of the client: it does not try again, and the message is
    lost without a dead-letter queue of the subscription.

    Fine to accept where the permissions of the function are managed outside of this template.
    """
    yield from _refusals(topic, graph, "lambda", Function)


def _refusals(
    topic: Topic, graph: Graph, protocol: str, cls: type[Queue | Function]
) -> Iterator[Match]:
    def judge(edge: Edge) -> Iterator[Match]:
        # A protocol that could not be read can be no other: SNS would refuse the subscription.
        if edge.detail not in ("", protocol) or not isinstance(edge.target, cls):
            return
        reference = value_at(edge.via, edge.path)
        if refused(edge.target, SNS, topic, graph, reference):
            message = f"{edge.target.label} does not let {topic.label} deliver to it"
            related = ((edge.target, "the subscriber"), (topic, "the topic"))
            yield Match(edge.via, message, edge.path, related=related)

    yield from each_edge(topic, graph, EdgeKind.DELIVERS, judge, cls)
    settle_subscriptions(topic, graph, protocol)


@rule(
    "SNS030",
    "subscription-dlq-refuses",
    severity=Severity.HIGH,
    category=Category.RELIABILITY,
    guide=GUIDE,
    applies_to=Subscription,
    remediation="""
        OrdersDlqPolicy:
          Type: AWS::SQS::QueuePolicy
          Properties:
            Queues: [!Ref OrdersDlq]          # standard for a standard topic
            PolicyDocument:
              Statement:
                - Effect: Allow
                  Principal: {Service: sns.amazonaws.com}
                  Action: sqs:SendMessage
                  Resource: !GetAtt OrdersDlq.Arn
                  Condition:
                    ArnEquals: {aws:SourceArn: !Ref OrdersTopic}

        Live: aws sqs set-queue-attributes --queue-url URL --attributes file://policy.json
    """,
)
def subscription_dlq_refuses(subscription: Subscription, graph: Graph) -> Iterator[Match]:
    """The dead-letter queue of a subscription cannot take what the subscription loses.

    Its policy does not let SNS send for the topic, or it is a FIFO queue behind a standard topic.
    The messages that it is there for are lost, and nothing shows it until the first failure.

    Fine to accept where the policy of the queue is managed outside of this template.
    """
    topic = graph.find(subscription.peek("TopicArn"))

    def judge(edge: Edge) -> Iterator[Match]:
        for delivery in graph.declared(subscription, EdgeKind.DELIVERS):
            graph.settle_end(delivery, delivery.source, Topic)
        if isinstance(topic, Topic) and isinstance(edge.target, Queue):
            yield from _unfit(subscription, topic, edge.target, edge, graph)

    yield from each_edge(subscription, graph, EdgeKind.DEAD_LETTERS, judge, Queue)


def _unfit(
    subscription: Subscription, topic: Topic, queue: Queue, edge: Edge, graph: Graph
) -> Iterator[Match]:
    related: tuple[tuple[Resource, str], ...] = ((queue, "the dead-letter queue"),)
    if queue.fifo and not topic.fifo:
        message = f"{queue.label} is a FIFO queue, but {topic.label} is a standard topic"
        yield Match(subscription, message, edge.path, related=related, discriminator="fifo")
    elif refused(queue, SNS, topic, graph):
        message = f"{queue.label} does not let {topic.label} send its dead letters"
        yield Match(subscription, message, edge.path, related=related)
