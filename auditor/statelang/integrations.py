"""What a task calls, told by its `Resource`.

Developer guide, "Integrating services with Step Functions" and "Task workflow state".
"""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

from auditor.arns import Arn

_CALLBACK = ".waitForTaskToken"
_SYNC = ".sync"


class Pattern(StrEnum):
    """How long a task waits."""

    REQUEST = "until the call is answered"
    SYNC = "until the job is done"
    CALLBACK = "until somebody reports back"


class Integration(Struct, frozen=True):
    """The call of a task.

    `service` is that of an optimized integration (`sqs`), of the AWS SDK (`aws-sdk:sqs`), `lambda`
    for a function named directly, or `activity`. `action` starts with a small letter.
    """

    service: str
    action: str
    pattern: Pattern
    direct: bool = False

    @property
    def invokes_function(self) -> bool:
        """Whether it runs a Lambda function and waits for its answer or its report."""
        return self.service == "lambda" and self.action == "invoke"


def integration(resource: str) -> Integration | None:
    """The integration that a task's `Resource` names, `None` for what is not known here."""
    arn = Arn.parse(resource)
    if arn is None:
        return None
    if arn.service == "lambda":
        return Integration("lambda", "invoke", Pattern.REQUEST, direct=True)
    if arn.service != "states":
        return None
    service, _, rest = arn.resource.partition(":")
    if service == "activity":
        return Integration("activity", rest, Pattern.CALLBACK)
    if service == "aws-sdk":
        name, _, rest = rest.partition(":")
        service = f"aws-sdk:{name}"
    action, pattern = _action(rest)
    return Integration(service, action, pattern) if action else None


def _action(text: str) -> tuple[str, Pattern]:
    name = text.removesuffix(":2")
    if name.endswith(_SYNC):
        return name.removesuffix(_SYNC), Pattern.SYNC
    if text.endswith(_CALLBACK):
        return text.removesuffix(_CALLBACK), Pattern.CALLBACK
    return text, Pattern.REQUEST
