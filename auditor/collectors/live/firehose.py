"""Delivery streams of Amazon Data Firehose."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any

from auditor.collectors.live.reader import Answer, Reader
from auditor.collectors.live.shapes import pick, prune
from auditor.resources import DeliveryStream
from auditor.resources.base import RawResource, unread_properties
from auditor.values import Unknown

TYPES = (DeliveryStream.type,)

# What lies in every kind of destination. The other settings are left where they are: among them
# are access keys and tokens.
DESTINATION = (
    "BucketARN",
    "BufferingHints",
    "CloudWatchLoggingOptions",
    "CompressionFormat",
    "ErrorOutputPrefix",
    "Prefix",
    "ProcessingConfiguration",
    "RetryOptions",
    "RoleARN",
    "S3BackupMode",
)
_SOURCES = ("KinesisStreamSource", "MSKSource")
_ENCRYPTED = ("ENABLED", "ENABLING")


def collect(reader: Reader) -> Iterator[RawResource]:
    """All delivery streams of a region."""
    names = reader.listing(
        "firehose:ListDeliveryStreams", "DeliveryStreamNames", *TYPES,
        token=("ExclusiveStartDeliveryStreamName", _last_name), Limit=1000,
    )  # fmt: skip
    return chain.from_iterable(reader.each(lambda name: _stream(reader, name), names))


def _last_name(answer: Answer) -> str | None:
    return str(answer["DeliveryStreamNames"][-1]) if answer["HasMoreDeliveryStreams"] else None


def _stream(reader: Reader, name: str) -> list[RawResource]:
    answer = reader.detail("firehose:DescribeDeliveryStream", name, DeliveryStreamName=name)
    if answer is None:
        return []
    if isinstance(answer, Unknown):
        arn = reader.arn("firehose", f"deliverystream/{name}")
        properties = unread_properties({"DeliveryStreamName": name}, answer)
        return [RawResource(DeliveryStream.type, arn, properties, name=name, arn=arn)]
    description = answer["DeliveryStreamDescription"]
    return [] if description["DeliveryStreamStatus"] == "DELETING" else [transform(description)]


def transform(description: Mapping[str, Any]) -> RawResource:
    """A delivery stream; whatever CloudFormation calls configuration, the API calls description."""
    name, arn = description["DeliveryStreamName"], description["DeliveryStreamARN"]
    properties = pick(description, ("DeliveryStreamName", "DeliveryStreamType"))
    source = description.get("Source") or {}
    for kind in _SOURCES:
        if found := source.get(f"{kind}Description"):
            properties[f"{kind}Configuration"] = prune(found)
    encryption = description.get("DeliveryStreamEncryptionConfiguration") or {}
    if encryption.get("Status") in _ENCRYPTED:
        given = pick(encryption, ("KeyARN", "KeyType"))
        properties["DeliveryStreamEncryptionConfigurationInput"] = given
    for destination in description["Destinations"]:
        properties.update(_destinations(destination))
    return RawResource(DeliveryStream.type, arn, properties, name=name, arn=arn)


def _destinations(destination: Mapping[str, Any]) -> dict[str, Any]:
    """The destination under the name of its kind; S3 answers under both of its own."""
    kinds = [name for name in destination if name.endswith("DestinationDescription")]
    if "ExtendedS3DestinationDescription" in kinds:
        kinds.remove("S3DestinationDescription")
    return {
        f"{kind.removesuffix('Description')}Configuration": pick(destination[kind], DESTINATION)
        for kind in kinds
    }
