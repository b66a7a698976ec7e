"""What EventBridge accepts as a schedule.

Sources, read on 2026-11-23: EventBridge user guide, "Setting a schedule pattern for scheduled
rules"; API CreateSchedule of EventBridge Scheduler.
"""

from __future__ import annotations

import re

_EXPRESSION = re.compile(r"(rate|cron|at)\((.*)\)")
_RATE = re.compile(r"([1-9]\d*) +(minute|hour|day)(s?)")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")
_CRON_FIELDS = 6


def rejected(expression: str, scheduler: bool) -> str | None:
    """Why a rule, or a schedule of EventBridge Scheduler, refuses an expression, if it does."""
    found = _EXPRESSION.fullmatch(expression.strip())
    if found is None:
        kinds = "rate(...), cron(...) and at(...)" if scheduler else "rate(...) and cron(...)"
        return f"it is none of {kinds}"
    kind, body = found[1], found[2].strip()
    if kind == "rate":
        return _rate(body, scheduler)
    if kind == "cron":
        return _cron(body.split())
    if not scheduler:
        return "at(...) is known to EventBridge Scheduler only"
    return None if _TIME.fullmatch(body) else "at(...) takes a time such as 2027-01-31T08:00:00"


def _rate(body: str, scheduler: bool) -> str | None:
    found = _RATE.fullmatch(body)
    if found is None:
        return "rate(...) takes a positive whole number and minutes, hours or days"
    if not scheduler and (found[1] == "1") == bool(found[3]):
        return f"the unit after {found[1]} is {found[2]}{'' if found[1] == '1' else 's'}"
    return None


def _cron(fields: list[str]) -> str | None:
    if len(fields) != _CRON_FIELDS:
        return f"cron(...) takes six fields, not {len(fields)}"
    if "?" not in (fields[2], fields[4]):
        return "one of day of month and day of week must be ?"
    return None
