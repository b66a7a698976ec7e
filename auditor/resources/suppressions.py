"""A suppression as rules see it."""

from __future__ import annotations

from auditor.findings import Location
from auditor.resources.base import RawResource, Resource


class SuppressionEntry(Resource):
    """One accepted rule. `problems` keep it from being understood, so that it has no effect.

    `expires` is a date, empty for none. `unmatched` says that there is nothing left to accept.
    """

    type = "suppression"

    def __init__(
        self,
        label: str,
        location: Location | None,
        *,
        rule: str,
        reason: str,
        expires: str,
        problems: tuple[str, ...],
        expired: bool,
        unmatched: bool,
    ) -> None:
        super().__init__(RawResource(self.type, label, {}, locate=lambda _path: location))
        self.rule = rule
        self.reason = reason
        self.expires = expires
        self.problems = problems
        self.expired = expired
        self.unmatched = unmatched
