"""EventBridge: AWS Config has it in CloudFormation's words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from auditor.collectors.aggregator.items import Item, decoded
from auditor.collectors.aggregator.kinds import Kind, partly
from auditor.collectors.aggregator.words import as_declared
from auditor.collectors.live.events import bus_policies, target
from auditor.collectors.live.shapes import MANAGED_BY
from auditor.resources import Archive, Discoverer, EventBus, EventBusPolicy, EventRule
from auditor.resources.base import RawResource

_BUS = ("DeadLetterConfig", "Description", "KmsKeyIdentifier", "LogConfig", "Name")
_RULE = ("Description", "EventBusName", "Name", "RoleArn", "ScheduleExpression", "State")
_ARCHIVE = ("ArchiveName", "Description", "KmsKeyIdentifier", "RetentionDays", "SourceArn")
_DISCOVERER = ("CrossAccount", "Description", "SourceArn")
# What AWS Config records of a target; parts of it that are free documents are not listed.
_TARGET = (
    "Arn", "BatchParameters", "DeadLetterConfig", "EcsParameters", "HttpParameters", "Id", "Input",
    "InputPath", "KinesisParameters", "RedshiftDataParameters", "RetryPolicy", "RoleArn",
    "RunCommandParameters", "SageMakerPipelineParameters", "SqsParameters",
)  # fmt: skip
# Rules that AWS services make for themselves are told by their names only (Step Functions guide,
# "IAM policies for integrated services"; User Notifications guide, "managed rules").
_MANAGED = {
    "AWSUserNotificationsManagedRule-": "notifications.amazonaws.com",
    "StepFunctionsGetEventsFor": "states.amazonaws.com",
}


def bus(item: Item) -> Iterable[RawResource]:
    """A bus with its policies."""
    name = (item.configuration or {}).get("Name") or item.name
    properties = {"Name": name, **as_declared(item, _BUS)}
    yield RawResource(EventBus.type, item.arn, properties, name=name, arn=item.arn)
    policy: Any = decoded((item.configuration or {}).get("Policy"))
    yield from bus_policies(name, item.arn, policy)


def rule(item: Item) -> Iterable[RawResource]:
    """A rule with its targets."""
    configuration = item.configuration or {}
    name = configuration.get("Name") or item.name
    properties = {"Name": name, **as_declared(item, _RULE)}
    if pattern := decoded(configuration.get("EventPattern")):
        properties["EventPattern"] = pattern
    for start, service in _MANAGED.items():
        if name.startswith(start):
            properties[MANAGED_BY] = service
    if targets := configuration.get("Targets"):
        properties["Targets"] = [partly(target(each), _TARGET) for each in targets]
    yield RawResource(EventRule.type, item.arn, properties, name=name, arn=item.arn)


def archive(item: Item) -> Iterable[RawResource]:
    """An archive."""
    properties = as_declared(item, _ARCHIVE)
    pattern = decoded((item.configuration or {}).get("EventPattern"))
    if isinstance(pattern, Mapping):
        properties["EventPattern"] = pattern
    name = properties["ArchiveName"]
    yield RawResource(Archive.type, item.arn, properties, name=name, arn=item.arn)


def discoverer(item: Item) -> Iterable[RawResource]:
    """A discoverer of schemas."""
    configuration = item.configuration or {}
    arn, name = configuration["DiscovererArn"], configuration["DiscovererId"]
    properties = as_declared(item, _DISCOVERER)
    yield RawResource(Discoverer.type, arn, properties, name=name, arn=arn)


KINDS = {
    "AWS::Events::EventBus": Kind(
        (EventBus.type, EventBusPolicy.type), bus, ("Name",), {"Policy": (EventBusPolicy.type,)}
    ),
    "AWS::Events::Rule": Kind((EventRule.type,), rule, (*_RULE, "Targets")),
    "AWS::Events::Archive": Kind(
        (Archive.type,), archive, ("ArchiveName", "Description", "RetentionDays", "SourceArn")
    ),
    "AWS::EventSchemas::Discoverer": Kind((Discoverer.type,), discoverer, _DISCOVERER),
}
