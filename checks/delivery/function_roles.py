"""Roles of functions that lack a permission for what is configured with them."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.findings import Category, Match, Severity
from auditor.graph import EdgeKind, Graph
from auditor.linking.functions import find_function
from auditor.policy import Doubts
from auditor.resources import (
    EventInvokeConfig,
    EventSourceMapping,
    Function,
    Queue,
    Resource,
    Topic,
)
from auditor.rules import rule
from auditor.values import UndeterminedError
from checks._shared import unread_end
from checks.delivery.narrow_roles import each_by_role

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
