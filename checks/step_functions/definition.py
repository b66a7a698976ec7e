"""State machine definitions as a whole."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.findings import Category, Match, Severity
from auditor.graph import Graph
from auditor.resources import StateMachine
from auditor.rules import rule
from auditor.statelang import Pattern, Task, problems
from checks.step_functions._workflows import GUIDE, STATE_TYPES, call_of, express


@rule(
    "SFN010",
    "invalid-state-machine-definition",
    severity=Severity.HIGH,
    category=Category.RELIABILITY,
    guide=STATE_TYPES,
    applies_to=StateMachine,
    remediation="""
        Definition:
          StartAt: Charge
          States:
            Charge:
              Type: Task
              Resource: arn:aws:states:::lambda:invoke
              Parameters: {FunctionName: !GetAtt Charge.Arn}
              Next: Done              # the name of a state beside it, or End: true
            Done: {Type: Succeed}

        Check: aws stepfunctions validate-state-machine-definition --definition file://flow.asl.json
    """,
)
def invalid_state_machine_definition(machine: StateMachine, _graph: Graph) -> Iterator[Match]:
    """A definition is one that Step Functions refuses.

    A transition leads nowhere, nothing leads to a state, no state ends the workflow, a state lacks
    what its type needs: the state machine cannot be created, and an update of it fails together
    with everything else in the deployment.

    Fine to accept in no case that we know of.
    """
    for problem in problems(machine.workflow):
        message = f"the definition of {machine.label} is refused: {problem.message}"
        yield Match(machine, message, problem.path)


@rule(
    "SFN026",
    "workflow-without-timeout",
    severity=Severity.LOW,
    category=Category.RELIABILITY,
    guide=GUIDE,
    applies_to=StateMachine,
    remediation="""
        Definition:
          TimeoutSeconds: 3600        # a multiple of the longest execution that is still normal
          StartAt: Charge

        Live: aws stepfunctions update-state-machine --state-machine-arn ARN
        --definition file://flow.asl.json
    """,
)
def workflow_without_timeout(machine: StateMachine, _graph: Graph) -> Iterator[Match]:
    """A standard workflow has no time limit, so an execution that is stuck stays so for a year.

    It counts as running, holds what it has reserved, and no alarm on failures sees it. It weighs
    more where a task waits for somebody to report back or for a job to end. Workflows whose tasks
    all have a timeout of their own, or call services that answer at once, are exempt, and
    so are express ones: they end after five minutes.

    Fine to accept where an alarm watches the age or the number of running executions.
    """
    root = machine.workflow.root
    if express(machine) or (root is not None and root.has("TimeoutSeconds")):
        return
    unlimited = [
        task for task in machine.workflow.each(Task) if not _limited(task) and _may_hang(task)
    ]
    if not unlimited or root is None:
        return
    waits = any(
        (call := call_of(task)) and call.pattern is not Pattern.REQUEST for task in unlimited
    )
    yield Match(
        machine,
        f"{machine.label} has no time limit for an execution",
        (*root.path, "TimeoutSeconds"),
        (f"without a timeout of its own: {', '.join(task.name for task in unlimited[:5])}",),
        severity=Severity.MEDIUM if waits else None,
    )


def _may_hang(task: Task) -> bool:
    """Whether it calls more than an AWS service that answers at once."""
    call = call_of(task)
    return (
        call is None
        or call.invokes_function
        or call.service == "http"
        or call.pattern is not Pattern.REQUEST
    )


def _limited(task: Task) -> bool:
    return task.has("TimeoutSeconds") or task.has("TimeoutSecondsPath")


@rule(
    "SFN033",
    "workflow-without-own-key",
    severity=Severity.INFO,
    category=Category.SECURITY,
    guide="Starting Executions (lines 671-693)",
    pedantic=True,
    applies_to=StateMachine,
    remediation="""
        Flow:
          Type: AWS::StepFunctions::StateMachine
          Properties:
            EncryptionConfiguration:
              Type: CUSTOMER_MANAGED_KMS_KEY
              KmsKeyId: !GetAtt FlowKey.Arn
              KmsDataKeyReusePeriodSeconds: 300

        Live: aws stepfunctions update-state-machine --state-machine-arn ARN
        --encryption-configuration type=CUSTOMER_MANAGED_KMS_KEY,kmsKeyId=KEY_ARN
    """,
)
def workflow_without_own_key(machine: StateMachine, _graph: Graph) -> Iterator[Match]:
    """A workflow's definition and history are encrypted with a key that only AWS controls.

    That is encryption at rest all the same, and free. Only a key of your own lets you say who may
    read inputs and outputs, see who did, and take the permission back.

    Fine to accept where no rule of your own asks for such keys.
    """
    if not machine.has("EncryptionConfiguration"):
        message = f"{machine.label} is encrypted with a key that AWS owns"
        yield Match(machine, message, ("EncryptionConfiguration",))
