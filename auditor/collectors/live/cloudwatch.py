"""Alarms."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

from auditor.collectors.live.reader import Reader
from auditor.collectors.live.shapes import pick
from auditor.resources import Alarm, CompositeAlarm
from auditor.resources.base import RawResource
from auditor.resources.cloudwatch import STUCK

TYPES = (Alarm.type, CompositeAlarm.type)
_WEEK = 7

_COMMON = (
    "ActionsEnabled",
    "AlarmActions",
    "AlarmDescription",
    "AlarmName",
    "InsufficientDataActions",
    "OKActions",
)
METRIC = (
    *_COMMON,
    "ComparisonOperator",
    "DatapointsToAlarm",
    "Dimensions",
    "EvaluateLowSampleCountPercentile",
    "EvaluationPeriods",
    "ExtendedStatistic",
    "MetricName",
    "Metrics",
    "Namespace",
    "Period",
    "Statistic",
    "Threshold",
    "ThresholdMetricId",
    "TreatMissingData",
    "Unit",
)
COMPOSITE = (
    *_COMMON,
    "ActionsSuppressor",
    "ActionsSuppressorExtensionPeriod",
    "ActionsSuppressorWaitPeriod",
    "AlarmRule",
)


def collect(reader: Reader) -> Iterator[RawResource]:
    """All alarms of a region. Without `AlarmTypes` the API leaves out composite ones."""
    for key, kind, type_, names in (
        ("MetricAlarms", "MetricAlarm", Alarm.type, METRIC),
        ("CompositeAlarms", "CompositeAlarm", CompositeAlarm.type, COMPOSITE),
    ):
        alarms = reader.listing(
            "cloudwatch:DescribeAlarms", key, type_, AlarmTypes=[kind], MaxRecords=100
        )
        for alarm in alarms:
            yield transform(type_, names, alarm)


def transform(type_: str, names: tuple[str, ...], alarm: Mapping[str, Any]) -> RawResource:
    """An alarm; the API has CloudFormation's names, beside the alarm's current state."""
    name, arn = alarm["AlarmName"], alarm["AlarmArn"]
    properties = {**pick(alarm, names), **_stuck(alarm)}
    return RawResource(type_, arn, properties, name=name, arn=arn)


def _stuck(alarm: Mapping[str, Any]) -> dict[str, Any]:
    """Since how many days an alarm has been in another state than OK, once that is a week."""
    since = alarm.get("StateTransitionedTimestamp") or alarm.get("StateUpdatedTimestamp")
    if not isinstance(since, dt.datetime) or alarm.get("StateValue", "OK") == "OK":
        return {}
    days = (dt.datetime.now(dt.UTC) - since).days
    return {STUCK: {"State": alarm["StateValue"], "Days": days}} if days >= _WEEK else {}
