"""Channels, which deliver records of streams to S3."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Any

from auditor.collectors.live.reader import Reader
from auditor.collectors.live.shapes import pick
from auditor.resources import Channel, Stream
from auditor.resources.base import RawResource, unread_properties
from auditor.values import Unknown

TYPES = (Channel.type,)

_CHANNEL = (
    "ChannelName",
    "EncryptionConfiguration",
    "LoggingConfiguration",
    "S3DestinationConfiguration",
    "S3TablesDestinationConfiguration",
    "ServiceExecutionRoleARN",
    "StreamConfigurationList",
)


def collect(reader: Reader, resources: Iterable[RawResource]) -> Iterator[RawResource]:
    """All channels of a region; there are none where all streams are provisioned.

    API CreateChannel: only supported for streams in on-demand mode (botocore, 2026-11-23).
    """
    if not any(raw.type == Stream.type and not _provisioned(raw) for raw in resources):
        return
    channels = reader.listing("kinesis:ListChannels", "ChannelSummaries", *TYPES, MaxResults=1000)
    yield from chain.from_iterable(reader.each(lambda item: _channel(reader, item), channels))


def _provisioned(stream: RawResource) -> bool:
    """Whether the mode of a stream is known to be that."""
    details = stream.properties.get("StreamModeDetails")
    return isinstance(details, Mapping) and details.get("StreamMode") == "PROVISIONED"


def _channel(reader: Reader, listed: Mapping[str, Any]) -> list[RawResource]:
    name, arn = listed["ChannelName"], listed["ChannelARN"]
    answer = reader.detail("kinesis:DescribeChannel", name, ChannelARN=arn)
    if answer is None:
        return []
    if isinstance(answer, Unknown):
        properties = unread_properties({"ChannelName": name}, answer)
        return [RawResource(Channel.type, arn, properties, name=name, arn=arn)]
    description = answer["ChannelDescription"]
    return [] if description["ChannelStatus"] == "DELETING" else [transform(description)]


def transform(description: Mapping[str, Any]) -> RawResource:
    """A channel; CloudFormation has the API's words."""
    name, arn = description["ChannelName"], description["ChannelARN"]
    return RawResource(Channel.type, arn, pick(description, _CHANNEL), name=name, arn=arn)
