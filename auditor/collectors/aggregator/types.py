"""Which types of AWS Config are read, and why the others are not."""

from __future__ import annotations

from collections.abc import Mapping

from auditor.collectors.aggregator import (
    access,
    computing,
    events,
    messaging,
    streams,
    surroundings,
)
from auditor.collectors.aggregator.kinds import Kind
from auditor.resources import (
    ApiIntegration,
    Channel,
    CompositeAlarm,
    EventInvokeConfig,
    EventSourceMapping,
    IotRule,
    Pipe,
    PlatformApplication,
    RestMethod,
    Route,
    Schedule,
    SqlApplication,
    Subnet,
    Subscription,
    Vpc,
)

KINDS: Mapping[str, Kind] = {
    **messaging.KINDS,
    **events.KINDS,
    **streams.KINDS,
    **computing.KINDS,
    **access.KINDS,
    **surroundings.KINDS,
}
# They belong to no region and are recorded in each (API RecordingGroup).
IAM_TYPES = ("AWS::IAM::Group", "AWS::IAM::Policy", "AWS::IAM::Role", "AWS::IAM::User")

_NEVER = "AWS Config does not record it"
_SHAPE = "how AWS Config records it is not known to msgaudit"
_ROUTES = "the ways out of VPCs are not read from AWS Config"
# The list of types is the enumeration ResourceType in botocore 1.44 (2026-11): the first are not in
# it. Of the second no properties are published.
UNREAD: dict[str, str] = {
    **dict.fromkeys((
        Channel.type, CompositeAlarm.type, EventInvokeConfig.type, EventSourceMapping.type,
        IotRule.type, Pipe.type, PlatformApplication.type, Schedule.type, SqlApplication.type,
        Subscription.type,
    ), _NEVER),
    **dict.fromkeys((ApiIntegration.type, RestMethod.type), _SHAPE),
    **dict.fromkeys((Route.type, Subnet.type, Vpc.type), _ROUTES),
}  # fmt: skip
COLLECTED = tuple(type_ for kind in KINDS.values() for type_ in kind.types)
