"""Lambda: functions, what invokes them, and what becomes of failed invocations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Any

from auditor.collectors.live.permissions import transform_policy
from auditor.collectors.live.reader import MARKER, Reader
from auditor.collectors.live.shapes import concealed, last, pick
from auditor.resources import (
    EventInvokeConfig,
    EventSourceMapping,
    Function,
    FunctionPolicy,
    Permission,
)
from auditor.resources.base import RawResource, unread_properties
from auditor.values import Unknown

# An account has one policy for each function, whichever way it was declared.
TYPES = (
    Function.type, EventSourceMapping.type, EventInvokeConfig.type, Permission.type,
    FunctionPolicy.type,
)  # fmt: skip

_FUNCTION = (
    "Architectures",
    "DeadLetterConfig",
    "Description",
    "EphemeralStorage",
    "FunctionName",
    "Handler",
    "LoggingConfig",
    "MemorySize",
    "PackageType",
    "Role",
    "Runtime",
    "Timeout",
    "TracingConfig",
)
_MAPPING = (
    "AmazonManagedKafkaEventSourceConfig",
    "BatchSize",
    "BisectBatchOnFunctionError",
    "DestinationConfig",
    "DocumentDBEventSourceConfig",
    "EventSourceArn",
    "FilterCriteria",
    "FunctionResponseTypes",
    "MaximumBatchingWindowInSeconds",
    "MaximumRecordAgeInSeconds",
    "MaximumRetryAttempts",
    "MetricsConfig",
    "ParallelizationFactor",
    "ProvisionedPollerConfig",
    "Queues",
    "ScalingConfig",
    "SelfManagedEventSource",
    "SelfManagedKafkaEventSourceConfig",
    "StartingPosition",
    "Topics",
    "TumblingWindowInSeconds",
)
_INVOKE_CONFIG = ("DestinationConfig", "MaximumEventAgeInSeconds", "MaximumRetryAttempts")
_NOT_KEPT = "the values of a function's environment are not kept"
_LOOPS_NOT_ASKED = "the recursion settings of functions are not read"
_NOT_ASKED = "reserved concurrency is read only of functions behind an event source mapping"


def collect(reader: Reader) -> Iterator[RawResource]:
    """All functions of a region with their event source mappings, invoke settings and permissions.

    Lambda allows 15 such calls a second, so the concurrency is asked for only where it matters.
    """
    mappings = reader.listing(
        "lambda:ListEventSourceMappings", "EventSourceMappings", EventSourceMapping.type,
        token=MARKER,
    )  # fmt: skip
    functions = reader.listing("lambda:ListFunctions", "Functions", *TYPES, token=MARKER)
    polling = {_unqualified(item.get("FunctionArn", "")) for item in mappings}
    yield from (
        mapping(_mapping_arn(reader, item), item)
        for item in mappings
        if item.get("State") != "Deleting"
    )
    for parts in (
        reader.each(lambda item: [_function(reader, item, polling)], functions),
        reader.each(lambda item: _invoke_configs(reader, item), functions),
        reader.each(lambda item: _permissions(reader, item), functions),
    ):
        yield from chain.from_iterable(parts)


def _function(
    reader: Reader, configuration: Mapping[str, Any], polling: Iterable[str]
) -> RawResource:
    name, arn = configuration["FunctionName"], configuration["FunctionArn"]
    if arn not in polling:
        return function(configuration, Unknown(_NOT_ASKED))
    answer = reader.detail("lambda:GetFunctionConcurrency", name, FunctionName=name)
    known = answer if isinstance(answer, Unknown) else (answer or {})
    reserved = known if isinstance(known, Unknown) else known.get("ReservedConcurrentExecutions")
    return function(configuration, reserved)


def function(configuration: Mapping[str, Any], reserved: int | Unknown | None) -> RawResource:
    """A function; of its environment only the names are kept."""
    name, arn = configuration["FunctionName"], configuration["FunctionArn"]
    properties = {**pick(configuration, _FUNCTION), "RecursiveLoop": Unknown(_LOOPS_NOT_ASKED)}
    if key := configuration.get("KMSKeyArn"):
        properties["KmsKeyArn"] = key
    if vpc := pick(configuration.get("VpcConfig") or {}, ("SecurityGroupIds", "SubnetIds")):
        properties["VpcConfig"] = vpc
    if layers := configuration.get("Layers"):
        properties["Layers"] = [layer["Arn"] for layer in layers]
    if variables := (configuration.get("Environment") or {}).get("Variables"):
        properties["Environment"] = {"Variables": concealed(variables, _NOT_KEPT)}
    if reserved is not None:
        properties["ReservedConcurrentExecutions"] = reserved
    return RawResource(Function.type, arn, properties, name=name, arn=arn)


def _mapping_arn(reader: Reader, item: Mapping[str, Any]) -> str:
    """The answer holds the ARN only since the end of 2024."""
    resource = f"event-source-mapping:{item['UUID']}"
    return str(item.get("EventSourceMappingArn") or reader.arn("lambda", resource))


def mapping(arn: str, item: Mapping[str, Any]) -> RawResource:
    """An event source mapping; one that is being disabled counts as disabled."""
    properties = {
        "FunctionName": item["FunctionArn"],
        "Enabled": item.get("State") not in ("Disabled", "Disabling"),
        **pick(item, _MAPPING),
    }
    if key := item.get("KMSKeyArn"):
        properties["KmsKeyArn"] = key
    source = last(last(item.get("EventSourceArn", "")), "/") or "self-managed source"
    name = f"{source} to {last(_unqualified(item['FunctionArn']))}"
    return RawResource(EventSourceMapping.type, arn, properties, name=name, arn=arn)


def _invoke_configs(reader: Reader, configuration: Mapping[str, Any]) -> list[RawResource]:
    name, arn = configuration["FunctionName"], configuration["FunctionArn"]
    answer = reader.details(
        "lambda:ListFunctionEventInvokeConfigs", "FunctionEventInvokeConfigs", name,
        token=MARKER, FunctionName=name,
    )  # fmt: skip
    if isinstance(answer, Unknown):
        properties = unread_properties({"FunctionName": arn}, answer)
        return [RawResource(EventInvokeConfig.type, f"{arn}#invoke-config", properties)]
    return [invoke_config(item) for item in answer or ()]


def invoke_config(item: Mapping[str, Any]) -> RawResource:
    """What happens to failed asynchronous invocations of one version or alias."""
    arn = item["FunctionArn"]
    properties = {
        "FunctionName": _unqualified(arn),
        "Qualifier": last(arn) if arn != _unqualified(arn) else "$LATEST",
        **pick(item, _INVOKE_CONFIG),
    }
    return RawResource(EventInvokeConfig.type, f"{arn}#invoke-config", properties)


def permissions(reader: Reader, arn: str, **asked: str) -> list[RawResource]:
    """The permissions of a function, a version or an alias, `asked` being its name for the API."""
    answer = reader.detail("lambda:GetPolicy", arn.partition("function:")[2], **asked)
    if isinstance(answer, Unknown):
        properties = unread_properties({"FunctionName": arn}, answer)
        return [RawResource(Permission.type, f"{arn}#policy", properties)]
    return list(transform_policy(arn, answer["Policy"])) if answer else []


def _permissions(reader: Reader, configuration: Mapping[str, Any]) -> list[RawResource]:
    name = configuration["FunctionName"]
    return permissions(reader, configuration["FunctionArn"], FunctionName=name)


def _unqualified(arn: str) -> str:
    return ":".join(arn.split(":")[:7])
