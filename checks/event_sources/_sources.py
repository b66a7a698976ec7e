"""What an event source mapping reads from."""

from __future__ import annotations

from auditor.arns import Arn
from auditor.resources import EventSourceMapping
from auditor.values import Unknown

GUIDE = "Lambda Consumer (Event Source Mapping) (lines 495-507)"

_STREAMS = ("kinesis", "dynamodb")
# Each belongs to one other kind of source: message brokers, Kafka, DocumentDB.
_OTHER_SOURCES = (
    "Queues", "Topics", "SelfManagedEventSource", "DocumentDBEventSourceConfig",
    "AmazonManagedKafkaEventSourceConfig", "SelfManagedKafkaEventSourceConfig",
)  # fmt: skip


def reads_stream(mapping: EventSourceMapping) -> bool:
    """Whether the source is a Kinesis or DynamoDB stream."""
    return service_of(mapping) in _STREAMS


def reads_queue(mapping: EventSourceMapping) -> bool:
    """Whether the source is an SQS queue."""
    return service_of(mapping) == "sqs"


def source_arn(mapping: EventSourceMapping) -> Arn | None:
    """The ARN of the source as far as it is known; `None` when it is no ARN or unknown."""
    source = mapping.peek("EventSourceArn")
    text = source.text if isinstance(source, Unknown) else source
    return Arn.parse(text) if isinstance(text, str) else None


def concurrency_of(mapping: EventSourceMapping) -> int | None:
    """How many invocations the mapping may make at the same time, if that is limited."""
    return mapping.scaling_config.maximum_concurrency if mapping.scaling_config else None


def service_of(mapping: EventSourceMapping) -> str:
    """The service of the source, told from its ARN, else from the properties that it requires.

    Streams need a StartingPosition and queues must not have one (API CreateEventSourceMapping).
    """
    if arn := source_arn(mapping):
        return arn.service
    if any(mapping.has(name) for name in _OTHER_SOURCES):
        return "other"
    return "kinesis" if mapping.has("StartingPosition") else "sqs"
