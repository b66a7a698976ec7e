"""Functions and state machines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from auditor.collectors.aggregator.items import Item, decoded
from auditor.collectors.aggregator.kinds import Kind
from auditor.collectors.aggregator.words import as_answered, as_declared
from auditor.collectors.live import functions
from auditor.collectors.live.permissions import transform_policy
from auditor.collectors.live.shapes import prune
from auditor.resources import Function, FunctionPolicy, Permission, StateMachine
from auditor.resources.base import RawResource

_SECRET = "environment"  # noqa: S105 # the name of the part that may hold some
_MACHINE = (
    "EncryptionConfiguration", "LoggingConfiguration", "RoleArn", "StateMachineName",
    "StateMachineType", "TracingConfiguration",
)  # fmt: skip


def function(item: Item) -> Iterable[RawResource]:
    """A function with its permissions; of its environment only names are kept."""
    configuration = dict(item.configuration or {})
    variables = (configuration.pop(_SECRET, None) or {}).get("variables")
    answer = {"FunctionArn": item.arn, "FunctionName": item.name, **as_answered(configuration)}
    if variables:
        answer["Environment"] = {"Variables": variables}
    concurrency: Any = decoded(item.supplementary.get("Concurrency")) or {}
    reserved = concurrency.get("reservedConcurrentExecutions")
    # AWS Config has it as a fraction.
    yield functions.function(answer, None if reserved is None else int(reserved), None)
    policy: Any = decoded(item.supplementary.get("Policy"))
    if policy:
        yield from transform_policy(answer["FunctionArn"], policy)


def state_machine(item: Item) -> Iterable[RawResource]:
    """A state machine; level OFF without a destination is no logging at all."""
    properties = as_declared(item, _MACHINE)
    logging = properties.get("LoggingConfiguration", {})
    if logging.get("Level", "OFF") == "OFF" and not logging.get("Destinations"):
        properties.pop("LoggingConfiguration", None)
    configuration = item.configuration or {}
    written = configuration.get("Definition") or configuration.get("DefinitionString")
    definition = decoded(written)
    if isinstance(definition, Mapping):
        properties["Definition"] = definition
    name = properties["StateMachineName"]
    yield RawResource(StateMachine.type, item.arn, prune(properties), name=name, arn=item.arn)


KINDS = {
    "AWS::Lambda::Function": Kind(
        (Function.type, Permission.type, FunctionPolicy.type),
        function,
        (
            "Architectures", "DeadLetterConfig", "Description", "EphemeralStorage", "FunctionName",
            "Handler", "KmsKeyArn", "Layers", "MemorySize", "PackageType",
            "ReservedConcurrentExecutions", "Role", "Runtime", "Timeout", "TracingConfig",
            "VpcConfig",
        ),
        {"Policy": (Permission.type, FunctionPolicy.type)},
    ),
    "AWS::StepFunctions::StateMachine": Kind(
        (StateMachine.type,),
        state_machine,
        (
            "LoggingConfiguration", "RoleArn", "StateMachineName", "StateMachineType",
            "TracingConfiguration",
        ),
    ),
}  # fmt: skip
