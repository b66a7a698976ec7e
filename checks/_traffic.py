"""What rules on metrics share: how a course over a window is compared with a limit."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.data.limits import QUOTA_WARNING_SHARE
from auditor.findings import Confidence, Match, Severity
from auditor.resources import Resource
from auditor.traffic import Series
from auditor.traffic.series import brief
from auditor.values import PropertyPath


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


def percent(part: float, whole: float) -> str:
    """A share of a whole that is not zero."""
    return f"{part / whole:.0%}"
