"""What rules of EventBridge deliver to queues, topics and functions."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.findings import Category, Match, Severity
from auditor.graph import Edge, EdgeKind, Graph
from auditor.resources import EventRule, Function, Queue, Resource, Topic
from auditor.rules import rule
from auditor.values import View
from checks.delivery._access import EVENTS, refused
from checks.delivery._edges import each_edge, value_at

GUIDE = "Rule Configuration (lines 363-407)"


@rule(
    "EVB030",
    "function-refuses-rule",
    severity=Severity.HIGH,
    category=Category.RELIABILITY,
    guide=GUIDE,
    applies_to=EventRule,
    remediation="""
        OrdersPermission:
          Type: AWS::Lambda::Permission
          Properties:
            FunctionName: !Ref OrdersFunction
            Action: lambda:InvokeFunction
            Principal: events.amazonaws.com
            SourceArn: !GetAtt OrdersRule.Arn

        Live: aws lambda add-permission --function-name NAME --statement-id orders
        --action lambda:InvokeFunction --principal events.amazonaws.com --source-arn RULE_ARN
    """,
)
def function_refuses_rule(event_rule: EventRule, graph: Graph) -> Iterator[Match]:
    """A rule has a function as its target, but no permission lets the rule invoke it.

    EventBridge does not try again what is refused: each event is a failed invocation, and lost
    without a dead-letter queue. The console adds the permission by itself, a template does not. A
    target with a role needs none.

    Fine to accept where the permissions of the function are managed outside of this template.
    """

    def judge(edge: Edge) -> Iterator[Match]:
        if isinstance(edge.target, Function) and _refused(edge, edge.target, event_rule, graph):
            yield _match(edge, edge.target, event_rule)

    yield from each_edge(event_rule, graph, EdgeKind.DELIVERS, judge, Function)


@rule(
    "EVB032",
    "queue-refuses-rule",
    severity=Severity.HIGH,
    category=Category.RELIABILITY,
    guide=GUIDE,
    applies_to=EventRule,
    remediation="""
        OrdersQueuePolicy:
          Type: AWS::SQS::QueuePolicy
          Properties:
            Queues: [!Ref OrdersQueue]
            PolicyDocument:
              Statement:
                - Effect: Allow
                  Principal: {Service: events.amazonaws.com}
                  Action: sqs:SendMessage
                  Resource: !GetAtt OrdersQueue.Arn
                  Condition:
                    ArnEquals: {aws:SourceArn: !GetAtt OrdersRule.Arn}

        A FIFO queue also needs SqsParameters: {MessageGroupId: orders} in the target.

        Live: aws sqs set-queue-attributes --queue-url URL --attributes file://policy.json
    """,
)
def queue_refuses_rule(event_rule: EventRule, graph: Graph) -> Iterator[Match]:
    """A rule has a queue as its target that does not take what the rule sends.

    The policy of the queue does not let the rule send, or the queue is a FIFO queue and the target
    names no message group. EventBridge does not try again what is refused: each event is lost
    without a dead-letter queue. A target with a role needs no policy.

    Fine to accept where the policy of the queue is managed outside of this template.
    """

    def judge(edge: Edge) -> Iterator[Match]:
        queue = edge.target
        if not isinstance(queue, Queue):
            return
        if queue.fifo and not _has(edge, "SqsParameters"):
            message = f"{event_rule.label} names no message group for the FIFO queue {queue.label}"
            path = (*edge.path[:-1], "SqsParameters")
            yield Match(event_rule, message, path, related=((queue, "the queue"),))
        if _refused(edge, queue, event_rule, graph):
            yield _match(edge, queue, event_rule)

    yield from each_edge(event_rule, graph, EdgeKind.DELIVERS, judge, Queue)


@rule(
    "EVB033",
    "topic-refuses-rule",
    severity=Severity.HIGH,
    category=Category.RELIABILITY,
    guide=GUIDE,
    applies_to=EventRule,
    remediation="""
        OrdersTopicPolicy:
          Type: AWS::SNS::TopicPolicy
          Properties:
            Topics: [!Ref OrdersTopic]        # a standard topic
            PolicyDocument:
              Statement:
                - Effect: Allow
                  Principal: {Service: events.amazonaws.com}
                  Action: sns:Publish
                  Resource: !Ref OrdersTopic

        Live: aws sns set-topic-attributes --topic-arn ARN --attribute-name Policy
        --attribute-value file://policy.json
    """,
)
def topic_refuses_rule(event_rule: EventRule, graph: Graph) -> Iterator[Match]:
    """A rule has a topic as its target that does not take what the rule sends.

    The policy of the topic does not let EventBridge publish (that of a new topic lets only its own
    account), or the topic is a FIFO topic, which EventBridge does not serve. Each event is lost
    without a dead-letter queue. A target with a role needs no policy.

    Fine to accept where the policy of the topic is managed outside of this template.
    """

    def judge(edge: Edge) -> Iterator[Match]:
        topic = edge.target
        if not isinstance(topic, Topic):
            return
        if topic.fifo:
            message = f"{event_rule.label} cannot deliver to the FIFO topic {topic.label}"
            yield Match(event_rule, message, edge.path, related=((topic, "the topic"),))
        elif _refused(edge, topic, event_rule, graph):
            yield _match(edge, topic, event_rule)

    yield from each_edge(event_rule, graph, EdgeKind.DELIVERS, judge, Topic)


@rule(
    "EVB035",
    "rule-dlq-refuses",
    severity=Severity.HIGH,
    category=Category.RELIABILITY,
    guide=GUIDE,
    applies_to=EventRule,
    remediation="""
        RuleDlqPolicy:
          Type: AWS::SQS::QueuePolicy
          Properties:
            Queues: [!Ref RuleDlq]            # a standard queue
            PolicyDocument:
              Statement:
                - Effect: Allow
                  Principal: {Service: events.amazonaws.com}
                  Action: sqs:SendMessage
                  Resource: !GetAtt RuleDlq.Arn
                  Condition:
                    ArnEquals: {aws:SourceArn: !GetAtt OrdersRule.Arn}

        Live: aws sqs set-queue-attributes --queue-url URL --attributes file://policy.json
    """,
)
def rule_dlq_refuses(event_rule: EventRule, graph: Graph) -> Iterator[Match]:
    """The dead-letter queue of a rule's target cannot take the events that the rule gives up.

    Its policy does not let EventBridge send for the rule, or it is a FIFO queue, which EventBridge
    does not accept for dead letters. The events that it is there for are lost, and nothing shows it
    until the first failure.

    Fine to accept where the policy of the queue is managed outside of this template.
    """

    def judge(edge: Edge) -> Iterator[Match]:
        queue = edge.target
        if not isinstance(queue, Queue):
            return
        related = ((queue, "the dead-letter queue"),)
        if queue.fifo:
            message = f"{queue.label} is a FIFO queue, which takes no dead letters of rules"
            yield Match(event_rule, message, edge.path, related=related)
        elif refused(queue, EVENTS, event_rule, graph):
            message = f"{queue.label} does not let {event_rule.label} send its dead letters"
            yield Match(event_rule, message, edge.path, related=related)

    yield from each_edge(event_rule, graph, EdgeKind.DEAD_LETTERS, judge, Queue)


def _refused(edge: Edge, target: Resource, event_rule: EventRule, graph: Graph) -> bool:
    if _has(edge, "RoleArn"):
        return False
    reference = value_at(edge.via, edge.path)
    if not refused(target, EVENTS, event_rule, graph, reference):
        return False
    declared = value_at(edge.via, edge.path[:-1])
    # Raises where nothing tells whether there is a role.
    return not (isinstance(declared, dict) and View(declared, edge.path[:-1]).has("RoleArn"))


def _has(edge: Edge, name: str) -> bool:
    return value_at(edge.via, (*edge.path[:-1], name)) is not None


def _match(edge: Edge, target: Resource, event_rule: EventRule) -> Match:
    message = f"{target.label} does not let {event_rule.label} deliver to it"
    return Match(event_rule, message, edge.path, related=((target, "the target"),))
