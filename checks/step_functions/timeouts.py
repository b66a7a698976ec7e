"""Time: tasks that wait too long, pauses that cannot end, loops that ask again and again."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.data.workflows import EXPRESS_SECONDS_MAX, WAITED_FOR_BY
from auditor.findings import Category, Match, Severity
from auditor.graph import Graph
from auditor.policy import Doubts
from auditor.resources import StateMachine
from auditor.rules import rule
from auditor.statelang import Integration, Pattern, Scope, Task, Wait, loops
from checks.step_functions._workflows import STATE_TYPES, call_of, judge_states, runs_express

_LIMITS = ("TimeoutSeconds", "TimeoutSecondsPath", "HeartbeatSeconds", "HeartbeatSecondsPath")


@rule(
    "SFN011",
    "task-without-timeout",
    severity=Severity.HIGH,
    category=Category.RELIABILITY,
    guide=STATE_TYPES,
    applies_to=StateMachine,
    remediation="""
        Approve:
          Type: Task
          Resource: arn:aws:states:::sqs:sendMessage.waitForTaskToken
          TimeoutSeconds: 86400
          HeartbeatSeconds: 3600      # where the worker can report that it is still alive
          Catch: [{ErrorEquals: [States.Timeout], Next: Remind, ResultPath: $.error}]

        Live: aws stepfunctions update-state-machine --state-machine-arn ARN
        --definition file://flow.asl.json
    """,
)
def task_without_timeout(machine: StateMachine, _graph: Graph) -> Iterator[Match]:
    """A task waits without a limit: by default for 99,999,999 seconds, more than three years.

    A worker that dies with the task token, a message that is lost, or a job that hangs leaves the
    execution waiting, unseen. With a limit for the whole workflow it counts less: the execution
    ends, but no Catch can act on it. So does the wait for a job, and least of all a function, which
    has a timeout of its own. Other calls are answered at once and are exempt, and so are
    express workflows.

    Fine to accept where the wait is for a person and may take as long as it likes.
    """
    root = machine.workflow.root
    bounded = root is not None and root.has("TimeoutSeconds")
    return judge_states(machine, Task, lambda task: _unlimited(machine, task, bounded=bounded))


def _unlimited(machine: StateMachine, task: Task, *, bounded: bool) -> Iterator[Match]:
    if any(task.has(name) for name in _LIMITS) or runs_express(task, machine):
        return
    call = call_of(task)
    severity = _severity(call, bounded=bounded)
    if call is None or severity is None:
        return
    message = f"task {task.name} of {machine.label} waits {call.pattern}, without a limit"
    yield Match(machine, message, (*task.path, "TimeoutSeconds"), severity=severity)


def _severity(call: Integration | None, *, bounded: bool) -> Severity | None:
    if call is None:
        return None
    if call.pattern is Pattern.CALLBACK:
        return Severity.MEDIUM if bounded else Severity.HIGH
    if bounded:
        return None
    if call.pattern is Pattern.SYNC:
        return Severity.MEDIUM
    return Severity.LOW if call.invokes_function else None


@rule(
    "SFN013",
    "wait-too-long-for-express",
    severity=Severity.HIGH,
    category=Category.RELIABILITY,
    guide=STATE_TYPES,
    applies_to=StateMachine,
    remediation="""
        Flow:
          Type: AWS::StepFunctions::StateMachine
          Properties:
            StateMachineType: STANDARD    # waits for up to a year

        Live: the type of a state machine cannot be changed: create another one with
        aws stepfunctions create-state-machine --type STANDARD, and switch its callers over.
    """,
)
def wait_too_long_for_express(machine: StateMachine, _graph: Graph) -> Iterator[Match]:
    """An express workflow waits longer than it may run.

    It is stopped after five minutes, always in this state, and never comes to the next one.

    Fine to accept in no case that we know of.
    """

    def judge(wait: Wait) -> Iterator[Match]:
        seconds = wait.seconds
        if seconds is None or seconds < EXPRESS_SECONDS_MAX or not runs_express(wait, machine):
            return
        message = f"state {wait.name} of {machine.label} waits past the end of its execution"
        evidence = (f"Seconds {seconds}", f"an execution ends after {EXPRESS_SECONDS_MAX} s")
        yield Match(machine, message, (*wait.path, "Seconds"), evidence)

    return judge_states(machine, Wait, judge)


@rule(
    "SFN018",
    "workflow-polls-a-job",
    severity=Severity.LOW,
    category=Category.COST,
    guide=STATE_TYPES,
    applies_to=StateMachine,
    remediation="""
        Transform:
          Type: Task
          Resource: arn:aws:states:::glue:startJobRun.sync
          Parameters: {JobName: !Ref TransformJob}
          TimeoutSeconds: 7200

        Live: aws stepfunctions update-state-machine --state-machine-arn ARN
        --definition file://flow.asl.json
    """,
)
def workflow_polls_a_job(machine: StateMachine, _graph: Graph) -> Iterator[Match]:
    """A workflow asks for a job's state in a loop, although Step Functions can wait for it.

    Each round costs three state transitions and adds to the history, which ends the execution at
    25,000 events; the pause makes every job longer. The integration with `.sync` needs none of it,
    and stops the job together with the execution.

    Fine to accept where the job was started by somebody else.
    """
    waiting = {
        scope.states[name].path
        for scope in machine.workflow.scopes
        for loop in _loops_with_pause(scope)
        for name in loop
    }

    def judge(task: Task) -> Iterator[Match]:
        doubts = Doubts()
        with doubts:
            _settle_loop(task)
        call = call_of(task) if task.path in waiting or doubts.first else None
        if call is None:
            return
        better = WAITED_FOR_BY.get((call.service.removeprefix("aws-sdk:"), call.action))
        if better is None:
            return
        if task.path not in waiting:
            doubts.settle()
        message = f"task {task.name} of {machine.label} asks in a loop whether a job is done"
        evidence = (f"Resource {call.service}:{call.action}", f"waits by itself: {better}")
        yield Match(machine, message, (*task.path, "Resource"), evidence)

    return judge_states(machine, Task, judge)


def _settle_loop(task: Task) -> None:
    """Raises `UndeterminedError` when a task may be in a loop with a pause that was not read."""
    if any(isinstance(state, Wait) for state in task.scope.states.values()):
        task.scope.settle(*task.transitions())


def _loops_with_pause(scope: Scope) -> Iterator[frozenset[str]]:
    for loop in loops(scope):
        if any(isinstance(scope.states[name], Wait) for name in loop):
            yield loop
