"""The dialects, as one table.

Sources, read on 2026-11-23: EventBridge user guide, "Comparison operators for use in event
patterns" (with its column for pipes), quotas of event buses; SNS developer guide, "Filter policy
constraints" and "String value matching"; Lambda developer guide, "Control which events Lambda sends
to your function" and its pages on each source; API CreateEventSourceMapping (length of a filter);
README of the library aws/event-ruler, which these services share.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from msgspec import Struct, field


class Shape(StrEnum):
    """What stands at a place in every event."""

    ANY = "any"
    TEXT = "text"
    TEXTS = "texts"
    OBJECT = "object"
    ABSENT = "absent"


OPERATORS = frozenset(
    {
        "anything-but", "cidr", "equals-ignore-case", "exactly", "exists", "numeric", "prefix",
        "suffix", "wildcard",
    }
)  # fmt: skip
# What anything-but can be applied to, besides plain values.
FORMS = frozenset({"equals-ignore-case", "prefix", "suffix", "wildcard"})


class Dialect(Struct, frozen=True):
    """One service's form of the language.

    `fields` says what stands at the top of an event; where `closed`, nothing else does. Lengths are
    in characters of JSON, `largest` is the largest magnitude of a number. `may_be_empty` stands
    where no source says that a pattern without fields is refused.
    """

    name: str
    operators: frozenset[str] = OPERATORS
    forms: frozenset[str] = FORMS
    nested: bool = True
    length: int | None = None
    raised_to: int | None = None
    keys: int | None = None
    combinations: int | None = None
    largest: float | None = None
    fields: Mapping[str, Shape] = field(default_factory=dict)
    closed: bool = False
    may_be_empty: bool = False

    def shape_of(self, name: str) -> Shape:
        """What stands in a field at the top of every event."""
        return self.fields.get(name, Shape.ABSENT if self.closed else Shape.ANY)


# 2,048 characters is a quota that can be raised, 4,096 what the API takes (PutRule).
EVENT_BRIDGE = Dialect(
    "EventBridge",
    length=2_048,
    raised_to=4_096,
    fields={
        "version": Shape.TEXT,
        "id": Shape.TEXT,
        "detail-type": Shape.TEXT,
        "source": Shape.TEXT,
        "account": Shape.TEXT,
        "time": Shape.TEXT,
        "region": Shape.TEXT,
        "resources": Shape.TEXTS,
        "detail": Shape.OBJECT,
        # Only in events that an archive replays.
        "replay-name": Shape.ANY,
    },
    closed=True,
)
PIPES = Dialect("EventBridge Pipes", forms=frozenset(), length=4_096, may_be_empty=True)

SNS_ATTRIBUTES = Dialect("SNS", nested=False, keys=5, combinations=150, largest=1e9, length=262_144)
SNS_BODY = Dialect("SNS", keys=5, combinations=150, largest=1e9, length=262_144)

_RECORD = ("eventID", "eventName", "eventSource", "eventSourceARN", "eventVersion", "awsRegion")


def _records(*names: str) -> dict[str, Shape]:
    return dict.fromkeys((*_RECORD, *names), Shape.ANY)


def _lambda(fields: Mapping[str, Shape], closed: bool = True) -> Dialect:
    return Dialect(
        "Lambda",
        operators=OPERATORS - {"cidr", "wildcard"},
        forms=frozenset(),
        length=4_096,
        fields=fields,
        closed=closed,
        may_be_empty=True,
    )


LAMBDA_QUEUE = _lambda(
    _records(
        "messageId", "receiptHandle", "body", "attributes", "messageAttributes", "md5OfBody",
        "md5OfMessageAttributes",
    )
)  # fmt: skip
LAMBDA_KINESIS = _lambda(
    _records(
        "data", "partitionKey", "sequenceNumber", "kinesisSchemaVersion", "encryptionType",
        "approximateArrivalTimestamp", "invokeIdentityArn", "kinesis",
    )
)  # fmt: skip
LAMBDA_TABLE = _lambda(_records("dynamodb", "userIdentity"))
LAMBDA_OTHER = _lambda({}, closed=False)
