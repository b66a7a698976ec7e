"""What a connector allows between two types of resources.

Facts: https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/
reference-sam-connector.html#supported-connector-resource-types. Pairs without a queue, topic, bus,
stream, function, state machine or rule on both ends are left out.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

FUNCTION = "AWS::Lambda::Function"
MACHINE = "AWS::StepFunctions::StateMachine"
TABLE = "AWS::DynamoDB::Table"
_QUEUE, _TOPIC, _BUS = "AWS::SQS::Queue", "AWS::SNS::Topic", "AWS::Events::EventBus"
_RULE = "AWS::Events::Rule"

# Services that are let in by the destination's own policy, with their principal.
SENDERS: Mapping[str, str] = {
    _RULE: "events.amazonaws.com",
    _TOPIC: "sns.amazonaws.com",
    "AWS::S3::Bucket": "s3.amazonaws.com",
}
_PLAIN = {
    "AWS::Serverless::Function": FUNCTION,
    "AWS::Serverless::StateMachine": MACHINE,
    "AWS::Serverless::SimpleTable": TABLE,
}
_ROLES = {
    FUNCTION: "Role",
    "AWS::Serverless::Function": "Role",
    MACHINE: "RoleArn",
    "AWS::Serverless::StateMachine": "Role",
}

Statements = Mapping[str, tuple[tuple[tuple[str, ...], str], ...]]


class Access(Struct, frozen=True):
    """A policy on the role of the source, or of the destination.

    `statements` maps a permission (`Read`, `Write`) to actions and the resource, in which `{}`
    stands for the ARN of the other end.
    """

    statements: Statements
    of_destination: bool = False


def _write(*actions: str) -> Access:
    return Access({"Write": ((actions, "{}"),)})


_INVOKE = _write("lambda:InvokeAsync", "lambda:InvokeFunction")
_PUBLISH = _write("sns:Publish")
_PUT_EVENTS = _write("events:PutEvents")

ACCESS: Mapping[tuple[str, str], Access] = {
    (FUNCTION, FUNCTION): _INVOKE,
    (FUNCTION, _TOPIC): _PUBLISH,
    (FUNCTION, _BUS): _PUT_EVENTS,
    (FUNCTION, _QUEUE): Access({
        "Read": ((("sqs:ReceiveMessage", "sqs:GetQueueAttributes"), "{}"),),
        "Write": (
            (
                ("sqs:DeleteMessage", "sqs:SendMessage", "sqs:ChangeMessageVisibility",
                 "sqs:PurgeQueue"),
                "{}",
            ),
        ),
    }),
    (FUNCTION, MACHINE): Access({
        "Read": ((("states:DescribeStateMachine", "states:ListExecutions"), "{}"),),
        "Write": ((("states:StartExecution", "states:StartSyncExecution"), "{}"),),
    }),
    (MACHINE, FUNCTION): _INVOKE,
    (MACHINE, _TOPIC): _PUBLISH,
    (MACHINE, _BUS): _PUT_EVENTS,
    (MACHINE, _QUEUE): _write("sqs:SendMessage"),
    (MACHINE, MACHINE): _write("states:StartExecution"),
    (_RULE, _BUS): _PUT_EVENTS,
    (_RULE, MACHINE): _write("states:StartExecution"),
    (_QUEUE, FUNCTION): Access({
        "Write": ((("sqs:DeleteMessage",), "{}"),),
        "Read": ((("sqs:ReceiveMessage", "sqs:GetQueueAttributes"), "{}"),),
    }, of_destination=True),
    (TABLE, FUNCTION): Access({
        "Read": (
            (
                ("dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator",
                 "dynamodb:ListStreams"),
                "{}/stream/*",
            ),
        ),
    }, of_destination=True),
}  # fmt: skip


def plain_type(type_: str) -> str:
    """The CloudFormation type of a SAM type."""
    return _PLAIN.get(type_, type_)


def role_property(type_: str) -> str | None:
    """The property with the ARN of the role that resources of the type act with."""
    return _ROLES.get(type_)
