"""The first line of a snapshot: what holds for all of its resources."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct, field

from auditor.findings import Gap
from auditor.inventory import Reading, Unit
from auditor.resources.base import RawResource

FORMAT = "msgaudit snapshot"
VERSION = 2


class Head(Struct, frozen=True):
    """Accounts and regions, what is unread in them, gaps, and how many lines follow.

    `resources` lines are resources to be judged, the `context` lines after them are not.
    """

    accounts: tuple[str, ...]
    regions: tuple[str, ...]
    resources: int
    context: int = 0
    unread: Mapping[str, str] = field(default_factory=dict)
    unread_in: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    gaps: tuple[Gap, ...] = ()
    as_of: str = ""

    @classmethod
    def of(cls, unit: Unit) -> Head:
        """The head of the snapshot of an account, which has one reading."""
        (reading,) = unit.readings
        return cls(
            unit.accounts, unit.regions, len(reading.resources), len(reading.context),
            reading.unread, reading.unread_in, unit.gaps, unit.as_of,
        )  # fmt: skip

    @classmethod
    def read(cls, content: Mapping[str, Any]) -> Head:
        """The head that `written` gave; raises `LookupError` or `TypeError` for anything else."""
        return cls(
            tuple(content["accounts"]), tuple(content["regions"]),
            int(content["resources"]), int(content["context"]),
            dict(content["unread"]),
            {account: dict(unread) for account, unread in content["unread_in"].items()},
            tuple(Gap(what, reason, permission) for what, reason, permission in content["gaps"]),
            str(content.get("as_of", "")),
        )  # fmt: skip

    def written(self) -> dict[str, Any]:
        """The head in the words of the file."""
        return {
            "format": FORMAT,
            "version": VERSION,
            "accounts": self.accounts,
            "regions": self.regions,
            "resources": self.resources,
            "context": self.context,
            "unread": self.unread,
            "unread_in": self.unread_in,
            "gaps": [[gap.what, gap.reason, gap.permission] for gap in self.gaps],
            **({"as_of": self.as_of} if self.as_of else {}),
        }

    def unit(self, resources: tuple[RawResource, ...], context: tuple[RawResource, ...]) -> Unit:
        """The unit of these resources."""
        reading = Reading(resources, self.unread, context, unread_in=self.unread_in)
        return Unit("", (reading,), self.gaps, self.accounts, self.regions, as_of=self.as_of)
