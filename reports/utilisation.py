"""The words of utilisation, the same in every format for people."""

from __future__ import annotations

from auditor.traffic.series import brief
from auditor.utilisation import Row, Utilisation
from reports.wording import called, counted

TITLE = "Utilisation: p99 of the hours against the nearest limit, highest first"
_BLOCKS = 10


def where(row: Row) -> str:
    """Its account and region."""
    return f"{row.subject.account or 'unknown'} {row.subject.region or 'unknown'}"


def percent(row: Row) -> str:
    """The share of the limit, never rounded to nothing."""
    if row.level is None:
        return "no data"
    return "<1%" if 0 < row.level.share < 0.01 else f"{row.level.share:.0%}"


def width(row: Row) -> int:
    """The length of a bar of 100."""
    return round(100 * min(max(row.level.share, 0), 1)) if row.level else 0


def bar(row: Row) -> str:
    """The same as text."""
    full = round(width(row) / _BLOCKS)
    return "\N{FULL BLOCK}" * full + "\N{LIGHT SHADE}" * (_BLOCKS - full)


def numbers(row: Row) -> str:
    """What was measured, in words; nothing without data."""
    if (level := row.level) is None:
        return ""
    measured = f"p99 {brief(level.high)}, max {brief(level.peak)} of {brief(level.limit)}"
    return f"{level.what} {measured} {level.unit} in {level.days} days"


def doubts(row: Row) -> str:
    """The limits of which nothing is known, by their reasons."""
    reasons: dict[str, list[str]] = {}
    for what, reason in row.unknown:
        reasons.setdefault(reason, []).append(what)
    return "; ".join(f"no data of {', '.join(of)}: {reason}" for reason, of in reasons.items())


def silent(used: Utilisation) -> dict[str, list[str]]:
    """The names of resources without data, by the reasons."""
    names: dict[str, list[str]] = {}
    for row in used.rows:
        if row.level is None:
            reason = "; ".join(dict.fromkeys(reason for _, reason in row.unknown))
            names.setdefault(reason, []).append(called(row.subject))
    return names


def detail(row: Row) -> str:
    """Numbers, course and doubts on one line."""
    course = row.level.course.replace(" ", "\N{MIDDLE DOT}") if row.level else ""
    shown = f"{numbers(row)} {course}".strip()
    return "; ".join(filter(None, (shown, doubts(row))))


def measured(used: Utilisation) -> list[Row]:
    """The rows with a level."""
    return [row for row in used.rows if row.level]


def left_out(used: Utilisation) -> str:
    """What the rows do not show."""
    if not used.omitted:
        return ""
    return f"{counted(used.omitted, 'resource')} left out, {used.omitted_unknown} without data"
