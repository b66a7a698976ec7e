"""EventBridge Scheduler."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any

from auditor.collectors.live.reader import Reader
from auditor.collectors.live.shapes import pick
from auditor.resources import Schedule
from auditor.resources.base import RawResource, unread_properties
from auditor.values import Unknown

TYPES = (Schedule.type,)

_SCHEDULE = (
    "Description",
    "EndDate",
    "FlexibleTimeWindow",
    "GroupName",
    "KmsKeyArn",
    "Name",
    "ScheduleExpression",
    "ScheduleExpressionTimezone",
    "StartDate",
    "State",
    "Target",
)


def collect(reader: Reader) -> Iterator[RawResource]:
    """All schedules of a region, of every group."""
    schedules = reader.listing("scheduler:ListSchedules", "Schedules", *TYPES, MaxResults=100)
    return chain.from_iterable(reader.each(lambda item: _schedule(reader, item), schedules))


def _schedule(reader: Reader, listed: Mapping[str, Any]) -> list[RawResource]:
    name, group, arn = listed["Name"], listed["GroupName"], listed["Arn"]
    answer = reader.detail("scheduler:GetSchedule", name, Name=name, GroupName=group)
    if answer is None:
        return []
    if isinstance(answer, Unknown):
        known = pick(listed, ("GroupName", "Name", "State"))
        known["Target"] = unread_properties(pick(listed["Target"], ("Arn",)), answer)
        properties = unread_properties(known, answer)
        return [RawResource(Schedule.type, arn, properties, name=name, arn=arn)]
    return [transform(answer)]


def transform(answer: Mapping[str, Any]) -> RawResource:
    """A schedule."""
    name, arn = answer["Name"], answer["Arn"]
    return RawResource(Schedule.type, arn, pick(answer, _SCHEDULE), name=name, arn=arn)
