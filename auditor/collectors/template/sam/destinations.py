"""`EventInvokeConfig`: retries and destinations of asynchronous invocations."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from auditor.collectors.template.declared import Declared
from auditor.collectors.template.sam.making import Part, block, made, peek
from auditor.collectors.template.sam.policy import inline
from auditor.values import Block, Unknown

_MADE = {"SQS": ("AWS::SQS::Queue", "Queue"), "SNS": ("AWS::SNS::Topic", "Topic")}
_GRANTS = {
    "SQS": ("SQSPolicy", "sqs:SendMessage"),
    "SNS": ("SNSPolicy", "sns:Publish"),
    "EventBridge": ("EventBridgePolicy", "events:PutEvents"),
    "Lambda": ("LambdaPolicy", "lambda:InvokeFunction"),
    "S3Bucket": ("S3Policy", "s3:PutObject"),
}


class _Outcome(Struct, frozen=True):
    """`OnSuccess` or `OnFailure` of a function; `id` is what SAM derives logical ids from."""

    name: str
    id: str
    config: Block

    @property
    def kind(self) -> str:
        return str(self.config.get("Type"))

    @property
    def makes(self) -> tuple[str, str] | None:
        """Type and logical id of the resource that SAM makes where no destination is given."""
        if peek(self.config, "Destination") is not None or self.kind not in _MADE:
            return None
        type_, suffix = _MADE[self.kind]
        return type_, f"{self.id}{suffix}"

    def destination(self, function: Part) -> object:
        if self.makes:
            return function.identify(*self.makes).arn
        missing = Unknown(f"{self.name} of {function.id} has no destination")
        return peek(self.config, "Destination") or missing

    def converted(self, function: Part) -> Block:
        renames = {"Destination": "Type"} if self.makes else {}
        return made(self.config, {"Destination": self.destination(function)}, renames)


def invoke_config(function: Part) -> Iterator[Declared]:
    """The configuration, and the queues and topics that SAM makes for it."""
    if function.peek("EventInvokeConfig") is None:
        return
    config = block(function.peek("EventInvokeConfig"), "EventInvokeConfig")
    part = Part(function.declared, function.scope, _id(function), config, function.anchor)
    for outcome in _outcomes(function):
        if outcome.makes:
            yield part.make(*outcome.makes, {})
    properties = {
        "FunctionName": function.owner.ref,
        "Qualifier": function.peek("AutoPublishAlias") or "$LATEST",
        "DestinationConfig": _destination_config(function, config),
        **part.passed("MaximumEventAgeInSeconds", "MaximumRetryAttempts"),
    }
    yield part.make("AWS::Lambda::EventInvokeConfig", part.id, properties)


def destination_policies(function: Part) -> Iterator[dict[str, object]]:
    """What SAM lets the function do for its destinations."""
    for outcome in _outcomes(function):
        if outcome.kind in _GRANTS:
            suffix, action = _GRANTS[outcome.kind]
            yield inline(f"{outcome.id}{suffix}", action, outcome.destination(function))


def _id(function: Part) -> str:
    return f"{function.id}EventInvokeConfig"


def _outcomes(function: Part) -> Iterator[_Outcome]:
    for name in ("OnSuccess", "OnFailure"):
        given = function.peek("EventInvokeConfig", "DestinationConfig", name)
        if given is not None:
            yield _Outcome(name, f"{_id(function)}{name}", block(given, name))


def _destination_config(function: Part, config: Block) -> object:
    given = peek(config, "DestinationConfig")
    if given is None or isinstance(given, Unknown):
        return given
    items = {outcome.name: outcome.converted(function) for outcome in _outcomes(function)}
    return made(block(given, "DestinationConfig"), items)
