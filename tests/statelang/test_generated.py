"""What holds for every definition, whatever it says."""

from __future__ import annotations

import json
from collections import Counter
from contextlib import suppress
from typing import Any

from hypothesis import given

from auditor.statelang import (
    Choice,
    Workflow,
    comparisons,
    exhaustive,
    integration,
    loops,
    problems,
)
from auditor.values import PropertyPath, UndeterminedError
from tests.statelang.machines import NAMES, anything, machines, targets_of


def reached(machine: dict[str, Any]) -> set[str]:
    """By brute force: add successors until nothing changes."""
    states: dict[str, Any] = machine["States"]
    found = {str(machine["StartAt"])} & states.keys()
    for _ in states:
        found |= {to for name in found for to in targets_of(states[name])} & states.keys()
    return found


def value_at(value: Any, path: PropertyPath) -> Any:
    for part in path:
        value = value[part]
    return value


@given(machines())
def test_reachability_is_that_of_brute_force(machine: dict[str, Any]) -> None:
    (scope,) = Workflow(machine).scopes
    assert scope.reachable() == reached(machine)


@given(machines())
def test_looping_states_are_those_that_follow_themselves(machine: dict[str, Any]) -> None:
    (scope,) = Workflow(machine).scopes
    states = scope.states
    found = loops(scope)
    assert {name for loop in found for name in loop} == {
        name for name in states if name in scope.after(states[name])
    }
    for loop in found:
        for name in loop:
            assert loop == scope.after(states[name]) & scope.before({name})


@given(machines())
def test_each_unreachable_state_is_reported_once_unless_more_is_wrong(
    machine: dict[str, Any],
) -> None:
    found = list(problems(Workflow(machine)))
    lonely = Counter(each.path for each in found if "nothing leads" in each.message)
    unreached = {("States", name) for name in machine["States"].keys() - reached(machine)}
    assert lonely == (Counter(unreached) if lonely.total() == len(found) else Counter())


@given(machines())
def test_sound_machine_has_no_other_problem_than_unreachable_states(
    machine: dict[str, Any],
) -> None:
    states = machine["States"]
    targets = {machine["StartAt"]}.union(*map(targets_of, states.values()))
    ends = any("End" in state or state["Type"] == "Succeed" for state in states.values())
    others = [each for each in problems(Workflow(machine)) if "nothing leads" not in each.message]
    assert (others == []) is (ends and targets <= states.keys())


@given(machines(targets=(*NAMES, "Nowhere")))
def test_each_dangling_transition_is_reported_once(machine: dict[str, Any]) -> None:
    states = machine["States"]
    dangling = Counter(
        to for state in states.values() for to in targets_of(state) if to not in states
    )
    found = [each for each in problems(Workflow(machine)) if each.path != ("StartAt",)]
    reported = [each.path for each in found if "no state here" in each.message]
    assert len(set(reported)) == len(reported)
    assert Counter(value_at(machine, path) for path in reported) == dangling


@given(machines())
def test_definition_as_text_is_the_same(machine: dict[str, Any]) -> None:
    as_text = problems(Workflow(json.dumps(machine)))
    assert list(as_text) == list(problems(Workflow(machine)))


@given(anything)
def test_parser_never_crashes(value: object) -> None:
    workflow = Workflow(value)
    with suppress(UndeterminedError):
        assert all(each.message for each in problems(workflow))
    for state in workflow.states():
        assert all(way.path[: len(state.path)] == state.path for way in state.transitions())
        assert list(state.enclosing())[-1:] == ([] if state.scope.owner is None else [outer(state)])
        if isinstance(state, Choice):
            assert exhaustive(state) <= (len(list(comparisons(state))) >= 2)


def outer(state: Any) -> Any:
    while state.scope.owner is not None:
        state = state.scope.owner
    return state


@given(anything)
def test_any_resource_is_an_integration_or_none(value: object) -> None:
    call = integration(f"arn:aws:states:::{value}")
    assert call is None or call.action or call.service == "activity"
