"""What rules about workflows share."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterator
from typing import TypeVar

from auditor.data.workflows import RECEIVER_ARGUMENTS
from auditor.findings import Match
from auditor.policy import Doubts
from auditor.resources import StateMachine
from auditor.statelang import Integration, Map, Pattern, Scope, State, Task, integration
from auditor.values import UndeterminedError

S = TypeVar("S", bound=State)

GUIDE = "State Machine Definition (lines 584-669)"
STATE_TYPES = "State Types (lines 575-582)"
_READING = re.compile(
    r"(batch)?(?i:get|list|describe|head|query|scan|select|search|detect)(?![a-z])"
)


def judge_states(
    machine: StateMachine, cls: type[S], judge: Callable[[S], Iterator[Match]]
) -> Iterator[Match]:
    """The matches of all states of a kind; one that cannot be judged does not hide the others."""
    doubts = Doubts()
    with doubts:
        for state in machine.workflow.each(cls):
            with doubts:
                yield from judge(state)
    doubts.settle()


def express(machine: StateMachine) -> bool:
    """Whether it is an express workflow; raises `UndeterminedError` when its type is unread."""
    return machine.machine_type == "EXPRESS"


def runs_express(state: State, machine: StateMachine) -> bool:
    """Whether the state runs in an express execution: the machine's, or that of an iteration."""
    for around in state.enclosing():
        if isinstance(around, Map) and around.distributed:
            return around.config.execution_type == "EXPRESS"
    return express(machine)


def call_of(task: Task) -> Integration | None:
    """What a task calls; raises `UndeterminedError` when its `Resource` is unread."""
    resource = task.resource
    if resource.startswith("${"):
        raise UndeterminedError(f"{resource} could not be resolved", (*task.path, "Resource"))
    return integration(resource)


def standard_only(state: State) -> tuple[str, str] | None:
    """What express workflows lack and a state needs, and the property that says so."""
    if isinstance(state, Map):
        return ("a distributed Map", "ItemProcessor") if state.distributed else None
    if isinstance(state, Task) and (call := call_of(state)):
        if call.service == "activity":
            return "an activity", "Resource"
        if call.pattern is not Pattern.REQUEST:
            return f"to wait {call.pattern}", "Resource"
    return None


def changes_something(task: Task) -> bool:
    """Whether the call may leave a trace; one that only reads by its name does not.

    Raises `UndeterminedError` when it cannot be told what the task calls.
    """
    call = call_of(task)
    return call is None or not _READING.match(call.action)


def receiver_argument(call: Integration) -> str:
    """The argument that names whom a call sends to, empty for calls that send nothing."""
    return RECEIVER_ARGUMENTS.get((call.service.removeprefix("aws-sdk:"), call.action), "")


def fewest_states(scope: Scope) -> int | None:
    """How many states an execution without errors enters at least; `None` if that is not known.

    States inside of Parallel and Map are not counted.
    """
    if scope.surely_reached() is None:
        return None
    todo, seen = deque([(scope.peek("StartAt"), 1)]), set[str]()
    while todo:
        name, count = todo.popleft()
        state = scope.states.get(name) if isinstance(name, str) else None
        if state is None or state.name in seen:
            continue
        if state.ends:
            return count
        seen.add(state.name)
        todo.extend((way.target, count + 1) for way in state.transitions() if not way.caught)
    return None
