"""Reading SAM: Globals, and what each `AWS::Serverless` resource becomes."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from auditor.collectors.template.declared import Declared, Scope
from auditor.collectors.template.sam.connectors import CONNECTOR, connector, embedded_connector
from auditor.collectors.template.sam.functions import function, notifications
from auditor.collectors.template.sam.globals import PREFIX, merge_globals
from auditor.collectors.template.sam.machines import state_machine
from auditor.collectors.template.sam.substitutions import with_substitutions
from auditor.collectors.template.sam.tables import table
from auditor.values import Block

_FUNCTION = f"{PREFIX}Function"
_EXPANSIONS: dict[str, Callable[[Declared, Scope], Iterator[Declared]]] = {
    _FUNCTION: function,
    f"{PREFIX}StateMachine": state_machine,
    f"{PREFIX}SimpleTable": table,
    CONNECTOR: connector,
}


def expand(declared: Declared, scope: Scope) -> Iterator[Declared]:
    """The plain resources of a SAM resource; none of a type that has nothing to do with messages.

    `declared` has its evaluated properties with Globals merged in. Logical ids are those that SAM
    generates. What could not be read stays unknown in what is made of it.
    """
    if expansion := _EXPANSIONS.get(declared.type):
        yield from expansion(declared, scope)


def s3_notifications(declared: Declared, scope: Scope) -> Iterator[tuple[str, Block]]:
    """The logical id of a bucket, and an element for its `LambdaConfigurations`, per S3 event."""
    if declared.type == _FUNCTION:
        yield from notifications(declared, scope)


__all__ = [
    "PREFIX",
    "embedded_connector",
    "expand",
    "merge_globals",
    "s3_notifications",
    "with_substitutions",
]
