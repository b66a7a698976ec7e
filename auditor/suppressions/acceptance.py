"""Applies suppressions to the findings of a unit, and tells what became of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from auditor.engine import Verdict
from auditor.findings import Category, Finding
from auditor.inventory import Unit
from auditor.rules import Rule
from auditor.suppressions.model import Selection, Suppression, Tags
from auditor.suppressions.notices import notices
from auditor.suppressions.tags import by_tags

WITHOUT_REASON = "no reason is given"
_TAGGABLE = frozenset(category.value for category in Category) - {Category.SECURITY.value}


class Acceptance(Struct, frozen=True):
    """Which suppressions count. `central` are those of the configuration, `loaded` all rules.

    `inline` lets templates and tags suppress, the latter findings of the categories `taggable`.
    `whole` says that the run audits everything that the configuration is about. `today` is a date
    as ISO 8601 writes it.
    """

    today: str
    loaded: Sequence[Rule[Any]]
    central: tuple[Suppression, ...] = ()
    inline: bool = True
    taggable: frozenset[str] = _TAGGABLE
    whole: bool = False

    @property
    def by_tags(self) -> bool:
        """Whether tags of what templates declare count, too; those of live resources always do."""
        return any(isinstance(each.scope, Selection) and each.scope.tags for each in self.central)

    def apply(
        self, verdict: Verdict, unit: Unit, rules: Sequence[Rule[Any]], tags: Mapping[str, Tags]
    ) -> None:
        """Mark the findings that somebody accepted, and add those about suppressions.

        Of the unit no readings are needed; `tags` are those of its resources, by their ids.
        """
        own = list(unit.suppressions) if self.inline else []
        if self.inline and not unit.path:
            own += by_tags(tags, self.taggable)
        used = self._mark(verdict.findings, [*own, *self.central], tags)
        verdict.used.update(number - len(own) for number in used if number >= len(own))
        if self.central:
            verdict.named.update(self._named(verdict))
        if own:
            fates = [(item, number in used) for number, item in enumerate(own)]
            verdict.findings += notices(fates, rules, self.loaded, self.today, unit.source)

    def conclude(self, verdict: Verdict, rules: Sequence[Rule[Any]]) -> set[str]:
        """Add what is to be said of the entries of the configuration, after all units.

        Gives the files of which every entry was judged.
        """
        for number, item in enumerate(self.central):
            # Where only a part was audited, an entry may be for something else.
            matched = number in verdict.used or not (self.whole or number in verdict.named)
            fates = [(item, matched)]
            verdict.findings += notices(fates, rules, self.loaded, self.today, item.source)
        return {item.source for item in self.central} if self.whole else set()

    def _mark(
        self, findings: list[Finding], suppressions: Sequence[Suppression], tags: Mapping[str, Tags]
    ) -> set[int]:
        used = set[int]()
        if not suppressions:
            return used
        for place, finding in enumerate(findings):
            carried = tags.get(finding.resource.id, {})
            meant = [
                number for number, item in enumerate(suppressions)
                if not item.problems and item.means(finding, carried)
            ]  # fmt: skip
            used.update(meant)
            valid = [suppressions[number] for number in meant
                     if not suppressions[number].expired(self.today)]  # fmt: skip
            if valid:
                reasons = dict.fromkeys(item.reason for item in valid if item.reason)
                reason = next(iter(reasons), WITHOUT_REASON)
                findings[place] = replace(finding, suppression=reason)
        return used

    def _named(self, verdict: Verdict) -> set[int]:
        """The entries of the configuration for the very ARN of a resource that was judged."""
        arns = {id_ for _, id_ in verdict.subjects if id_.startswith("arn:")}
        return {
            number for number, item in enumerate(self.central)
            if isinstance(item.scope, Selection) and not arns.isdisjoint(item.scope.resource)
        }  # fmt: skip
