"""Roles of functions and workflows that lack a permission for what is configured with them."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.data.workflows import PERMISSIONS
from auditor.findings import Category, Match, Severity
from auditor.graph import Edge, EdgeKind, Graph
from auditor.linking.functions import find_function
from auditor.policy import Doubts
from auditor.resources import (
    EventInvokeConfig,
    EventSourceMapping,
    Function,
    Queue,
    Resource,
    StateMachine,
    Topic,
)
from auditor.rules import rule
from auditor.statelang import Task, integration
from auditor.values import PropertyPath, UndeterminedError
from checks._shared import unread_end
from checks.delivery._by_role import refused_to_role
from checks.delivery.narrow_roles import GUIDE, each_by_role

_ASYNCHRONOUS = "Lambda Consumer (Event Source Mapping) (lines 495-507)"


@rule(
    "ESM024",
    "mapping-role-too-narrow",
    severity=Severity.HIGH,
    category=Category.RELIABILITY,
    guide=_ASYNCHRONOUS,
    applies_to=EventSourceMapping,
    remediation="""
        OrdersFunctionRole:
          Type: AWS::IAM::Role
          Properties:
            ManagedPolicyArns:
              - !Sub arn:${AWS::Partition}:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole
            Policies:
              - PolicyName: consume
                PolicyDocument:
                  Version: "2012-10-17"
                  Statement:
                    - Effect: Allow
                      Action: [sqs:ReceiveMessage, sqs:DeleteMessage, sqs:GetQueueAttributes]
                      Resource: !GetAtt OrdersQueue.Arn

        Live: aws iam put-role-policy --role-name ROLE --policy-name consume
        --policy-document file://policy.json
    """,
)
def mapping_role_too_narrow(mapping: EventSourceMapping, graph: Graph) -> Iterator[Match]:
    """The role of a function may not read the source of its mapping.

    Lambda reads queues and streams, and sends failed records to their destination, under the role
    of the function: without the permissions it refuses the mapping, or stops it later. All policies
    of the role that were read count, and the policy of the source; one that another stack attaches
    cannot be seen.

    Fine to accept where the role gets its permissions outside of this template.
    """
    yield from _under_role_of(mapping, graph, EdgeKind.CONSUMES, EdgeKind.DEAD_LETTERS)


@rule(
    "ESM028",
    "function-destination-out-of-reach",
    severity=Severity.HIGH,
    category=Category.RELIABILITY,
    guide=_ASYNCHRONOUS,
    applies_to=(Function, EventInvokeConfig),
    remediation="""
        OrdersFunctionRole:
          Type: AWS::IAM::Role
          Properties:
            Policies:
              - PolicyName: failures
                PolicyDocument:
                  Version: "2012-10-17"
                  Statement:
                    - {Effect: Allow, Action: "sqs:SendMessage", Resource: !GetAtt OrdersDlq.Arn}

        Live: aws iam put-role-policy --role-name ROLE --policy-name failures
        --policy-document file://policy.json
    """,
)
def function_destination_out_of_reach(resource: Resource, graph: Graph) -> Iterator[Match]:
    """What a function gives up, or reports, cannot get to the dead-letter queue or destination.

    Lambda sends it under the role of the function, which lacks the permission, or the queue or
    topic is a FIFO one, which Lambda does not serve here (Lambda developer guide, "Capturing
    records of Lambda asynchronous invocations"). The event is lost, and only the metrics
    DeadLetterErrors and DestinationDeliveryFailures show it.

    Fine to accept where the role gets its permissions outside of this template.
    """
    doubts = Doubts()
    kinds = (EdgeKind.DEAD_LETTERS, EdgeKind.DELIVERS)
    for edge in graph.declared(resource, *kinds):
        with doubts:
            end = edge.target
            if isinstance(end, Queue | Topic) and end.fifo:
                message = f"{end.label} is a FIFO {_kind(end)}, which Lambda does not send to here"
                yield Match(
                    resource, message, edge.path, related=((end, "the destination"),),
                    discriminator="fifo",
                )  # fmt: skip
    with doubts:
        yield from _under_role_of(resource, graph, *kinds)
    doubts.settle()


def _kind(end: Queue | Topic) -> str:
    return "queue" if isinstance(end, Queue) else "topic"


def _under_role_of(resource: Resource, graph: Graph, *kinds: EdgeKind) -> Iterator[Match]:
    if not graph.declared(resource, *kinds):
        return
    function: object = resource
    if not isinstance(resource, Function):
        function = find_function(resource.peek("FunctionName"), resource, graph.index)
    if not isinstance(function, Function):
        raise UndeterminedError(unread_end(function), ("FunctionName",))
    role = function.peek("Role")
    yield from each_by_role(resource, graph, lambda _edge: role, *kinds)


@rule(
    "SFN028",
    "workflow-role-too-narrow",
    severity=Severity.HIGH,
    category=Category.RELIABILITY,
    guide=GUIDE,
    applies_to=StateMachine,
    remediation="""
        OrdersFlowRole:
          Type: AWS::IAM::Role
          Properties:
            Policies:
              - PolicyName: tasks
                PolicyDocument:
                  Version: "2012-10-17"
                  Statement:
                    - {Effect: Allow, Action: "sns:Publish", Resource: !Ref OrdersTopic}
                    - Effect: Allow
                      Action: lambda:InvokeFunction
                      Resource: [!GetAtt Charge.Arn, !Sub "${Charge.Arn}:*"]

        Live: aws iam put-role-policy --role-name ROLE --policy-name tasks
        --policy-document file://policy.json
    """,
)
def workflow_role_too_narrow(machine: StateMachine, graph: Graph) -> Iterator[Match]:
    """A task sends, invokes or starts what the role of its state machine does not allow.

    The state fails with an access error that no retry mends, at the first execution that comes that
    way. Judged are tasks that name their queue, topic, bus, stream, function or state machine. All
    policies of the role that were read count; one that another stack attaches cannot be seen.

    Fine to accept where the role gets its permissions outside of this template.
    """
    actions = {
        task.path: _action(task) for task in machine.workflow.states() if isinstance(task, Task)
    }
    doubts = Doubts()
    for edge in graph.declared(machine, EdgeKind.DELIVERS):
        with doubts:
            if action := _of_task(edge, actions):
                role = machine.peek("RoleArn")
                yield from refused_to_role(machine, edge, role, graph, ((action,),))
    doubts.settle()


def _of_task(edge: Edge, actions: dict[PropertyPath, str]) -> str:
    """The action of the task that declares an edge: the one whose path the edge's begins with."""
    path = edge.path
    while path and path not in actions:
        path = path[:-1]
    return actions.get(path, "")


def _action(task: Task) -> str:
    """The permission that a task needs for its receiver, empty where it has none."""
    resource = task.peek("Resource")
    call = integration(resource) if isinstance(resource, str) else None
    if call is None:
        return ""
    return PERMISSIONS.get((call.service.removeprefix("aws-sdk:"), call.action), "")
