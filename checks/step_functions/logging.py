"""Logs of state machines."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.findings import Category, Match, Severity
from auditor.graph import Graph
from auditor.resources import StateMachine
from auditor.rules import rule
from auditor.values import read, text


@rule(
    "SFN027",
    "state-machine-without-logging",
    severity=Severity.MEDIUM,
    category=Category.OPERATIONS,
    guide="State Machine Definition (lines 584-669)",
    applies_to=StateMachine,
    remediation="""
        OrdersStateMachine:
          Type: AWS::StepFunctions::StateMachine
          Properties:
            LoggingConfiguration:
              Level: ERROR
              IncludeExecutionData: false
              Destinations:
                - CloudWatchLogsLogGroup:
                    LogGroupArn: !GetAtt OrdersLogGroup.Arn

        Live: aws stepfunctions update-state-machine --state-machine-arn ARN
        --logging-configuration
        'level=ERROR,destinations=[{cloudWatchLogsLogGroup={logGroupArn=GROUP_ARN:*}}]'
    """,
)
def state_machine_without_logging(machine: StateMachine, _graph: Graph) -> Iterator[Match]:
    """A state machine writes no log.

    An express workflow has no history of its own, so nobody can see why an execution failed, or
    that one ran at all. A standard workflow keeps its history for 90 days, but out of reach of
    metric filters and log queries.

    Fine to accept for standard workflows whose failures an alarm or a rule reports.
    """
    logging = machine.logging
    level = "OFF"
    if logging is not None:
        level = read(logging.get("Level"), text, ("LoggingConfiguration", "Level"), "OFF")
    if level != "OFF":
        return
    express = machine.peek("StateMachineType") == "EXPRESS"
    message = f"{machine.label} writes no log" + (", its only trace" if express else "")
    path = ("LoggingConfiguration",) if logging is None else ("LoggingConfiguration", "Level")
    yield Match(machine, message, path, severity=Severity.HIGH if express else None)
