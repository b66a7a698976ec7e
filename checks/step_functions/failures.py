"""Errors of states that nothing catches, or that are caught badly."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.findings import Category, Confidence, Match, Severity
from auditor.graph import Graph
from auditor.policy import Doubts
from auditor.resources import StateMachine
from auditor.rules import rule
from auditor.statelang import Fail, Map, Parallel, State, Task, Workflow
from checks.step_functions._workflows import (
    GUIDE,
    STATE_TYPES,
    changes_something,
    judge_states,
)

_CATCHES_FAILURES = ("States.ALL", "States.TaskFailed")


@rule(
    "SFN014",
    "branches-without-catch",
    severity=Severity.MEDIUM,
    category=Category.RELIABILITY,
    guide=STATE_TYPES,
    applies_to=StateMachine,
    remediation="""
        ProcessOrder:
          Type: Parallel
          Branches: [...]
          Catch:
            - {ErrorEquals: [States.ALL], Next: Refund, ResultPath: $.error}
          Next: OrderSuccess

        Live: aws stepfunctions update-state-machine --state-machine-arn ARN
        --definition file://flow.asl.json
    """,
)
def branches_without_catch(machine: StateMachine, _graph: Graph) -> Iterator[Match]:
    """One failing branch or item ends all others and the execution with them.

    A confirmation mail that cannot be sent stops the update of the stock half-way. It weighs more
    where several branches do work. Branches whose tasks all catch their own errors are exempt,
    and so is a distributed Map that tolerates failures.

    Fine to accept where the work is worth nothing unless all of it succeeds and can be repeated.
    """
    doubts = Doubts()
    exposed: dict[int, tuple[State, list[Task]]] = {}
    with doubts:
        for task in machine.workflow.each(Task):
            around = list(task.enclosing())
            with doubts:
                if around and not _handled(task, *around):
                    exposed.setdefault(id(around[-1]), (around[-1], []))[1].append(task)
    for state, tasks in exposed.values():
        if isinstance(state, Parallel) or not _tolerant(state):
            yield _exposed(machine, state, tasks)
    doubts.settle()


def _exposed(machine: StateMachine, state: State, tasks: list[Task]) -> Match:
    depth = len(state.path) + 2
    branches = {task.path[:depth] for task in tasks}
    kind = "branch" if isinstance(state, Parallel) else "item"
    return Match(
        machine,
        f"one failing {kind} of state {state.name} ends the execution of {machine.label}",
        (*state.path, "Catch"),
        (f"nothing catches the errors of {', '.join(task.name for task in tasks[:5])}",),
        severity=Severity.HIGH if kind == "branch" and len(branches) > 1 else None,
    )


def _handled(*states: State) -> bool:
    return any(
        error in catcher.errors
        for state in states
        for catcher in state.catchers()
        for error in _CATCHES_FAILURES
    )


def _tolerant(state: State) -> bool:
    fields = ("ToleratedFailureCount", "ToleratedFailurePercentage")
    return any(state.has(f"{name}{path}") for name in fields for path in ("", "Path"))


@rule(
    "SFN016",
    "fail-without-error-name",
    severity=Severity.LOW,
    category=Category.OPERATIONS,
    guide=STATE_TYPES,
    applies_to=StateMachine,
    remediation="""
        PaymentFailed:
          Type: Fail
          Error: PaymentFailed
          Cause: Payment processing failed

        Live: aws stepfunctions update-state-machine --state-machine-arn ARN
        --definition file://flow.asl.json
    """,
)
def fail_without_error_name(machine: StateMachine, _graph: Graph) -> Iterator[Match]:
    """A Fail state does not say which error it is.

    The execution fails without an error name: a workflow around it has nothing that Retry and
    Catch could tell it by, and no rule, alarm or query can count one kind of failure apart.

    Fine to accept where there is only one way to fail.
    """

    def judge(fail: Fail) -> Iterator[Match]:
        if not fail.has("Error") and not fail.has("ErrorPath"):
            message = f"state {fail.name} of {machine.label} fails without an error name"
            yield Match(machine, message, (*fail.path, "Error"))

    return judge_states(machine, Fail, judge)


@rule(
    "SFN020",
    "task-errors-not-caught",
    severity=Severity.MEDIUM,
    category=Category.RELIABILITY,
    guide=GUIDE,
    confidence=Confidence.MEDIUM,
    applies_to=StateMachine,
    remediation="""
        ProcessPayment:
          Type: Task
          Catch:
            - {ErrorEquals: [PaymentDeclined], Next: PaymentFailed, ResultPath: $.error}
            - {ErrorEquals: [States.ALL], Next: CancelOrder, ResultPath: $.error}

        Live: aws stepfunctions update-state-machine --state-machine-arn ARN
        --definition file://flow.asl.json
    """,
)
def task_errors_not_caught(machine: StateMachine, _graph: Graph) -> Iterator[Match]:
    """A task fails past its handlers, or after others have done work that stays half done.

    A Catch for one error shows that failure is expected here, but any other (a timeout, a missing
    permission, a bug in the function) ends the execution without it. Where tasks before have
    already changed something, nothing is left to undo or to finish that. Tasks inside of a
    Parallel or Map are SFN014's, unless they catch some errors themselves.

    Fine to accept where executions are repeated from outside, and every task may run twice.
    """
    doubts = Doubts()
    late: list[Task] = []
    following: frozenset[str] = frozenset()
    with doubts:
        following = _after_work(machine.workflow)
    with doubts:
        for task in machine.workflow.each(Task):
            with doubts:
                if _handled(task, *task.enclosing()):
                    continue
                if task.catchers():
                    yield _partly_caught(machine, task)
                elif task.scope.owner is None and task.name in following:
                    late.append(task)
    if late:
        names = ", ".join(task.name for task in late[:5])
        more = f" and {len(late) - 1} more" if len(late) > 1 else ""
        yield Match(
            machine,
            f"nothing catches the failure of {late[0].name}{more} in {machine.label}, "
            "after other tasks have done their work",
            (*late[0].path, "Catch"),
            (f"without Catch: {names}",),
        )
    doubts.settle()


def _partly_caught(machine: StateMachine, task: Task) -> Match:
    errors = [error for catcher in task.catchers() for error in catcher.errors]
    return Match(
        machine,
        f"task {task.name} of {machine.label} catches some errors and lets all others pass",
        (*task.path, "Catch"),
        (f"ErrorEquals {', '.join(errors)}",),
    )


def _after_work(workflow: Workflow) -> frozenset[str]:
    """The names of the outermost states that can follow one which has changed something."""
    root = workflow.root
    if root is None:
        return frozenset()
    working = (
        state
        for state in root.states.values()
        if isinstance(state, Parallel | Map)
        or (isinstance(state, Task) and changes_something(state))
    )
    # A loop may lead back to the first state, whose first failure has nothing before it.
    return root.after(*working, caught=False) - {str(root.peek("StartAt"))}


@rule(
    "SFN019",
    "catch-replaces-input",
    severity=Severity.LOW,
    category=Category.OPERATIONS,
    guide=GUIDE,
    pedantic=True,
    applies_to=StateMachine,
    remediation="""
        Catch:
          - {ErrorEquals: [States.ALL], Next: CancelOrder, ResultPath: $.error}

        Live: aws stepfunctions update-state-machine --state-machine-arn ARN
        --definition file://flow.asl.json
    """,
)
def catch_replaces_input(machine: StateMachine, _graph: Graph) -> Iterator[Match]:
    """A Catch without ResultPath hands on the error alone, and not what the error is about.

    The handler does not know which order failed, so it can neither undo nor report it. In JSONata
    the Output of the Catch says what is handed on, so only JSONPath is judged. Where the handler is
    a Fail state nothing is lost but a better Cause.

    Fine to accept where the handler needs only the error.
    """

    def judge(state: State) -> Iterator[Match]:
        if not state.has("Catch") or state.jsonata:
            return
        for catcher in state.catchers():
            # `null` drops the error and keeps the input.
            if "ResultPath" not in catcher.properties:
                ends = isinstance(state.scope.states.get(catcher.next), Fail)
                message = f"a Catch of state {state.name} of {machine.label} drops the input"
                yield Match(
                    machine, message, (*catcher.path, "ResultPath"),
                    severity=Severity.INFO if ends else None,
                )  # fmt: skip

    return judge_states(machine, State, judge)
