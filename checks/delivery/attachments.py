"""Policies that do not do what they are there for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from auditor.findings import Category, Match, Severity
from auditor.graph import Edge, EdgeKind, Graph
from auditor.policy import Answer, Statement, compare, judge_each, statements_of
from auditor.resources import EventRule, Queue, QueuePolicy, Resource, Topic, TopicPolicy
from auditor.rules import rule
from auditor.values import UndeterminedError, Unknown, sequence
from checks.delivery._access import EVENTS, SNS, by_network, decide, name_of
from checks.delivery._edges import each_edge
from checks.delivery.permissions import GUIDE
from checks.sns._subscriptions import settle_subscriptions


@rule(
    "IAM016",
    "policy-without-effect",
    severity=Severity.HIGH,
    category=Category.RELIABILITY,
    guide=GUIDE,
    applies_to=(QueuePolicy, TopicPolicy),
    remediation="""
        OrdersQueuePolicy:                    # the only policy of the queue
          Type: AWS::SQS::QueuePolicy
          Properties:
            Queues: [!Ref OrdersQueue]
            PolicyDocument:
              Statement:
                - Effect: Allow
                  Principal: {Service: sns.amazonaws.com}
                  Action: sqs:SendMessage
                  Resource: !GetAtt OrdersQueue.Arn   # the queue itself
                  Condition:
                    ArnEquals: {aws:SourceArn: !Ref OrdersTopic}

        Live: aws sqs set-queue-attributes --queue-url URL --attributes file://policy.json
    """,
)
def policy_without_effect(policy: Resource, graph: Graph) -> Iterator[Match]:
    """A policy does nothing: it names another queue or topic, or a second policy overwrites it.

    A statement counts only for the queue or topic that the policy is attached to. A queue or topic
    has one policy: of two that are declared, the one deployed last wins, and what the other one
    allows is refused.

    Fine to accept in no case that we know of.
    """
    edges = graph.outgoing(policy, EdgeKind.GUARDS)
    yield from _overwritten(policy, edges, graph)
    for edge in edges:
        graph.settle_end(edge, edge.target, Queue, Topic)
    targets = [edge.target for edge in edges if isinstance(edge.target, Queue | Topic)]
    if targets and len(targets) == len(edges):
        yield from judge_each(statements_of(policy), lambda it: _elsewhere(policy, it, targets))


def _overwritten(policy: Resource, edges: Sequence[Edge], graph: Graph) -> Iterator[Match]:
    for edge in edges:
        if not isinstance(edge.target, Queue | Topic):
            continue
        first = graph.incoming(edge.target, EdgeKind.GUARDS)[0].via
        if first is not policy:
            message = (
                f"{policy.label} and {first.label} overwrite each other on {edge.target.label}"
            )
            yield Match(policy, message, edge.path, related=((first, "the other policy"),))


def _elsewhere(
    policy: Resource, statement: Statement, targets: Sequence[Resource]
) -> Iterator[Match]:
    given = statement.peek("Resource")
    if given is None or not statement.allows:
        return
    answers = [
        compare(pattern, name_of(target)) for pattern in sequence(given, ()) for target in targets
    ]
    if Answer.YES in answers:
        return
    path = (*statement.path, "Resource")
    if Answer.UNDETERMINED in answers:
        raise UndeterminedError(
            "whether the policy names its own queue or topic is not known", path
        )
    names = ", ".join(target.label for target in targets)
    message = f"{policy.label} is attached to {names}, but a statement names something else"
    shown = [str(it.text if isinstance(it, Unknown) else it) for it in sequence(given, ())]
    yield Match(policy, message, path, tuple(shown))


@rule(
    "VPC007",
    "endpoint-policy-stops-service",
    severity=Severity.HIGH,
    category=Category.RELIABILITY,
    guide="Network Security (lines 1106-1120)",
    applies_to=(Topic, EventRule),
    remediation="""
        - Effect: Deny
          Principal: "*"
          Action: sqs:*
          Resource: !GetAtt OrdersQueue.Arn
          Condition:
            StringNotEquals: {aws:SourceVpce: vpce-1a2b3c4d}
            Bool: {aws:PrincipalIsAWSService: "false"}

        Live: aws sqs set-queue-attributes --queue-url URL --attributes file://policy.json
    """,
)
def endpoint_policy_stops_service(source: Resource, graph: Graph) -> Iterator[Match]:
    """A queue or topic refuses what SNS or EventBridge deliver, because it comes from no endpoint.

    A policy that denies everything from outside of a VPC endpoint also means AWS services, which
    call from their own network. aws:PrincipalIsAWSService exempts them.

    Fine to accept in no case that we know of.
    """
    service = SNS if isinstance(source, Topic) else EVENTS

    def judge(edge: Edge) -> Iterator[Match]:
        target = edge.target
        if isinstance(target, Queue | Topic) and by_network(decide(target, service, source, graph)):
            message = f"{target.label} refuses {source.label}, which comes from no VPC endpoint"
            yield Match(edge.via, message, edge.path, related=((target, "the destination"),))

    yield from each_edge(source, graph, EdgeKind.DELIVERS, judge, Queue, Topic)
    if isinstance(source, Topic):
        settle_subscriptions(source, graph, "sqs")
