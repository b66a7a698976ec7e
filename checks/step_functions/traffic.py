"""What the executions of a workflow tell about its type."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.findings import Category, Confidence, Match, Severity
from auditor.graph import Graph
from auditor.resources import StateMachine
from auditor.rules import rule
from auditor.traffic import Measure
from auditor.traffic.series import brief

STARTED = Measure(StateMachine, "ExecutionsStarted")
TIME = Measure(StateMachine, "ExecutionTime", "p99")

# Our choices: below this many the saving is not worth a change; an execution of up to half of the
# five minutes that Express allows (Step Functions developer guide) is short.
_MANY_A_DAY = 10_000
_SHORT_MILLISECONDS = 150_000


@rule(
    "ARC051",
    "many-short-standard-executions",
    severity=Severity.LOW,
    category=Category.COST,
    confidence=Confidence.MEDIUM,
    guide="When to Use Step Functions (lines 818-830)",
    applies_to=StateMachine,
    needs=(STARTED, TIME),
    remediation="""
        OrdersWorkflow:
          Type: AWS::StepFunctions::StateMachine
          Properties:
            StateMachineType: EXPRESS
            RoleArn: !GetAtt OrdersRole.Arn
            DefinitionString: !Sub "..."

        The type cannot be changed: create a second workflow. Its steps may run twice.

        Live: aws stepfunctions create-state-machine --type EXPRESS --name NAME --role-arn ARN
        --definition file://definition.json
    """,
)
def many_short_standard_executions(machine: StateMachine, _graph: Graph) -> Iterator[Match]:
    """A Standard workflow runs often and shortly, which Express does for a fraction of the price.

    Standard is paid for by transition, Express by request and duration. Express runs a step at
    least once and waits for no callback.

    Fine to accept where steps must not run twice, or wait for callbacks or jobs.
    """
    if machine.machine_type != "STANDARD":
        return
    started, time = STARTED.steady(machine), TIME.steady(machine)
    daily = started.total / started.days
    if daily >= _MANY_A_DAY and time.percentile(99) < _SHORT_MILLISECONDS:
        message = (
            f"{machine.label} runs {brief(daily)} times a day, for"
            f" {brief(time.percentile(99) / 1_000)} s at most"
        )
        evidence = (started.summary("an hour"), time.summary("milliseconds"))
        yield Match(machine, message, ("StateMachineType",), evidence)
