"""How much a rule matches, and where to."""

from __future__ import annotations

from collections.abc import KeysView
from typing import Any

from auditor.arns import Arn
from auditor.resources import EventRule, Target
from auditor.values import UndeterminedError, Unknown, View, read, texts

# They say where an event comes from, and are the same in all events of an account.
_ORIGIN = {"account", "region", "version"}
_INPUTS = ("Input", "InputPath", "InputTransformer")


def _names(pattern: View) -> KeysView[str]:
    """What a pattern asks for; raises `UndeterminedError` when there may be more of it."""
    pattern.has("detail")
    return pattern.properties.keys()


def sources_of(pattern: View) -> list[Any]:
    """The values of its source, none where it lists none.

    Raises `UndeterminedError` when the list could not be read.
    """
    values = pattern.peek("source")
    if isinstance(values, Unknown):
        raise UndeterminedError(values.reason, (*pattern.path, "source"))
    return values if isinstance(values, list) else []


def only_source(event_rule: EventRule) -> str | None:
    """The source, if the pattern asks for one source and for nothing else."""
    pattern = event_rule.event_pattern
    if pattern is None or _names(pattern) - _ORIGIN != {"source"}:
        return None
    values = sources_of(pattern)
    if len(values) == 1 and not isinstance(values[0], dict):
        return read(values, texts, (*pattern.path, "source"))[0]
    return None


def own_source(event_rule: EventRule) -> str | None:
    """The same, if the source is an application rather than AWS or a partner."""
    source = only_source(event_rule)
    return None if source is None or source.startswith("aws.") else source


def service(target: Target) -> str:
    """The service of a target's ARN, empty when it is not an ARN."""
    arn = Arn.parse(target.arn)
    return arn.service if arn else ""


def gets_whole_event(target: Target) -> bool:
    """Whether the target gets the event as it is."""
    return not any(target.has(name) for name in _INPUTS)
