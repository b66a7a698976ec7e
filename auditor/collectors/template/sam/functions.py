"""`AWS::Serverless::Function`: the function, its role, and what its events need.

Generated logical ids: https://docs.aws.amazon.com/serverless-application-model/latest/
developerguide/sam-specification-generated-resources-function.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from auditor.collectors.template.declared import Declared, Scope
from auditor.collectors.template.sam import permissions, polling, rules
from auditor.collectors.template.sam.aliases import function_alias
from auditor.collectors.template.sam.destinations import destination_policies, invoke_config
from auditor.collectors.template.sam.events import events, unreadable
from auditor.collectors.template.sam.making import Part, listed, made, peek, referred, whole
from auditor.collectors.template.sam.policies import ROLE, role
from auditor.collectors.template.sam.policy import inline, trust
from auditor.collectors.template.sam.subscriptions import subscription
from auditor.values import Block, Unknown

# What SAM reads itself. The environment is left out because it may hold secrets.
_OWN = frozenset((
    "AssumeRolePolicyDocument", "AutoPublishAlias", "AutoPublishAliasAllProperties",
    "AutoPublishCodeSha256", "CodeUri", "DeadLetterQueue", "DeploymentPreference", "Environment",
    "EventInvokeConfig", "Events", "FunctionUrlConfig", "ImageUri", "InlineCode",
    "PermissionsBoundary", "Policies", "PropagateTags", "ProvisionedConcurrencyConfig", "Role",
    "RolePath", "SourceKMSKeyArn", "Tags", "Tracing", "VersionDeletionPolicy",
    "VersionDescription",
))  # fmt: skip
_RENAMES = {
    "DeadLetterConfig": "DeadLetterQueue",
    "TracingConfig": "Tracing",
    "Mode": "Tracing",
}
_DEAD_LETTERS = {"SQS": "sqs:SendMessage", "SNS": "sns:Publish"}

_EVENTS: dict[str, Callable[[Part], Iterator[Declared]]] = {
    **dict.fromkeys((*polling.SOURCES, polling.SELF_MANAGED_KAFKA), polling.mapping),
    "AlexaSkill": permissions.skill,
    "Api": permissions.rest_api,
    "CloudWatchEvent": rules.event_rule,
    "CloudWatchLogs": permissions.log_group,
    "Cognito": permissions.user_pool,
    "EventBridgeRule": rules.event_rule,
    "HttpApi": permissions.http_api,
    "IoTRule": permissions.iot_rule,
    "S3": permissions.bucket,
    "SNS": subscription,
    "Schedule": rules.scheduled_rule,
    "ScheduleV2": rules.schedule,
}


def function(declared: Declared, scope: Scope) -> Iterator[Declared]:
    """All plain resources of a SAM function."""
    part = whole(declared, scope)
    yield _function(part)
    if part.peek("Role") is None:
        yield _role(part)
    yield from function_alias(part)
    yield from invoke_config(part)
    yield from permissions.public_url(part)
    for event in events(part):
        yield from _EVENTS.get(event.kind, unreadable)(event)


def _function(part: Part) -> Declared:
    given = part.peek("Role")
    properties = {
        **{name: value for name, value in part.properties.items() if name not in _OWN},
        "Role": part.identify(ROLE, f"{part.id}Role").arn if given is None else given,
        "DeadLetterConfig": _dead_letter_config(part.peek("DeadLetterQueue")),
        "TracingConfig": _tracing_config(part),
    }
    return part.make("AWS::Lambda::Function", part.id, properties, _RENAMES, part.properties.unread)


def _dead_letter_config(queue: object) -> object:
    if queue is None or isinstance(queue, Unknown):
        return queue
    if not isinstance(queue, Block):
        return Unknown("DeadLetterQueue should be a mapping")
    missing = Unknown("DeadLetterQueue has no TargetArn")
    return made(queue, {"TargetArn": peek(queue, "TargetArn") or missing})


def _tracing_config(part: Part) -> object:
    mode = part.peek("Tracing")
    if mode is None or isinstance(mode, Unknown):
        return mode
    if mode == "Disabled":
        return None
    return made(part.properties, {"Mode": mode}, _RENAMES)


def _role(part: Part) -> Declared:
    managed = [
        "AWSLambdaBasicDurableExecutionRolePolicy"
        if part.peek("DurableConfig")
        else "AWSLambdaBasicExecutionRole"
    ]
    if part.peek("Tracing") not in (None, "Disabled"):
        managed.append("AWSXrayWriteOnlyAccess")
    if part.peek("VpcConfig"):
        managed.append("AWSLambdaVPCAccessExecutionRole")
    given = [*_dead_letter_policy(part), *destination_policies(part)]
    for event in events(part):
        if policy := polling.execution_policy(event):
            managed.append(policy)
        given += polling.failure_policies(event)
    return role(part, trust("lambda.amazonaws.com"), managed, given)


def _dead_letter_policy(part: Part) -> Iterator[dict[str, object]]:
    kind = part.peek("DeadLetterQueue", "Type")
    if isinstance(kind, str) and kind in _DEAD_LETTERS:
        arn = part.peek("DeadLetterQueue", "TargetArn")
        yield inline("DeadLetterQueuePolicy", _DEAD_LETTERS[kind], arn)


def notifications(declared: Declared, scope: Scope) -> Iterator[tuple[str, Block]]:
    """What S3 events add to `LambdaConfigurations` of a bucket, with its logical id.

    SAM understands buckets of the same template only, named by `Ref`.
    """
    for event in events(whole(declared, scope)):
        if event.kind == "S3":
            yield from _notifications(event)


def _notifications(event: Part) -> Iterator[tuple[str, Block]]:
    bucket = referred(event.properties, "Bucket")
    if bucket is None:
        return
    for kind in listed(event.peek("Events")):
        items = {"Event": kind, "Function": event.owner.arn, "Filter": event.peek("Filter")}
        yield bucket, made(event.properties, items, {"Event": "Events"})
