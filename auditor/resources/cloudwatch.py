"""CloudWatch alarms."""

from __future__ import annotations

from auditor.resources.base import Resource
from auditor.values import (
    Readable,
    View,
    boolean,
    integer,
    number,
    optional,
    text,
    texts,
    view,
    views,
)


class Dimension(View):
    """One name and value under which a metric is published."""

    name = Readable("Name", text)
    value = Readable("Value", text)


class Metric(View):
    """A metric of an alarm that uses metric math."""

    metric_name = Readable("MetricName", text)
    namespace = Readable("Namespace", text)
    dimensions = Readable("Dimensions", views(Dimension), ())


class MetricStat(View):
    """A metric with its statistic."""

    metric = Readable("Metric", view(Metric))


class MetricQuery(View):
    """A metric or an expression over others; `account_id` is that of another account's metric."""

    query_id = Readable("Id", text)
    account_id = Readable("AccountId", optional(text), None)
    expression = Readable("Expression", optional(text), None)
    metric_stat = Readable("MetricStat", optional(view(MetricStat)), None)


# Where the live collector keeps since when an alarm has been stuck; no template has it.
STUCK = "$stuck"


class Stuck(View):
    """A state other than OK that an alarm has been in for a week or more."""

    state = Readable("State", text)
    days = Readable("Days", integer)


class AnyAlarm(Resource):
    """What alarms on metrics and alarms on alarms have in common."""

    actions_enabled = Readable("ActionsEnabled", boolean, True)
    alarm_actions = Readable("AlarmActions", texts, ())
    stuck = Readable(STUCK, optional(view(Stuck)), None)


class Alarm(AnyAlarm):
    """A metric alarm: one metric (the flat properties) or `Metrics` with expressions.

    `period` and `evaluation_periods` are in seconds and in periods.
    """

    type = "AWS::CloudWatch::Alarm"

    metric_name = Readable("MetricName", optional(text), None)
    namespace = Readable("Namespace", optional(text), None)
    dimensions = Readable("Dimensions", views(Dimension), ())
    metrics = Readable("Metrics", views(MetricQuery), ())
    statistic = Readable("Statistic", optional(text), None)
    period = Readable("Period", optional(integer), None)
    evaluation_periods = Readable("EvaluationPeriods", optional(integer), None)
    datapoints_to_alarm = Readable("DatapointsToAlarm", optional(integer), None)
    threshold = Readable("Threshold", optional(number), None)
    comparison = Readable("ComparisonOperator", text, "")
    treat_missing_data = Readable("TreatMissingData", text, "missing")


class CompositeAlarm(AnyAlarm):
    """An alarm over the states of other alarms."""

    type = "AWS::CloudWatch::CompositeAlarm"

    rule = Readable("AlarmRule", text)
