"""Findings that were read from a file hold what they have in common once, like those just made.

Thousands of templates would take half as much memory again.
"""

from __future__ import annotations

from typing import Any, TypeVar

from msgspec.structs import replace

from auditor.findings import Finding, Location, Related
from auditor.rules import Rule

T = TypeVar("T")


class Sharing:
    """What the findings of one template have in common."""

    def __init__(self) -> None:
        self._met: dict[Any, Any] = {}

    def finding(self, finding: Finding, rule: Rule[Any]) -> Finding:
        """The finding with all that its rule says of every finding."""
        return replace(
            finding,
            rule=rule.id,
            name=rule.name,
            resource=self._once(finding.resource),
            property=self._once(finding.property),
            location=self._location(finding.location),
            evidence=self._once(finding.evidence),
            related=tuple(map(self._related, finding.related)),
            steps=tuple(map(self._related, finding.steps)),
            remediation=rule.remediation,
            guide=rule.guide,
            source=self._once(finding.source),
        )

    def _once(self, value: T) -> T:
        found: T = self._met.setdefault(value, value)
        return found

    def _related(self, item: Related) -> Related:
        if item in self._met:
            return self._once(item)
        location = self._location(item.location)
        return self._once(Related(self._once(item.id), self._once(item.message), location))

    def _location(self, location: Location | None) -> Location | None:
        if location is None or location in self._met:
            return self._once(location)
        path, excerpt = self._once(location.path), self._once(location.excerpt)
        return self._once(replace(location, path=path, excerpt=excerpt))
