"""The alias that SAM publishes of a function or a state machine, so that others can refer to it."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.collectors.template.declared import Declared
from auditor.collectors.template.identity import Identity
from auditor.collectors.template.sam.making import Part, flag
from auditor.values import Block

_MACHINE_ALIAS = "AWS::StepFunctions::StateMachineAlias"
_MACHINE_VERSION = "AWS::StepFunctions::StateMachineVersion"


def function_alias(part: Part) -> Iterator[Declared]:
    """The alias of a function. The id of its version holds a digest of the code."""
    name = part.peek("AutoPublishAlias")
    if isinstance(name, str):
        id_ = f"{part.id}Alias{name.replace('-', 'D').replace('_', 'U')}"
        properties = {"FunctionName": part.owner.ref, "Name": name}
        yield part.make("AWS::Lambda::Alias", id_, properties, {"Name": "AutoPublishAlias"})


def machine_alias(part: Part) -> Iterator[Declared]:
    """The version and the alias of a state machine."""
    name = part.peek("AutoPublishAlias")
    if isinstance(name, str | int):
        version = part.make(
            _MACHINE_VERSION, f"{part.id}Version", {"StateMachineArn": part.owner.arn}
        )
        yield version
        released = part.scope.identify(_MACHINE_VERSION, version.id, version.properties)
        deployment = Block({"StateMachineVersionArn": released.arn})
        properties = {"Name": str(name), "DeploymentPreference": deployment}
        yield part.make(
            _MACHINE_ALIAS, f"{part.id}Alias{name}", properties, {"Name": "AutoPublishAlias"}
        )


def event_target(part: Part) -> Identity | None:
    """What events of a state machine start where it is not the state machine itself."""
    if flag(part.peek("UseAliasAsEventTarget")) is not True:
        return None
    for made in machine_alias(part):
        if made.type == _MACHINE_ALIAS:
            return part.scope.identify(made.type, made.id, made.properties)
    return None
