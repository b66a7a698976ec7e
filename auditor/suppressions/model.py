"""What a suppression covers."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Protocol

from msgspec import Struct, field

from auditor.findings import Finding, Location, Subject

Tags = Mapping[str, str]


class Scope(Protocol):
    """The resources that a suppression is meant for."""

    def covers(self, subject: Subject, location: Location | None, tags: Tags, /) -> bool:
        """Whether a resource, or a finding at this place of it, is meant."""


class Block(Struct, frozen=True):
    """A part of a file with the resources it declares, also those whose parts stand elsewhere.

    `start` and `end` are lines and columns, the end exclusive.
    """

    path: str
    start: tuple[int, int]
    end: tuple[int, int]
    ids: frozenset[str] = frozenset()

    def covers(self, subject: Subject, location: Location | None, _tags: Tags) -> bool:
        """See `Scope`; what SAM makes of a resource stands in its block."""
        if subject.id in self.ids:
            return True
        return (
            location is not None
            and location.path == self.path
            and self.start <= (location.line, location.column) < self.end
        )


class Selection(Struct, frozen=True):
    """What an entry of the configuration asks of a resource: all of it, any value of a list."""

    resource: tuple[str, ...] = ()
    path: Callable[[str], bool] | None = None
    account: tuple[str, ...] = ()
    region: tuple[str, ...] = ()
    tags: Tags = field(default_factory=dict)

    def covers(self, subject: Subject, location: Location | None, tags: Tags) -> bool:
        """See `Scope`."""
        return (
            (not self.resource or any(_names(each, subject) for each in self.resource))
            and (not self.account or subject.account in self.account)
            and (not self.region or subject.region in self.region)
            and (self.path is None or (location is not None and self.path(location.path)))
            and all(tags.get(key) == value for key, value in self.tags.items())
        )


class Suppression(Struct, frozen=True):
    """One accepted rule; `rule` selects by id, beginning of ids, name or category.

    `expires` is the last day on which it holds, `problems` what keeps it from being understood.
    `label` says whom it is for, `categories` which rules it may be about, where not all. `source`
    is the path of the configuration from the root of the repository.
    """

    rule: str
    scope: Scope
    label: str
    location: Location | None
    reason: str = ""
    expires: str | None = None
    property: str = ""
    problems: tuple[str, ...] = ()
    categories: frozenset[str] | None = None
    source: str = ""

    def means(self, finding: Finding, tags: Tags) -> bool:
        """Whether it is about a finding, be it still in force or not."""
        return (
            selects(self.rule, finding.rule, finding.name, finding.category)
            and self.may_be_about(finding.category)
            and _within(finding.property, self.property)
            and self.scope.covers(finding.resource, finding.location, tags)
        )

    def may_be_about(self, category: str) -> bool:
        """Whether it is allowed for the rules of a category."""
        return self.categories is None or category in self.categories

    def expired(self, today: str) -> bool:
        """Whether its last day is over."""
        return self.expires is not None and self.expires < today


def selects(selector: str, id_: str, name: str, category: str) -> bool:
    """Whether an id, the beginning of one, a name or a category means a rule."""
    if not selector:
        return False
    return id_.startswith(selector.upper()) or selector.lower() in (name, category)


def _within(property_: str, wanted: str) -> bool:
    """Whether a property is the wanted one or lies in it; `Properties.` may be left out."""
    if not wanted:
        return True
    inner = f"Properties.{wanted.removeprefix('Properties.')}"
    return property_ == inner or property_.startswith((f"{inner}.", f"{inner}["))


def _names(pattern: str, subject: Subject) -> bool:
    called = (subject.id, subject.arn, subject.name, subject.construct)
    if pattern in called:  # as reports print it, whatever characters are in it
        return True
    source = "".join({"*": ".*", "?": "."}.get(part, re.escape(part)) for part in pattern)
    return any(name and re.fullmatch(source, name, re.DOTALL) for name in called)
