"""What a run would cost: lists are read, and the calls on each resource only counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from msgspec import Struct

from auditor.collectors.live.reader import Log
from auditor.findings import Gap


class Plan(Struct, frozen=True):
    """Calls by action: those `made` to find the resources, and those `planned` on them."""

    made: Counter[str]
    planned: Counter[str]
    gaps: tuple[Gap, ...]

    @classmethod
    def of(cls, logs: Sequence[Log], gaps: Iterable[Gap]) -> Plan:
        """What planning readers wrote down; `gaps` are accounts that cannot be read."""
        made = Counter(action for log in logs for action in log.answers)
        planned = Counter(action for log in logs for action in log.planned)
        return cls(made, planned, (*gaps, *(gap for log in logs for gap in log.gaps())))
