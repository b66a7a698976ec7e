"""Lambda: functions, what invokes them, and what becomes of failed invocations."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping
from itertools import chain
from typing import Any

from auditor.arns import Arn
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
from auditor.resources.functions import LAST_RESULT
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
_LOOPS_NOT_ASKED = "recursion settings are read only of functions that poll a queue"
_NOT_ASKED = "reserved concurrency is read only of functions behind an event source mapping"


def collect(reader: Reader) -> Iterator[RawResource]:
    """All functions of a region with their event source mappings, invoke settings and permissions.

    Lambda allows 15 such calls a second, so concurrency and recursion are asked for only where they
    matter.
    """
    mappings = reader.listing(
        "lambda:ListEventSourceMappings", "EventSourceMappings", EventSourceMapping.type,
        token=MARKER,
    )  # fmt: skip
    functions = reader.listing("lambda:ListFunctions", "Functions", *TYPES, token=MARKER)
    sources = _sources(mappings)
    yield from (
        mapping(_mapping_arn(reader, item), item)
        for item in mappings
        if item.get("State") != "Deleting"
    )
    for parts in (
        reader.each(lambda item: [_function(reader, item, sources)], functions),
        reader.each(lambda item: _invoke_configs(reader, item), functions),
        reader.each(lambda item: _permissions(reader, item), functions),
    ):
        yield from chain.from_iterable(parts)


def _sources(mappings: Iterable[Mapping[str, Any]]) -> Mapping[str, set[str]]:
    """The services that each function polls."""
    found: dict[str, set[str]] = defaultdict(set)
    for item in mappings:
        arn = Arn.parse(item.get("EventSourceArn", ""))
        found[_unqualified(item.get("FunctionArn", ""))].add(arn.service if arn else "")
    return found


def _function(
    reader: Reader, configuration: Mapping[str, Any], sources: Mapping[str, Container[str]]
) -> RawResource:
    polled = sources.get(configuration["FunctionArn"], ())
    reserved: object = Unknown(_NOT_ASKED)
    loops: object = Unknown(_LOOPS_NOT_ASKED)
    if polled:
        action, key = "lambda:GetFunctionConcurrency", "ReservedConcurrentExecutions"
        reserved = _setting(reader, configuration, action, key)
    if "sqs" in polled:
        action = "lambda:GetFunctionRecursionConfig"
        loops = _setting(reader, configuration, action, "RecursiveLoop")
    return function(configuration, reserved, loops)


def _setting(
    reader: Reader, configuration: Mapping[str, Any], action: str, key: str
) -> object | Unknown | None:
    """A setting that has a call of its own."""
    name = configuration["FunctionName"]
    answer = reader.detail(action, name, FunctionName=name)
    return answer if isinstance(answer, Unknown) else (answer or {}).get(key)


def function(configuration: Mapping[str, Any], reserved: object, loops: object) -> RawResource:
    """A function; of its environment only names are kept; a setting of `None` is unset."""
    name, arn = configuration["FunctionName"], configuration["FunctionArn"]
    properties = pick(configuration, _FUNCTION)
    if key := configuration.get("KMSKeyArn"):
        properties["KmsKeyArn"] = key
    if vpc := pick(configuration.get("VpcConfig") or {}, ("SecurityGroupIds", "SubnetIds")):
        properties["VpcConfig"] = vpc
    if layers := configuration.get("Layers"):
        properties["Layers"] = [layer["Arn"] for layer in layers]
    if variables := (configuration.get("Environment") or {}).get("Variables"):
        properties["Environment"] = {"Variables": concealed(variables, _NOT_KEPT)}
    settings = {"ReservedConcurrentExecutions": reserved, "RecursiveLoop": loops}
    properties |= {key: value for key, value in settings.items() if value is not None}
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
    if result := item.get("LastProcessingResult"):
        properties[LAST_RESULT] = result
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
        return [unread_permissions(arn, answer)]
    return list(transform_policy(arn, answer["Policy"])) if answer else []


def unread_permissions(arn: str, why: Unknown) -> RawResource:
    """A permission of which nothing is known but the function."""
    properties = unread_properties({"FunctionName": arn}, why)
    return RawResource(Permission.type, f"{arn}#policy", properties)


def _permissions(reader: Reader, configuration: Mapping[str, Any]) -> list[RawResource]:
    name = configuration["FunctionName"]
    return permissions(reader, configuration["FunctionArn"], FunctionName=name)


def _unqualified(arn: str) -> str:
    return ":".join(arn.split(":")[:7])
