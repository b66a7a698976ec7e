"""How much of their limits resources use, as reports show it: plain values.

A resource may have several limits; what counts is the one that it is nearest to.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from auditor.findings import Subject

# Nobody looks at more; the worst come first.
SHOWN = 50


class Level(Struct, frozen=True):
    """A course against its limit, both in `unit`: what 99% of the hours stay below, and its peak.

    `course` is a sparkline of daily peaks over `days`.
    """

    what: str
    unit: str
    limit: float
    high: float
    peak: float
    days: int
    course: str

    @property
    def share(self) -> float:
        """How much of the limit is used, by the same statistic as rules compare: 0.8 is 80%."""
        return self.high / self.limit


class Row(Struct, frozen=True):
    """A resource and its nearest limit, `None` where no data tells of any.

    `unknown` are the limits of which nothing is known, each with the reason.
    """

    subject: Subject
    level: Level | None
    unknown: tuple[tuple[str, str], ...] = ()


class Utilisation(Struct, frozen=True):
    """The rows worst first, those without data last; `omitted` counts what is left out.

    `omitted_unknown` are those of them without data.
    """

    rows: tuple[Row, ...] = ()
    omitted: int = 0
    omitted_unknown: int = 0


NOTHING_MEASURED = Utilisation()


def ranked(rows: Iterable[Row]) -> Utilisation:
    """The worst of the rows."""

    def key(row: Row) -> tuple[float, float, str]:
        level = row.level
        return (-level.share, -level.peak / level.limit, row.subject.id) if level else (1, 0, "")

    ordered = sorted(rows, key=key)
    left_out = ordered[SHOWN:]
    unknown = sum(row.level is None for row in left_out)
    return Utilisation(tuple(ordered[:SHOWN]), len(left_out), unknown)


def merged(parts: Iterable[Utilisation]) -> Utilisation:
    """One ranking of several: of accounts, or of portions of one."""
    known = list(parts)
    whole = ranked(row for part in known for row in part.rows)
    return Utilisation(
        whole.rows,
        whole.omitted + sum(part.omitted for part in known),
        whole.omitted_unknown + sum(part.omitted_unknown for part in known),
    )
