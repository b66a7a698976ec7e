"""Schedule expressions, of rules and of EventBridge Scheduler."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.findings import Category, Match, Severity
from auditor.graph import Graph
from auditor.resources import EventRule, Resource, Schedule
from auditor.rules import rule
from checks.eventbridge._buses import is_default
from checks.eventbridge._expressions import rejected

PATH = ("ScheduleExpression",)


@rule(
    "EVB012",
    "schedule-rejected",
    severity=Severity.HIGH,
    category=Category.RELIABILITY,
    guide="Key Components (lines 336-340)",
    applies_to=(EventRule, Schedule),
    remediation="""
        NightlyRule:
          Type: AWS::Events::Rule
          Properties:                              # no EventBusName: the default bus
            ScheduleExpression: cron(0 3 * * ? *)

        Live: aws events put-rule --name NAME --schedule-expression 'cron(0 3 * * ? *)'
    """,
)
def schedule_rejected(scheduled: Resource, _graph: Graph) -> Iterator[Match]:
    """A schedule cannot be created: its expression is wrong, or its rule is on a custom bus.

    Rules run on a schedule only on the default bus. A rate has a unit in the right number, and a
    cron expression six fields with a question mark for one of the two days. EventBridge refuses
    anything else, and the deployment fails.

    Fine to accept in no case that we know of.
    """
    expression = _expression(scheduled)
    if not expression or "${" in expression:
        return
    if problem := rejected(expression, isinstance(scheduled, Schedule)):
        message = f"{scheduled.label} cannot run on this schedule: {problem}"
        yield Match(scheduled, message, PATH, (expression,), discriminator="expression")
    if isinstance(scheduled, EventRule) and not is_default(scheduled.bus_name):
        message = f"{scheduled.label} cannot run on a schedule, as it is on a custom bus"
        yield Match(scheduled, message, ("EventBusName",), (scheduled.bus_name, expression))


def _expression(scheduled: Resource) -> str:
    if isinstance(scheduled, Schedule):
        return scheduled.expression
    return scheduled.schedule_expression if isinstance(scheduled, EventRule) else ""
