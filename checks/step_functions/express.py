"""What only standard workflows can do."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.findings import Category, Match, Severity
from auditor.graph import Graph
from auditor.resources import StateMachine
from auditor.rules import rule
from auditor.statelang import State
from checks.step_functions._workflows import judge_states, runs_express, standard_only


@rule(
    "SFN032",
    "express-workflow-waits",
    severity=Severity.HIGH,
    category=Category.RELIABILITY,
    guide="Starting Executions (lines 671-693)",
    applies_to=StateMachine,
    remediation="""
        Flow:
          Type: AWS::StepFunctions::StateMachine
          Properties:
            StateMachineType: STANDARD

        Live: the type of a state machine cannot be changed: create another one with
        aws stepfunctions create-state-machine --type STANDARD, and switch its callers over.
    """,
)
def express_workflow_waits(machine: StateMachine, _graph: Graph) -> Iterator[Match]:
    """An express workflow has a task or a Map that only standard workflows can have.

    Jobs (`.sync`), task tokens (`.waitForTaskToken`), activities and distributed Maps need an
    execution that outlives the call, so that Step Functions refuses the definition (developer
    guide, "Choosing workflow type"). The same goes for the express executions of a distributed Map.

    Fine to accept in no case that we know of.
    """

    def judge(state: State) -> Iterator[Match]:
        wanted = standard_only(state)
        if wanted is not None and runs_express(state, machine):
            what, name = wanted
            message = f"state {state.name} of {machine.label} is express, but needs {what}"
            yield Match(machine, message, (*state.path, name))

    return judge_states(machine, State, judge)
