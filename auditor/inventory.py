"""What collectors deliver to the engine."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Protocol

from msgspec import Struct, field

from auditor.findings import Gap
from auditor.resources.base import RawResource

if TYPE_CHECKING:
    from auditor.suppressions.model import Suppression


class Reading(Struct, frozen=True):
    """Everything that was read at once: an account, or a stack under one set of conditions.

    `unread` maps a resource type to why (some of) its resources could not be read, `unread_in` an
    account to the same, where it holds for that account only. `context` are
    resources of neighbouring stacks: they take part in the graph, but are judged elsewhere.
    `label` names the parameter values of this reading (`Environment=dev`) where there are several.
    """

    resources: tuple[RawResource, ...]
    unread: Mapping[str, str] = field(default_factory=dict)
    context: tuple[RawResource, ...] = ()
    label: str | None = None
    unread_in: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


class Unit(Struct, frozen=True):
    """What is judged together: a stack with its nested stacks, or an account.

    `path` is the root template, empty for an account. Each reading is one satisfiable truth
    assignment of the stack's conditions; an account has exactly one. `parameters` are the names
    that the template declares, `suppressions` what it accepts itself,
    `origin` its path from the root of the repository. `as_of` is the time of what is told, where
    that is not the present.
    """

    path: str
    readings: tuple[Reading, ...]
    gaps: tuple[Gap, ...] = ()
    accounts: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    parameters: tuple[str, ...] = ()
    suppressions: tuple[Suppression, ...] = ()
    origin: str = ""
    as_of: str = ""

    @property
    def source(self) -> str:
        """What findings are told apart by: the path from the repository's root, if there is one."""
        return self.origin or self.path


class Collector(Protocol):
    """Reads a source, unit by unit."""

    def collect(self) -> Iterator[Unit]:
        """The units, one after the other."""
