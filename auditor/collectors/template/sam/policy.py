"""Small IAM documents as SAM writes them."""

from __future__ import annotations

from collections.abc import Mapping

_VERSION = "2012-10-17"


def trust(service: str) -> dict[str, object]:
    """The trust policy of a role that a service assumes."""
    statement = {
        "Effect": "Allow", "Action": ["sts:AssumeRole"], "Principal": {"Service": [service]},
    }  # fmt: skip
    return {"Version": _VERSION, "Statement": [statement]}


def inline(name: str, action: object, resource: object) -> dict[str, object]:
    """An inline policy of one statement."""
    statement = {"Effect": "Allow", "Action": action, "Resource": resource}
    return {"PolicyName": name, "PolicyDocument": {"Statement": [statement]}}


def sender(
    action: str, resource: object, source_arn: object, principal: object
) -> Mapping[str, object]:
    """A resource policy that lets one source send to a resource."""
    statement = {
        "Effect": "Allow", "Action": action, "Resource": resource, "Principal": principal,
        "Condition": {"ArnEquals": {"aws:SourceArn": source_arn}},
    }  # fmt: skip
    return {"Version": _VERSION, "Statement": [statement]}
