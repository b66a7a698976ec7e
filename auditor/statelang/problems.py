"""Why Step Functions would refuse a definition."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from msgspec import Struct

from auditor.statelang.choices import COMBINING, COMPARISONS, inner
from auditor.statelang.scope import Scope
from auditor.statelang.states import ALL_ERRORS, KINDS, State, elements
from auditor.statelang.workflow import Workflow
from auditor.values import PropertyPath, Unknown

NAME_LENGTH_MAX = 80
_WAITS = ("Seconds", "SecondsPath", "Timestamp", "TimestampPath")
# Fields that only one of the two query languages has.
_JSONPATH_ONLY = (
    "InputPath", "OutputPath", "Parameters", "ResultPath", "ResultSelector", "ItemsPath",
    "SecondsPath", "TimestampPath", "TimeoutSecondsPath", "HeartbeatSecondsPath",
    "MaxConcurrencyPath", "ToleratedFailureCountPath", "ToleratedFailurePercentagePath",
    "ErrorPath", "CausePath",
)  # fmt: skip
_JSONATA_ONLY = ("Arguments", "Output", "Items")


class Problem(Struct, frozen=True):
    """One thing that is wrong; `path` need not exist."""

    message: str
    path: PropertyPath


def problems(workflow: Workflow) -> Iterator[Problem]:
    """Everything that is wrong with a definition, as far as it can be read.

    Raises `UndeterminedError` after the last problem when there may be more in unread parts.
    """
    for path in workflow.misshapen:
        yield Problem("this is not a mapping with StartAt and States", path)
    seen = set[str]()
    for scope in workflow.scopes:
        found = list(_of_scope(scope))
        for state in scope.states.values():
            if state.name in seen:
                found.append(Problem(f"another state has the name {state.name} too", state.path))
            seen.add(state.name)
            found += _of_state(state)
        yield from found
        if not found:
            # What another mistake cuts off is no mistake of its own.
            yield from _unreachable(scope)
    workflow.settle()
    for scope in workflow.scopes:
        scope.reachable()


def _of_scope(scope: Scope) -> Iterator[Problem]:
    states = scope.peek("States")
    if isinstance(states, Unknown):
        return
    if not isinstance(states, dict) or not states:
        yield Problem("States is missing or empty", (*scope.path, "States"))
        return
    for name, value in states.items():
        if not isinstance(value, dict | Unknown):
            yield Problem(f"state {name} is not a mapping", (*scope.path, "States", name))
    yield from _of_start(scope)
    ends = any(state.ends for state in scope.states.values())
    if not ends and len(scope.states) == len(states) and not any(scope.unread()):
        yield Problem("no state ends the workflow", (*scope.path, "States"))


def _of_start(scope: Scope) -> Iterator[Problem]:
    start, path = scope.peek("StartAt"), (*scope.path, "StartAt")
    if start is None or not isinstance(start, str | Unknown):
        yield Problem("StartAt does not name a state", path)
    elif scope.is_missing(start):
        yield Problem(f"StartAt names {start}, which is no state here", path)


def _unreachable(scope: Scope) -> Iterator[Problem]:
    reached = scope.surely_reached()
    if reached is None:
        return
    for name, state in scope.states.items():
        if name not in reached:
            yield Problem(f"nothing leads to state {name}", state.path)


def _of_state(state: State) -> Iterator[Problem]:
    if len(state.name) > NAME_LENGTH_MAX:
        yield Problem(f"the name has more than {NAME_LENGTH_MAX} characters", state.path)
    kind = state.peek("Type")
    if isinstance(kind, Unknown):
        return
    if not isinstance(kind, str) or kind not in KINDS:
        shown = f"has the unknown type {kind}" if isinstance(kind, str) else "has no type"
        yield Problem(f"state {state.name} {shown}", (*state.path, "Type"))
        return
    yield from _of_transitions(state, kind)
    yield from _of_fields(state, kind)
    yield from _of_language(state)
    for name in ("Retry", "Catch"):
        yield from _of_handlers(state, name)


def _of_transitions(state: State, kind: str) -> Iterator[Problem]:
    if kind in ("Choice", "Succeed", "Fail"):
        for name in ("Next", "End"):
            if name in state.properties:
                yield Problem(f"a {kind} state cannot have {name}", (*state.path, name))
    elif not _partly(state.properties):
        given = [name for name in ("Next", "End") if state.peek(name) not in (None, False)]
        if len(given) != 1:
            wrong = "both Next and End" if given else "neither Next nor End"
            yield Problem(f"state {state.name} has {wrong}", (*state.path, "Next"))
    for way in state.transitions():
        if not isinstance(way.target, str | Unknown):
            yield Problem("this does not name a state", way.path)
        elif state.scope.is_missing(way.target):
            message = f"state {state.name} leads to {way.target}, which is no state here"
            yield Problem(message, way.path)


def _of_fields(state: State, kind: str) -> Iterator[Problem]:
    check = _CHECKS.get(kind)
    if check is not None and not _partly(state.properties):
        yield from check(state)


def _of_task(state: State) -> Iterator[Problem]:
    if not isinstance(state.peek("Resource"), str | Unknown):
        yield Problem(f"task {state.name} has no Resource", (*state.path, "Resource"))


def _of_wait(state: State) -> Iterator[Problem]:
    given = [name for name in _WAITS if state.peek(name) is not None]
    if len(given) != 1:
        message = f"state {state.name} needs exactly one of {', '.join(_WAITS)}"
        yield Problem(message, (*state.path, given[-1] if given else "Seconds"))


def _of_parallel(state: State) -> Iterator[Problem]:
    branches = state.peek("Branches")
    if not isinstance(branches, list | Unknown) or branches == []:
        yield Problem(f"state {state.name} has no branches", (*state.path, "Branches"))


def _of_map(state: State) -> Iterator[Problem]:
    given = [name for name in ("ItemProcessor", "Iterator") if state.peek(name) is not None]
    if len(given) != 1:
        message = f"state {state.name} needs either ItemProcessor or Iterator"
        yield Problem(message, (*state.path, "ItemProcessor"))


def _of_choice(state: State) -> Iterator[Problem]:
    choices, path = state.peek("Choices"), (*state.path, "Choices")
    if not isinstance(choices, list | Unknown) or choices == []:
        yield Problem(f"state {state.name} has no choices", path)
    for item, where in elements(choices, path):
        if isinstance(item, Unknown):
            continue
        if not isinstance(item, dict):
            yield Problem("a choice is not a mapping", where)
        elif not _partly(item):
            if item.get("Next") is None:
                yield Problem(f"a choice of state {state.name} has no Next", (*where, "Next"))
            yield from _of_condition(item, where)


def _of_condition(item: dict[str, Any], path: PropertyPath) -> Iterator[Problem]:
    if "Condition" in item:
        return
    todo: deque[tuple[object, PropertyPath]] = deque([(item, path)])
    while todo:
        body, where = todo.popleft()
        if isinstance(body, Unknown):
            continue
        if not isinstance(body, dict):
            yield Problem("a condition is not a mapping", where)
            continue
        given = [name for name in (*COMBINING, *COMPARISONS) if name in body]
        if len(given) != 1 and not _partly(body):
            yield Problem("a condition needs exactly one comparison", where)
        elif given and given[0] in COMPARISONS and body.get("Variable") is None:
            yield Problem("a comparison has no Variable", (*where, "Variable"))
        todo.extend(inner(body, where))


def _of_language(state: State) -> Iterator[Problem]:
    if isinstance(state.peek("QueryLanguage"), Unknown) or state.scope.language_unread:
        return
    used = "JSONata" if state.jsonata else "JSONPath"
    for name in _JSONPATH_ONLY if state.jsonata else _JSONATA_ONLY:
        if name in state.properties:
            yield Problem(f"a state in {used} cannot have {name}", (*state.path, name))


def _of_handlers(state: State, name: str) -> Iterator[Problem]:
    given, path = state.peek(name), (*state.path, name)
    if given is not None and not isinstance(given, list | Unknown):
        yield Problem(f"{name} is not a list", path)
    found = list(elements(given, path))
    for item, where in found:
        if isinstance(item, Unknown) or (isinstance(item, dict) and _partly(item)):
            continue
        errors = item.get("ErrorEquals") if isinstance(item, dict) else None
        if isinstance(errors, Unknown):
            continue
        if not isinstance(errors, list) or not errors:
            yield Problem(f"an element of {name} has no ErrorEquals", where)
        elif ALL_ERRORS in errors and (len(errors) > 1 or item is not found[-1][0]):
            message = f"{ALL_ERRORS} must stand alone in the last element of {name}"
            yield Problem(message, (*where, "ErrorEquals"))
        if name == "Catch" and isinstance(item, dict) and item.get("Next") is None:
            yield Problem("an element of Catch has no Next", (*where, "Next"))


def _partly(body: Mapping[str, Any]) -> bool:
    """Whether keys may exist unread."""
    return getattr(body, "unread", None) is not None


_CHECKS: Mapping[str, Callable[[State], Iterator[Problem]]] = {
    "Choice": _of_choice, "Map": _of_map, "Parallel": _of_parallel, "Task": _of_task,
    "Wait": _of_wait,
}  # fmt: skip
