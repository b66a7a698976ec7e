"""Permissions of services to invoke a function, alone or beside what else an event expands to."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from auditor.collectors.template.declared import Declared
from auditor.collectors.template.sam.making import Part, made, peek, referred
from auditor.values import Unknown

PERMISSION = "AWS::Lambda::Permission"
_HERE = "${AWS::Region}:${AWS::AccountId}:"
_ANY = ("any", "x-amazon-apigateway-any-method")
_ACCOUNT = "${AWS::AccountId}"


def permission(
    event: Part,
    principal: str,
    source_arn: object = None,
    account: str | None = None,
    id_: str | None = None,
) -> Declared:
    """The permission of a service to invoke the function of an event."""
    properties = {
        "Action": "lambda:InvokeFunction",
        "FunctionName": event.owner.ref,
        "Principal": principal,
        "SourceArn": source_arn,
        "SourceAccount": account,
    }
    return event.make(PERMISSION, id_ or f"{event.id}Permission", properties)


def rest_api(event: Part) -> Iterator[Declared]:
    """`Api`: SAM puts the stage of the API into the logical id."""
    api = referred(event.properties, "RestApiId")
    suffix = _stage(event, api) if event.peek("RestApiId") is not None else "Prod"
    if not suffix.isalnum():
        # SAM's own way to make a logical id of any text; nothing depends on its strength.
        suffix = hashlib.sha1(suffix.encode(), usedforsecurity=False).hexdigest()[:10]
    arn = _execute_api(event, api or "ServerlessRestApi")
    yield permission(event, "apigateway.amazonaws.com", arn, id_=f"{event.id}Permission{suffix}")


def _stage(event: Part, api: str | None) -> str:
    found = event.scope.properties_of(api) if api else None
    if found is None:
        return "AllStages"
    stage = found[1].get("StageName")
    return stage if isinstance(stage, str) and "${" not in stage else "Stage"


def http_api(event: Part) -> Iterator[Declared]:
    """`HttpApi`."""
    api = referred(event.properties, "ApiId") or "ServerlessHttpApi"
    yield permission(event, "apigateway.amazonaws.com", _execute_api(event, api))


def _execute_api(event: Part, api: str) -> object:
    path, method = event.peek("Path"), event.peek("Method")
    for unread in (path, method):
        if isinstance(unread, Unknown):
            return unread
    verb = "*" if method is None or str(method).lower() in _ANY else str(method).upper()
    route = "" if path in (None, "$default") else str(path).rstrip("/") or "/"
    return f"arn:${{AWS::Partition}}:execute-api:{_HERE}${{{api}}}/*/{verb}{route}"


def bucket(event: Part) -> Iterator[Declared]:
    """`S3`: the notification itself belongs to the bucket."""
    yield permission(event, "s3.amazonaws.com", account=_ACCOUNT)


def skill(event: Part) -> Iterator[Declared]:
    """`AlexaSkill`."""
    yield permission(event, "alexa-appkit.amazon.com")


def user_pool(event: Part) -> Iterator[Declared]:
    """`Cognito`."""
    pool = referred(event.properties, "UserPool")
    arn = f"${{{pool}.Arn}}" if pool else event.required("UserPool")
    id_ = f"{event.declared.id}CognitoPermission"
    yield permission(event, "cognito-idp.amazonaws.com", arn, id_=id_)


def log_group(event: Part) -> Iterator[Declared]:
    """`CloudWatchLogs`."""
    group = event.required("LogGroupName")
    arn = group
    if isinstance(group, str):
        arn = f"arn:${{AWS::Partition}}:logs:{_HERE}log-group:{group}:*"
    yield permission(event, "logs.amazonaws.com", arn)


def iot_rule(event: Part) -> Iterator[Declared]:
    """`IoTRule`: the rule, and its permission."""
    action = made(event.properties, {"Lambda": {"FunctionArn": event.owner.arn}})
    payload = {
        **event.passed("Sql", "AwsIotSqlVersion"), "RuleDisabled": False, "Actions": [action],
    }  # fmt: skip
    rule = event.make(
        "AWS::IoT::TopicRule", event.id, {"TopicRulePayload": made(event.properties, payload)}
    )
    yield rule
    arn = event.identify(rule.type, rule.id).arn
    yield permission(event, "iot.amazonaws.com", arn, _ACCOUNT)


def public_url(function: Part) -> Iterator[Declared]:
    """A function URL without authentication is open to everyone by two permissions."""
    config = function.peek("FunctionUrlConfig")
    if peek(config, "AuthType") != "NONE":
        return
    name = function.owner.ref
    yield function.make(
        PERMISSION, f"{function.id}UrlPublicPermissions",
        {"Action": "lambda:InvokeFunctionUrl", "FunctionName": name, "Principal": "*",
         "FunctionUrlAuthType": "NONE"},
        {"Principal": "FunctionUrlConfig"},
    )  # fmt: skip
    yield function.make(
        PERMISSION, f"{function.id}URLInvokeAllowPublicAccess",
        {"Action": "lambda:InvokeFunction", "FunctionName": name, "Principal": "*",
         "InvokedViaFunctionUrl": True},
        {"Principal": "FunctionUrlConfig"},
    )  # fmt: skip
