"""The `Policies` of a SAM function or state machine, and the role that SAM makes of them.

Managed policies may be named instead of given as ARN; names of AWS's own are looked up by SAM:
https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/
sam-resource-function.html#sam-function-policies
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from auditor.collectors.template.declared import Declared
from auditor.collectors.template.sam.making import Part, listed
from auditor.collectors.template.sam.policy_templates import TEMPLATES
from auditor.values import Block, Unknown

ROLE = "AWS::IAM::Role"
_ARN = "arn:${AWS::Partition}:"
_HERE = "${AWS::Region}:${AWS::AccountId}:"
_AWS_MANAGED = f"{_ARN}iam::aws:policy/"
# AWS's own policies for Lambda that have this path in their ARN.
_SERVICE_ROLES = frozenset((
    "AWSLambdaBasicDurableExecutionRolePolicy", "AWSLambdaBasicExecutionRole",
    "AWSLambdaDynamoDBExecutionRole", "AWSLambdaENIManagementAccess",
    "AWSLambdaKinesisExecutionRole", "AWSLambdaMSKExecutionRole", "AWSLambdaRole",
    "AWSLambdaSQSQueueExecutionRole", "AWSLambdaVPCAccessExecutionRole",
))  # fmt: skip


def policy_document(name: str, parameters: object) -> Block | Unknown:
    """The document of a policy template with its parameters filled in."""
    if name not in TEMPLATES:
        return Unknown(f"nothing is known of the policy template {name}")
    values = parameters if isinstance(parameters, Mapping) else {}
    return Block({"Statement": [_statement(item, values) for item in TEMPLATES[name]]})


def _statement(statement: tuple[str, ...], values: Mapping[str, object]) -> dict[str, object]:
    service, _, actions = statement[0].partition(": ")
    return {
        "Effect": "Allow",
        "Action": [f"{service}:{action}" for action in actions.split()],
        "Resource": [_resource(pattern, values) for pattern in statement[1:]],
    }


def _resource(pattern: str, values: Mapping[str, object]) -> str | Unknown:
    text, unread = _expanded(pattern), None
    for parameter in _parameters(pattern):
        value = values.get(parameter, Unknown(f"{parameter} of a policy template is missing"))
        if isinstance(value, Unknown):
            unread = value
            value = value.text or "${unknown}"
        text = text.replace(f"{{{parameter}}}", str(value))
    return Unknown(unread.reason, text, unread.external) if unread else text


def _expanded(pattern: str) -> str:
    if pattern == "*" or pattern.startswith("{"):
        return pattern
    if ":::" in pattern:
        return _ARN + pattern
    service, _, rest = pattern.partition(":")
    return f"{_ARN}{service}:{_HERE}{rest}"


def _parameters(pattern: str) -> list[str]:
    return [part.partition("}")[0] for part in pattern.split("{")[1:]]


def role(
    part: Part,
    trusted: Mapping[str, object],
    managed: Sequence[str],
    inline: Sequence[Mapping[str, object]],
) -> Declared:
    """The implicit role; `managed` and `inline` are what SAM adds to the given policies."""
    names: list[str | Unknown] = [f"{_AWS_MANAGED}{_path(name)}{name}" for name in managed]
    documents: list[object] = list(inline)
    for index, policy in enumerate(listed(part.peek("Policies"))):
        if isinstance(policy, Mapping):
            documents.append(_inline(f"{part.id}RolePolicy{index}", policy))
        else:
            names.append(_managed(policy))
    properties = {
        "AssumeRolePolicyDocument": part.peek("AssumeRolePolicyDocument") or trusted,
        "ManagedPolicyArns": list(dict.fromkeys(names)),
        "Policies": documents or None,
        "Path": part.peek("RolePath"),
        "PermissionsBoundary": part.peek("PermissionsBoundary"),
    }
    renames = {"ManagedPolicyArns": "Policies"}
    return part.make(ROLE, f"{part.id}Role", properties, renames)


def _inline(name: str, policy: Mapping[str, object]) -> Block:
    document: object = policy
    if "Statement" not in policy:
        document = _from_template(policy)
    return Block({"PolicyName": name, "PolicyDocument": document}, getattr(policy, "origin", None))


def _from_template(policy: Mapping[str, object]) -> Block | Unknown:
    if len(policy) != 1:
        return Unknown("a policy has neither statements nor the name of a template")
    [(name, parameters)] = policy.items()
    return policy_document(name, parameters)


def _managed(policy: object) -> str | Unknown:
    if isinstance(policy, Unknown):
        return policy
    if not isinstance(policy, str):
        return Unknown("a policy is neither a name nor a mapping")
    if policy.startswith(("arn:", "${")):
        return policy
    return f"{_AWS_MANAGED}{_path(policy)}{policy}"


def _path(name: str) -> str:
    return "service-role/" if name in _SERVICE_ROLES else ""
