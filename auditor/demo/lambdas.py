"""Functions of the demo account. They have no code that matters."""

from __future__ import annotations

from typing import Any

from auditor.demo.sandbox import Aws, guide

_ROLE = "order-services"
_EMPTY_ZIP = b"PK\x05\x06" + bytes(18)
_TRUST = '{"Version": "2012-10-17", "Statement": []}'


def make_role(aws: Aws) -> None:
    """The role of all functions: Lambda insists that it exists."""
    aws.client("iam").create_role(RoleName=_ROLE, AssumeRolePolicyDocument=_TRUST)


def make_function(aws: Aws, name: str, lines: str, *, timeout: int = 3) -> str:
    """A function; its ARN. `timeout` is in seconds."""
    aws.client("lambda").create_function(
        FunctionName=name,
        Runtime="python3.13",
        Handler="handler.lambda_handler",
        Role=aws.role(_ROLE),
        Code={"ZipFile": _EMPTY_ZIP},
        Timeout=timeout,
        Tags=guide(lines),
    )
    return aws.function_arn(name)


def consume(aws: Aws, function: str, source: str, **settings: Any) -> None:
    """Let a function poll a queue or a stream."""
    aws.client("lambda").create_event_source_mapping(
        FunctionName=function, EventSourceArn=source, **settings
    )
