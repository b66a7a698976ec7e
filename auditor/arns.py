"""ARNs, also with symbols in them (`arn:${AWS::Partition}:sqs:${AWS::Region}:...`)."""

from __future__ import annotations

import re
from functools import lru_cache

from msgspec import Struct

# A colon inside `${...}` does not separate.
_SEPARATOR = re.compile(r":(?![^{}]*\})")
# https://sqs.eu-west-1.amazonaws.com/123456789012/orders, and the host that older clients use.
_QUEUE_URL = re.compile(
    r"https://(?:sqs\.(?P<region>[^/.]+)|(?P<old>[^/.]+)\.queue)\.[^/]+/(?P<account>[^/]+)/(?P<name>[^/]+)"
)
_QUALIFIED_SERVICES = ("lambda", "states")
_SUBRESOURCE_SERVICES = ("dynamodb", "kinesis")
# The beginning of the resource part and the type of what messages come from or go to, by service.
_ENDS = {
    "dynamodb": ("table/", "AWS::DynamoDB::Table"),
    "events": ("event-bus/", "AWS::Events::EventBus"),
    "firehose": ("deliverystream/", "AWS::KinesisFirehose::DeliveryStream"),
    "kinesis": ("stream/", "AWS::Kinesis::Stream"),
    "lambda": ("function:", "AWS::Lambda::Function"),
    "sns": ("", "AWS::SNS::Topic"),
    "sqs": ("", "AWS::SQS::Queue"),
    "states": ("stateMachine:", "AWS::StepFunctions::StateMachine"),
}


class Arn(Struct, frozen=True):
    """The parts of an ARN; a part may be empty or a symbol."""

    partition: str
    service: str
    region: str
    account: str
    resource: str

    @classmethod
    def parse(cls, text: str) -> Arn | None:
        """The parts, or `None` when the text is not an ARN."""
        return _parsed(text) if text.startswith("arn:") else None

    @classmethod
    def of_queue_url(cls, text: str) -> Arn | None:
        """The ARN of the queue that a URL names, or `None` for any other text."""
        match = _QUEUE_URL.fullmatch(text)
        if match is None:
            return None
        region = match["region"] or match["old"]
        return cls("${AWS::Partition}", "sqs", region, match["account"], match["name"])

    def __str__(self) -> str:
        return f"arn:{self.partition}:{self.service}:{self.region}:{self.account}:{self.resource}"

    @property
    def type(self) -> str:
        """The resource type of what messages come from or go to, empty for all else."""
        beginning, type_ = _ENDS.get(self.service, ("", ""))
        return type_ if self.resource.startswith(beginning) else ""

    def may_stand_for(self, other: Arn) -> bool:
        """Whether both can name the same resource: symbols agree with everything."""
        return (
            self.service == other.service
            and self.resource == other.resource
            and _agree(self.partition, other.partition)
            and _agree(self.region, other.region)
            and _agree(self.account, other.account)
        )

    def owners(self) -> list[str]:
        """The resource part without qualifier: `function:a:live` is `function:a`, and so on."""
        if self.service in _QUALIFIED_SERVICES:
            parts = _SEPARATOR.split(self.resource)
            return [self.resource, ":".join(parts[:2])]
        if self.service in _SUBRESOURCE_SERVICES:
            return [self.resource, "/".join(self.resource.split("/")[:2])]
        return [self.resource]


@lru_cache(maxsize=4096)
def _parsed(text: str) -> Arn | None:
    parts = _SEPARATOR.split(text, maxsplit=5)
    return Arn(*parts[1:]) if len(parts) == 6 else None


def symbolic(text: str) -> bool:
    """Whether the text holds a symbol."""
    return "${" in text


def qualifier(text: str) -> str:
    """The version or alias in what names a function (ARN, part of it, name); empty without one."""
    return ":".join(_SEPARATOR.split(text.rpartition("function:")[2])[1:])


def function_name(text: str) -> str:
    """The name in what names a function (ARN, part of it, name), without version or alias."""
    return _SEPARATOR.split(text.rpartition("function:")[2])[0]


def machine_name(text: str) -> str:
    """The name in the ARN of a state machine, without version or alias."""
    return _SEPARATOR.split(text.rpartition(":stateMachine:")[2])[0]


def _agree(one: str, other: str) -> bool:
    return one == other or symbolic(one) or symbolic(other)
