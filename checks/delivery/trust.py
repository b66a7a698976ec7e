"""Whom roles trust."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.findings import Category, Match, Severity
from auditor.graph import External, Graph
from auditor.linking.links import each, get
from auditor.policy import Answer, Doubts, Request, Statement, may, statements
from auditor.resources import (
    ApiIntegration,
    EventRule,
    Function,
    IotRule,
    Pipe,
    Resource,
    RestMethod,
    Role,
    Schedule,
    StateMachine,
)
from auditor.resources.apis import ApiCaller
from auditor.rules import rule
from auditor.values import PropertyPath, UndeterminedError, Unknown
from checks.delivery.narrow_roles import GUIDE

_SERVICES: dict[type[Resource], str] = {
    ApiIntegration: "apigateway.amazonaws.com",
    EventRule: "events.amazonaws.com",
    Function: "lambda.amazonaws.com",
    IotRule: "iot.amazonaws.com",
    Pipe: "pipes.amazonaws.com",
    RestMethod: "apigateway.amazonaws.com",
    Schedule: "scheduler.amazonaws.com",
    StateMachine: "states.amazonaws.com",
}


@rule(
    "IAM018",
    "role-trusts-another-service",
    severity=Severity.HIGH,
    category=Category.RELIABILITY,
    guide=GUIDE,
    applies_to=tuple(_SERVICES),
    remediation="""
        SchedulerRole:
          Type: AWS::IAM::Role
          Properties:
            AssumeRolePolicyDocument:
              Version: "2012-10-17"
              Statement:
                - Effect: Allow
                  Principal: {Service: scheduler.amazonaws.com}
                  Action: sts:AssumeRole

        Live: aws iam update-assume-role-policy --role-name ROLE
        --policy-document file://trust.json
    """,
)
def role_trusts_another_service(resource: Resource, graph: Graph) -> Iterator[Match]:
    """A function, workflow, rule, pipe, schedule or API has a role its service may not take on.

    The trust policy of the role names another service, so that nothing happens under the role:
    AWS refuses the resource, or each of its deliveries fails. Conditions of the policy are not
    judged.

    Fine to accept in no case that we know of.
    """
    service = _SERVICES[type(resource)]
    doubts = Doubts()
    for path, reference in _roles(resource):
        with doubts:
            role = None if reference is None else graph.index.resolve(reference)
            if isinstance(role, Unknown):
                raise UndeterminedError(role.reason, path)
            if isinstance(role, External):
                graph.all(Role, resource.raw.account)  # raises where it may be one not read
            if isinstance(role, Role) and not _trusted(role, service):
                message = (
                    f"{role.label} does not trust {service}, for which {resource.label} needs it"
                )
                yield Match(resource, message, path, related=((role, "the role"),))
    doubts.settle()


def _roles(resource: Resource) -> Iterator[tuple[PropertyPath, object]]:
    if isinstance(resource, Function):
        yield ("Role",), resource.peek("Role")
    elif isinstance(resource, ApiCaller):
        yield resource.role_at, get(resource.properties, *resource.role_at)
    elif isinstance(resource, Schedule):
        path = ("Target", "RoleArn")
        yield path, get(resource.properties, *path)
    elif isinstance(resource, IotRule):
        yield from _of_actions(resource)
    else:
        yield ("RoleArn",), resource.peek("RoleArn")
    if isinstance(resource, EventRule):
        for position, target in each(resource.peek("Targets")):
            yield ("Targets", position, "RoleArn"), get(target, "RoleArn")


def _of_actions(iot_rule: IotRule) -> Iterator[tuple[PropertyPath, object]]:
    payload = ("TopicRulePayload",)
    actions = [
        ((*payload, "Actions", position), action)
        for position, action in each(get(iot_rule.properties, *payload, "Actions"))
    ]
    error = (*payload, "ErrorAction")
    for path, action in (*actions, (error, get(iot_rule.properties, *error))):
        if isinstance(action, Unknown):
            yield path, action
        for name, block in action.items() if isinstance(action, dict) else ():
            yield (*path, name, "RoleArn"), get(block, "RoleArn")


def _trusted(role: Role, service: str) -> bool:
    path = ("AssumeRolePolicyDocument",)
    document = role.peek("AssumeRolePolicyDocument")
    if document is None:
        raise UndeterminedError("the trust policy was not read", path)
    # A trust policy has no resource: it means the role.
    trust = [
        Statement({**it.properties, "Resource": "*", "Condition": {}}, it.path)
        for it in statements(document, path)
    ]
    answer = may(trust, Request(service, "sts:AssumeRole", role.arn, {})).answer
    if answer is Answer.UNDETERMINED:
        raise UndeterminedError("whom the role trusts could not be read", path)
    return answer is Answer.YES
