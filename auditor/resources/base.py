"""What every resource has, whichever source it was read from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Protocol, TypeVar

from msgspec import Struct, field

from auditor.findings import Location
from auditor.values import Block, PropertyPath, Unknown, View

R = TypeVar("R", bound="Resource")

# Where the live collector keeps the quotas of the account; no template has them.
QUOTAS = "$quotas"


class Locator(Protocol):
    """Finds the place of a property, or of the resource itself for the empty path."""

    def __call__(self, path: PropertyPath) -> Location | None:
        """The place of the property at `path`, or of the nearest thing around it."""


def nowhere(path: PropertyPath) -> Location | None:
    """The locator of resources that no file declares."""
    return None


class RawResource(Struct, frozen=True, eq=False):
    """One resource in CloudFormation's words, as every collector delivers it.

    `id` is the logical id in a template (`Parent/Child` in nested stacks), the ARN in an account.
    `name` and `arn` may hold symbols (`${AWS::Region}`); `name` is unknown when it depends on one
    that has no value. `properties` have CloudFormation's names and shapes.
    """

    type: str
    id: str
    properties: Mapping[str, Any]
    name: str | Unknown = ""
    arn: str | None = None
    account: str | None = None
    region: str | None = None
    construct: str | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)
    locate: Locator = nowhere
    url: str | None = None


class Resource(View):
    """A typed resource: the base of all nodes of the graph."""

    type: ClassVar[str] = ""
    __slots__ = ("arn", "id", "raw")

    def __init__(self, raw: RawResource) -> None:
        super().__init__(raw.properties, ())
        self.raw = raw
        # Read more often than anything else, hence no properties. The id is unique in a graph.
        self.id, self.arn = raw.id, raw.arn

    @property
    def label(self) -> str:
        """What a person calls it: the logical id in a template, the name in an account.

        A template's name often depends on parameters; its logical id is the same in all readings.
        """
        if not self.id.startswith("arn:"):
            return self.id.rpartition("/")[2]
        name = self.raw.name
        return name if isinstance(name, str) and name else self.id

    def forget(self) -> None:
        """Let go of the fields that were parsed; they are parsed again when they are asked for."""
        self.__dict__.clear()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.id}>"


def unread_properties(known: Mapping[str, Any], why: Unknown) -> Block:
    """Properties of which only some could be read."""
    return Block(known, unread=why)
