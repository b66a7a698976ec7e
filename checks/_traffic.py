"""What rules on metrics share: how a course over a window is compared with a limit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from auditor.data.limits import QUOTA_WARNING_SHARE
from auditor.findings import Confidence, Match, Severity
from auditor.resources import Resource
from auditor.traffic import Series
from auditor.traffic.series import brief
from auditor.values import PropertyPath

# What p99 leaves out, and how often many things are done.
_RARE = 0.01
_WEEK = 7


def near_limit(
    resource: Resource,
    series: Series,
    limit: float,
    what: str,
    *,
    unit: str = "",
    path: PropertyPath = (),
    share: float = QUOTA_WARNING_SHARE,
) -> Iterator[Match]:
    """The match of a course that is near its limit, was near it once, or grows towards it.

    Only the first is as bad as the rule says: a single peak is low, and so is a forecast.
    """
    line = f"limit {brief(limit)} {unit}".rstrip()
    evidence = (series.summary(unit), line)
    high, top = series.percentile(99), series.maximum
    if high > share * limit:
        message = f"{what} reached {high / limit:.0%} of its limit (p99 over {series.days} days)"
        yield Match(resource, message, path, evidence)
    elif top > share * limit:
        message = f"{what} peaked at {top / limit:.0%} of its limit, but rarely"
        yield Match(
            resource, message, path, evidence, severity=Severity.LOW, confidence=Confidence.MEDIUM
        )
    elif ahead := series.days_until(limit):
        message = f"{what} reaches its limit in about {ahead} days at this growth"
        yield Match(
            resource, message, path, evidence, severity=Severity.LOW, confidence=Confidence.LOW
        )


def worst(matches: Iterable[Match]) -> Iterator[Match]:
    """The match that is as bad as its rule says, else the first one."""
    found = sorted(matches, key=lambda match: match.severity is not None)
    yield from found[:1]


def mishap(series: Series) -> tuple[Severity | None, str]:
    """How bad is what should never be counted, and when it was, as evidence.

    Once in a while, or not in the last week, is low: an accident, or mended since.
    """
    hours, ago = series.busy_hours, series.days_since
    line = f"{series.name}: in {hours} of {len(series.values)} hours, last {_ago(ago)}"
    rare = hours <= _RARE * len(series.values)
    return (Severity.LOW if rare or ago >= _WEEK else None), line


def _ago(days: int) -> str:
    return f"{days} days ago" if days > 1 else "a day ago" if days else "within a day"


def percent(part: float, whole: float) -> str:
    """A share of a whole that is not zero; little is not shown as nothing."""
    return f"{part / whole:.0%}" if part >= whole / 100 or not part else "less than 1%"
