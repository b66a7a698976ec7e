"""What the executions of a workflow tell about its type."""

from __future__ import annotations

import math
from collections.abc import Iterator

from auditor.findings import Category, Confidence, Match, Severity
from auditor.graph import Graph
from auditor.resources import StateMachine
from auditor.rules import rule
from auditor.statelang import State
from auditor.traffic import Measure, Series
from auditor.traffic.series import brief
from auditor.usage import Usage
from checks.step_functions._workflows import fewest_states, standard_only

STARTED = Measure(StateMachine, "ExecutionsStarted")
TIME = Measure(StateMachine, "ExecutionTime", "p99")

# Our choices: below this many the saving is not worth a change; an execution of up to half of the
# five minutes that Express allows (Step Functions developer guide) is short.
_MANY_A_DAY = 10_000
_SHORT_MILLISECONDS = 150_000
# Express is billed in steps of 100 ms and 64 MB (AWS Step Functions pricing).
_BILLED_MILLISECONDS = 100
_MEMORY_GB = 64 / 1_024


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
    least once. A workflow with jobs, callbacks or distributed Maps, which Express does not have, is
    left out.

    Fine to accept where steps must not run twice.
    """
    if machine.machine_type != "STANDARD":
        return
    started, time = STARTED.steady(machine), TIME.steady(machine)
    daily = started.total / started.days
    if daily < _MANY_A_DAY or time.percentile(99) >= _SHORT_MILLISECONDS:
        return
    if not any(map(standard_only, machine.workflow.each(State))):
        message = (
            f"{machine.label} runs {brief(daily)} times a day, for"
            f" {brief(time.percentile(99) / 1_000)} s at most"
        )
        evidence = (started.summary("an hour"), time.summary("milliseconds"))
        path = ("StateMachineType",)
        yield Match(machine, message, path, evidence, usage=_in_both_types(machine, started, time))


def _in_both_types(machine: StateMachine, started: Series, time: Series) -> Usage | None:
    """What the executions cost now and as Express; nothing where the definition was not read."""
    root = machine.workflow.root
    steps = fewest_states(root) if root else None
    if steps is None:
        return None
    runs = started.monthly
    seconds = math.ceil(time.percentile(99) / _BILLED_MILLISECONDS) * _BILLED_MILLISECONDS / 1_000
    return Usage(
        {"states.transition": runs * steps},
        {"states.express-request": runs, "states.express-gb-second": runs * seconds * _MEMORY_GB},
        f"at least {steps} states in an execution, 64 MB of memory, the p99 of their time",
    )
