"""`AWS::Serverless::StateMachine`: the state machine, its role, and what its events need.

Generated logical ids: https://docs.aws.amazon.com/serverless-application-model/latest/
developerguide/sam-specification-generated-resources-statemachine.html
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

from msgspec.structs import replace

from auditor.collectors.template.declared import Declared, Scope
from auditor.collectors.template.identity import method_id
from auditor.collectors.template.sam import rules
from auditor.collectors.template.sam.aliases import event_target, machine_alias
from auditor.collectors.template.sam.events import events, unreadable_rule
from auditor.collectors.template.sam.making import Part, flag, referred, whole
from auditor.collectors.template.sam.policies import ROLE, role
from auditor.collectors.template.sam.policy import trust
from auditor.collectors.template.sam.substitutions import with_substitutions

_OWN = frozenset((
    "AutoPublishAlias", "DefinitionUri", "DeploymentPreference", "Events", "Logging", "Name",
    "PermissionsBoundary", "Policies", "PropagateTags", "Role", "RolePath", "Tags", "Tracing",
    "Type", "UseAliasAsEventTarget",
))  # fmt: skip
_RENAMES = {
    "LoggingConfiguration": "Logging",
    "RoleArn": "Role",
    "StateMachineName": "Name",
    "StateMachineType": "Type",
    "TracingConfiguration": "Tracing",
}

_IMPLICIT = "ServerlessRestApi"
_INPUT = "$util.escapeJavaScript($input.json('$'))"


def _api(event: Part) -> Iterator[Declared]:
    role_ = rules.starting_role(event)
    yield role_
    api = referred(event.properties, "RestApiId")
    described = event.scope.properties_of(api) if api else None
    # SAM adds nothing to a definition that the template writes itself.
    if not described or not {"DefinitionBody", "DefinitionUri"} & described[1].keys():
        yield _starting_method(event, api or _IMPLICIT, event.identify(ROLE, role_.id).arn)


def _starting_method(event: Part, api: str, role_: str | None) -> Declared:
    """The method that SAM adds to the definition of the API."""
    path, verb = event.peek("Path"), event.peek("Method")
    id_ = event.id
    if isinstance(path, str) and isinstance(verb, str):
        verb = verb.upper()
        id_ = method_id(api, verb, path)
    asked = {"input": _INPUT, "stateMachineArn": event.owner.arn}
    integration = {
        "Type": "AWS",
        "Uri": "arn:${AWS::Partition}:apigateway:${AWS::Region}:states:action/StartExecution",
        "Credentials": role_,
        "RequestTemplates": {"application/json": json.dumps(asked)},
    }
    properties = {"HttpMethod": verb, "Integration": integration}
    return event.make("AWS::ApiGateway::Method", id_, properties, {"HttpMethod": "Method"})


def _unreadable(event: Part) -> Iterator[Declared]:
    yield unreadable_rule(event)


_EVENTS: dict[str, Callable[[Part], Iterator[Declared]]] = {
    "Api": _api,
    "CloudWatchEvent": rules.event_rule,
    "EventBridgeRule": rules.event_rule,
    "Schedule": rules.scheduled_rule,
    "ScheduleV2": rules.schedule,
}


def state_machine(declared: Declared, scope: Scope) -> Iterator[Declared]:
    """All plain resources of a SAM state machine."""
    part = whole(declared, scope)
    yield _machine(part)
    if part.peek("Role") is None:
        tracing = flag(part.peek("Tracing", "Enabled")) is True
        managed = ["AWSXrayWriteOnlyAccess"] if tracing else []
        yield role(part, trust("states.amazonaws.com"), managed, [])
    yield from machine_alias(part)
    target = event_target(part)
    for event in events(part):
        yield from _EVENTS.get(event.kind, _unreadable)(replace(event, target=target))


def _machine(part: Part) -> Declared:
    given = with_substitutions(part.properties)
    properties = {
        **{name: value for name, value in given.items() if name not in _OWN},
        **{name: part.peek(own) for name, own in _RENAMES.items()},
    }
    if properties["RoleArn"] is None:
        properties["RoleArn"] = part.identify(ROLE, f"{part.id}Role").arn
    renames = _RENAMES | {"Definition": "DefinitionUri"}
    return part.make(
        "AWS::StepFunctions::StateMachine", part.id, properties, renames, part.properties.unread
    )
