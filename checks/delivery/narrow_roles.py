"""Roles that lack a permission for what a rule, pipe, schedule or IoT rule has to do."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from auditor.findings import Category, Match, Severity
from auditor.graph import Edge, EdgeKind, Graph
from auditor.linking.links import get
from auditor.policy import Doubts
from auditor.resources import EventRule, IotRule, Pipe, Resource, Schedule
from auditor.rules import rule
from auditor.values import Unknown
from checks.delivery._by_role import refused_to_role
from checks.delivery._edges import value_at

GUIDE = "IAM Policies and Permissions (lines 1027-1072)"
_ALL = (EdgeKind.CONSUMES, EdgeKind.DELIVERS, EdgeKind.DEAD_LETTERS)


def each_by_role(
    owner: Resource, graph: Graph, role_of: Callable[[Edge], object], *kinds: EdgeKind
) -> Iterator[Match]:
    """The matches of all edges that a resource declares and a role serves; doubts come last."""
    doubts = Doubts()
    for edge in graph.declared(owner, *kinds):
        with doubts:
            if (role := role_of(edge)) is not None:
                yield from refused_to_role(owner, edge, role, graph)
    doubts.settle()


@rule(
    "EVB043",
    "target-role-too-narrow",
    severity=Severity.HIGH,
    category=Category.RELIABILITY,
    guide=GUIDE,
    applies_to=EventRule,
    remediation="""
        EventsRolePolicy:
          Type: AWS::IAM::RolePolicy
          Properties:
            RoleName: !Ref EventsRole
            PolicyName: deliver
            PolicyDocument:
              Version: "2012-10-17"
              Statement:
                - {Effect: Allow, Action: "kinesis:PutRecord", Resource: !GetAtt OrdersStream.Arn}

        Live: aws iam put-role-policy --role-name ROLE --policy-name deliver
        --policy-document file://policy.json
    """,
)
def target_role_too_narrow(event_rule: EventRule, graph: Graph) -> Iterator[Match]:
    """A rule delivers under a role that may not deliver to its target.

    EventBridge does not try again what is refused: each event is a failed invocation, and lost
    without a dead-letter queue. All policies of the role that were read count, and the policy of
    the target as well; one that another stack attaches cannot be seen.

    Fine to accept where the role gets its permissions outside of this template.
    """

    def role_of(edge: Edge) -> object:
        own = value_at(event_rule, (*edge.path[:2], "RoleArn")) if len(edge.path) > 1 else None
        return event_rule.peek("RoleArn") if own is None else own

    yield from each_by_role(event_rule, graph, role_of, EdgeKind.DELIVERS)


@rule(
    "PIP002",
    "pipe-role-too-narrow",
    severity=Severity.HIGH,
    category=Category.RELIABILITY,
    guide=GUIDE,
    applies_to=Pipe,
    remediation="""
        OrdersPipeRole:
          Type: AWS::IAM::Role
          Properties:
            Policies:
              - PolicyName: pipe
                PolicyDocument:
                  Version: "2012-10-17"
                  Statement:
                    - Effect: Allow
                      Action: [sqs:ReceiveMessage, sqs:DeleteMessage, sqs:GetQueueAttributes]
                      Resource: !GetAtt OrdersQueue.Arn
                    - {Effect: Allow, Action: "states:StartExecution", Resource: !Ref OrdersFlow}

        Live: aws iam put-role-policy --role-name ROLE --policy-name pipe
        --policy-document file://policy.json
    """,
)
def pipe_role_too_narrow(pipe: Pipe, graph: Graph) -> Iterator[Match]:
    """The role of a pipe may not read its source, or not reach its enrichment or target.

    The pipe then stops, or fails for every batch. A permission for the dead-letter queue of a
    stream is needed as well: without it a failed batch is lost. All policies of the role that were
    read count, and the policy of the destination; one that another stack attaches cannot be seen.

    Fine to accept where the role gets its permissions outside of this template.
    """
    yield from each_by_role(pipe, graph, lambda _edge: pipe.peek("RoleArn"), *_ALL)


@rule(
    "SCH002",
    "schedule-role-too-narrow",
    severity=Severity.HIGH,
    category=Category.RELIABILITY,
    guide=GUIDE,
    applies_to=Schedule,
    remediation="""
        SchedulerRole:
          Type: AWS::IAM::Role
          Properties:
            Policies:
              - PolicyName: deliver
                PolicyDocument:
                  Version: "2012-10-17"
                  Statement:
                    - Effect: Allow
                      Action: sqs:SendMessage
                      Resource: [!GetAtt ReportsQueue.Arn, !GetAtt ScheduleDlq.Arn]

        Live: aws iam put-role-policy --role-name ROLE --policy-name deliver
        --policy-document file://policy.json
    """,
)
def schedule_role_too_narrow(schedule: Schedule, graph: Graph) -> Iterator[Match]:
    """The role of a schedule may not reach its target, or not its dead-letter queue.

    Each invocation fails then, and is dropped without a dead-letter queue that the role may send
    to. All policies of the role that were read count, and the policy of the destination; one that
    another stack attaches cannot be seen.

    Fine to accept where the role gets its permissions outside of this template.
    """
    role = get(schedule.properties, "Target", "RoleArn")
    kinds = (EdgeKind.DELIVERS, EdgeKind.DEAD_LETTERS)
    yield from each_by_role(schedule, graph, lambda _edge: role, *kinds)


@rule(
    "ARC075",
    "iot-role-too-narrow",
    severity=Severity.HIGH,
    category=Category.RELIABILITY,
    guide="Scenario 2: IoT Data Processing (lines 858-871)",
    applies_to=IotRule,
    remediation="""
        IotRole:
          Type: AWS::IAM::Role
          Properties:
            Policies:
              - PolicyName: deliver
                PolicyDocument:
                  Version: "2012-10-17"
                  Statement:
                    - Effect: Allow
                      Action: kinesis:PutRecord
                      Resource: !GetAtt SensorsStream.Arn

        Live: aws iam put-role-policy --role-name ROLE --policy-name deliver
        --policy-document file://policy.json
    """,
)
def iot_role_too_narrow(iot_rule: IotRule, graph: Graph) -> Iterator[Match]:
    """The role of an IoT rule's action may not reach the destination of the action.

    Every message that the rule selects goes to its error action, or is lost without one. All
    policies of the role that were read count, and the policy of the destination; one that another
    stack attaches cannot be seen.

    Fine to accept where the role gets its permissions outside of this template.
    """

    def role_of(edge: Edge) -> object:
        action = value_at(iot_rule, edge.path)
        if isinstance(action, Unknown):
            return action
        blocks = action.values() if isinstance(action, dict) else ()
        return next(filter(None, (get(block, "RoleArn") for block in blocks)), None)

    kinds = (EdgeKind.DELIVERS, EdgeKind.DEAD_LETTERS)
    yield from each_by_role(iot_rule, graph, role_of, *kinds)
