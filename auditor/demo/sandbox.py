"""An AWS account inside this process, out of reach of any real one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import botocore.session
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.handlers import BUILTIN_HANDLERS
from msgspec import Struct, field

from auditor.errors import UsageError

REGION = "us-east-1"
ACCOUNT = "123456789012"
_SEED = 42
_LACKING: dict[str, dict[str, object]] = {
    "lambda.GetFunctionRecursionConfig": {"RecursiveLoop": "Terminate"},
    "schemas.ListDiscoverers": {"Discoverers": []},
    "sqs.ListMessageMoveTasks": {"Results": []},
}


class Aws(Struct, frozen=True):
    """Clients of the account, and its ways of naming things."""

    session: botocore.session.Session = field(default_factory=botocore.session.Session)
    _made: dict[str, Any] = field(default_factory=dict)

    def client(self, service: str) -> Any:
        """The client of a service."""
        if service not in self._made:
            self._made[service] = self.session.create_client(service, REGION)
        return self._made[service]

    def arn(self, service: str, resource: str) -> str:
        """The ARN of a resource of this account."""
        return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{resource}"

    def function_arn(self, name: str) -> str:
        """The ARN of a function."""
        return self.arn("lambda", f"function:{name}")

    def role(self, name: str) -> str:
        """The ARN of a role; nothing here looks at what it allows."""
        return f"arn:aws:iam::{ACCOUNT}:role/{name}"


def guide(lines: str) -> dict[str, str]:
    """The tag that says which lines of the guide a resource comes from."""
    return {"guide": f"lines {lines}"}


def guide_list(lines: str) -> list[dict[str, str]]:
    """The same tag for the services that want a list."""
    return [{"Key": name, "Value": value} for name, value in guide(lines).items()]


@contextmanager
def sandbox() -> Iterator[Aws]:
    """The empty account. Its identifiers are the same on every run.

    Raises `UsageError` when moto is not installed.
    """
    try:
        from moto import mock_aws
        from moto.moto_api._internal import mock_random
    except ImportError as error:
        message = "the demo account needs moto, which is not installed"
        raise UsageError(message, "pip install 'msgaudit[demo]'") from error
    # Functions are never run, so Docker is not needed.
    with _own_environment(), _answers(), mock_aws(config={"lambda": {"use_docker": False}}):
        mock_random.seed(_SEED)
        yield Aws()


@contextmanager
def _answers() -> Iterator[None]:
    """Answers that moto lacks: without one a call fails, or would leave the process."""
    handlers = [(f"before-call.{call}", partial(_answer, body)) for call, body in _LACKING.items()]
    BUILTIN_HANDLERS.extend(handlers)
    try:
        yield
    finally:
        for handler in handlers:
            BUILTIN_HANDLERS.remove(handler)


def _answer(body: dict[str, object], **_: object) -> tuple[AWSResponse, dict[str, object]]:
    return AWSResponse("", 200, HTTPHeaders(), None), body


@contextmanager
def _own_environment() -> Iterator[None]:
    """Put aside everything that could lead to a real account: keys, profiles, roles, endpoints."""
    saved = {name: value for name, value in os.environ.items() if name.startswith("AWS_")}
    nowhere = {
        "AWS_ACCESS_KEY_ID": "demo",
        "AWS_SECRET_ACCESS_KEY": "demo",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    try:
        _replace_environment(nowhere)
        yield
    finally:
        _replace_environment(saved)


def _replace_environment(values: dict[str, str]) -> None:
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]
    os.environ.update(values)
