"""Events that become EventBridge rules and schedules, of functions and of state machines."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.collectors.template.declared import Declared
from auditor.collectors.template.sam.making import Part, flag, made
from auditor.collectors.template.sam.permissions import permission
from auditor.collectors.template.sam.policy import inline, trust
from auditor.collectors.template.sam.queues import (
    dead_letter_config,
    dead_letter_queue,
    queue_policy,
)
from auditor.values import Block

RULE = "AWS::Events::Rule"
SCHEDULE = "AWS::Scheduler::Schedule"
ROLE = "AWS::IAM::Role"
_MACHINE = "AWS::Serverless::StateMachine"
# Most of what can be said of a target is about its dead-letter queue.
_AT = "DeadLetterConfig"
_TARGET = ("Input", "InputPath", "InputTransformer", "RetryPolicy")
_SCHEDULED = (
    "Description", "EndDate", "GroupName", "KmsKeyArn", "ScheduleExpression",
    "ScheduleExpressionTimezone", "StartDate", "State",
)  # fmt: skip


def event_rule(event: Part) -> Iterator[Declared]:
    """`EventBridgeRule` and `CloudWatchEvent`: a rule with an event pattern."""
    properties = {
        "EventBusName": event.peek("EventBusName"),
        "EventPattern": event.required("Pattern"),
        "Name": event.peek("RuleName"),
    }
    yield from _rule(event, properties, {"EventPattern": "Pattern", "Name": "RuleName"})


def scheduled_rule(event: Part) -> Iterator[Declared]:
    """`Schedule`: a rule with a schedule expression."""
    properties = {
        "ScheduleExpression": event.required("Schedule"),
        **event.passed("Name", "Description"),
    }
    yield from _rule(event, properties, {"ScheduleExpression": "Schedule"})


def _rule(
    event: Part, properties: dict[str, object], renames: dict[str, str]
) -> Iterator[Declared]:
    role = None
    if event.declared.type == _MACHINE and (role := event.peek("RoleArn")) is None:
        made_role = starting_role(event)
        yield made_role
        role = event.identify(ROLE, made_role.id).arn
    properties |= {"State": _state(event), "Targets": [_target(event, role)]}
    rule = event.make(RULE, event.id, properties, {"State": "Enabled", "Targets": _AT, **renames})
    yield rule
    arn = event.scope.identify(RULE, rule.id, rule.properties).arn
    for queue in dead_letter_queue(event):
        yield queue
        yield queue_policy(event, event.id, queue, arn)
    if event.declared.type != _MACHINE:
        yield permission(event, "events.amazonaws.com", arn)


def _state(event: Part) -> object:
    enabled = flag(event.peek("Enabled"))
    if isinstance(enabled, bool):
        return "ENABLED" if enabled else "DISABLED"
    return enabled or event.peek("State")


def _target(event: Part, role: object) -> Block:
    suffix = "StepFunctionsTarget" if event.declared.type == _MACHINE else "LambdaTarget"
    target = {
        "Arn": event.owner.arn,
        "Id": event.peek("Target", "Id") or event.id[: 64 - len(suffix)] + suffix,
        "RoleArn": role,
        "DeadLetterConfig": dead_letter_config(event),
        **event.passed(*_TARGET),
    }
    return made(event.properties, target)


def starting_role(event: Part) -> Declared:
    """The role with which a service starts the state machine."""
    service = "apigateway" if event.kind == "Api" else "events"
    id_ = f"{event.id}Role"
    start = inline(f"{id_}StartExecutionPolicy", "states:StartExecution", event.owner.arn)
    properties = {
        "AssumeRolePolicyDocument": trust(f"{service}.amazonaws.com"),
        "PermissionsBoundary": event.declared.properties.get("PermissionsBoundary"),
        "Policies": [start],
    }
    return event.make(ROLE, id_, properties)


def schedule(event: Part) -> Iterator[Declared]:
    """`ScheduleV2`: a schedule of EventBridge Scheduler, with the role that it invokes with."""
    role = event.peek("RoleArn")
    if role is None:
        made_role = _schedule_role(event)
        yield made_role
        role = event.identify(ROLE, made_role.id).arn
    target = {
        "Arn": event.owner.arn,
        "RoleArn": role,
        "DeadLetterConfig": dead_letter_config(event),
        **event.passed("Input", "RetryPolicy"),
    }
    properties = {
        **event.passed(*_SCHEDULED),
        "Name": None if flag(event.peek("OmitName")) is True else event.peek("Name") or event.id,
        "FlexibleTimeWindow": event.peek("FlexibleTimeWindow") or {"Mode": "OFF"},
        "Target": made(event.properties, target),
    }
    yield event.make(SCHEDULE, event.id, properties, {"Target": _AT})
    yield from dead_letter_queue(event)


def _schedule_role(event: Part) -> Declared:
    if event.declared.type == _MACHINE:
        start = inline(f"{event.id}StartExecutionPolicy", "states:StartExecution", event.owner.arn)
    else:
        start = inline(f"{event.id}LambdaPolicy", "lambda:InvokeFunction", event.owner.arn)
    policies = [start]
    if config := dead_letter_config(event):
        arn = config["Arn"] if isinstance(config, Block) else config
        policies.append(inline(f"{event.id}SQSPolicy", "sqs:SendMessage", arn))
    properties = {
        "AssumeRolePolicyDocument": trust("scheduler.amazonaws.com"),
        "PermissionsBoundary": event.peek("PermissionsBoundary"),
        "Policies": policies,
    }
    return event.make(ROLE, f"{event.id}Role", properties)
