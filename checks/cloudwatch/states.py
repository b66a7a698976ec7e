"""The state that alarms are in."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.findings import Category, Match, Severity
from auditor.graph import Graph
from auditor.resources import Alarm
from auditor.rules import rule


@rule(
    "CWA022",
    "alarm-stuck-in-its-state",
    severity=Severity.MEDIUM,
    category=Category.OPERATIONS,
    guide="CloudWatch Metrics and Alarms (lines 1126-1196)",
    applies_to=Alarm,
    remediation="""
        Mend what it complains about, or give it a metric that has data:

        OrdersAlarm:
          Type: AWS::CloudWatch::Alarm
          Properties:
            TreatMissingData: notBreaching

        Live: aws cloudwatch describe-alarm-history --alarm-name NAME
        --history-item-type StateUpdate
    """,
)
def alarm_stuck_in_its_state(alarm: Alarm, _graph: Graph) -> Iterator[Match]:
    """An alarm has been in alarm, or without enough data, for a week or more.

    An alarm that never clears is overlooked, and one without data watches nothing. Known for live
    alarms only.

    Fine to accept where the metric has data on some days of the month only.
    """
    if alarm.stuck is None:
        return
    state = alarm.stuck.state.replace("_", " ").lower()
    message = f"{alarm.label} has been in the state {state} for {alarm.stuck.days} days"
    yield Match(alarm, message)
