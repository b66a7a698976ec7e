"""The resource policy of a function, taken apart into the permissions that it was made of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from auditor.resources import Permission
from auditor.resources.base import RawResource, unread_properties
from auditor.values import Unknown, document

# Lambda's AddPermission makes exactly these conditions: operator, key, CloudFormation's property.
_CONDITIONS = {
    ("arnlike", "aws:sourcearn"): "SourceArn",
    ("stringequals", "aws:sourceaccount"): "SourceAccount",
    ("stringequals", "aws:principalorgid"): "PrincipalOrgID",
    ("stringequals", "lambda:eventsourcetoken"): "EventSourceToken",
    ("stringequals", "lambda:functionurlauthtype"): "FunctionUrlAuthType",
    ("bool", "lambda:invokedviafunctionurl"): "InvokedViaFunctionUrl",
}


def transform_policy(function_arn: str, policy: str) -> Iterator[RawResource]:
    """One permission for each statement."""
    parsed = document(policy)
    statements = parsed.get("Statement", []) if isinstance(parsed, Mapping) else []
    for position, statement in enumerate(statements):
        id_ = f"{function_arn}#policy/{statement.get('Sid', position)}"
        yield RawResource(Permission.type, id_, _permission(function_arn, statement))


def _permission(function_arn: str, statement: Mapping[str, Any]) -> Mapping[str, Any]:
    """The properties; only partly known where the statement says more than a permission can."""
    known: dict[str, Any] = {
        "FunctionName": str(statement.get("Resource", function_arn)),
        "Action": statement.get("Action"),
    }
    principal = statement.get("Principal")
    if isinstance(principal, Mapping) and len(principal) == 1:
        principal = next(iter(principal.values()))
    conditions = _conditions(statement)
    expressible = conditions is not None and statement.get("Effect") == "Allow"
    if not expressible or not isinstance(principal, str):
        return unread_properties(known, Unknown("the statement is more than a permission"))
    return {**known, "Principal": principal, **(conditions or {})}


def _conditions(statement: Mapping[str, Any]) -> dict[str, Any] | None:
    """The conditions as properties; `None` when there is one that no permission can have."""
    found: dict[str, Any] = {}
    for operator, test in (statement.get("Condition") or {}).items():
        for key, value in test.items():
            name = _CONDITIONS.get((operator.lower(), key.lower()))
            if name is None:
                return None
            found[name] = value
    return found
