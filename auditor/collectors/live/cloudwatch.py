"""Alarms."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from auditor.collectors.live.reader import Reader
from auditor.collectors.live.shapes import pick
from auditor.resources import Alarm, CompositeAlarm
from auditor.resources.base import RawResource

TYPES = (Alarm.type, CompositeAlarm.type)

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
    return RawResource(type_, arn, pick(alarm, names), name=name, arn=arn)
