"""Definitions that Step Functions refuses, one mistake each."""

from __future__ import annotations

import json
from typing import Any

import pytest

from auditor.statelang import Problem, Workflow, problems
from auditor.values import Block, UndeterminedError, Unknown

DONE: dict[str, Any] = {"Type": "Succeed"}
ITERATION: dict[str, Any] = {"StartAt": "I", "States": {"I": {"Type": "Pass", "End": True}}}
TASK: dict[str, Any] = {
    "Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage", "Next": "Done",
}  # fmt: skip


def machine(state: object, **more: object) -> dict[str, Any]:
    return {"StartAt": "First", "States": {"First": state, "Done": DONE}, **more}


def found(definition: object) -> list[Problem]:
    return list(problems(Workflow(definition)))


def choice(*choices: object) -> dict[str, Any]:
    return machine({"Type": "Choice", "Choices": list(choices), "Default": "Done"})


@pytest.mark.parametrize(
    "definition",
    [
        machine(TASK),
        machine({"Type": "Pass", "Next": "Done", "End": False}),
        machine({"Type": "Wait", "Seconds": 3, "Next": "Done"}),
        machine({"Type": "Map", "ItemProcessor": ITERATION, "Next": "Done"}),
        machine({"Type": "Map", "Iterator": ITERATION, "Next": "Done"}),
        machine({"Type": "Parallel", "Branches": [ITERATION], "Next": "Done"}),
        machine({**TASK, "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Done"}]}),
        machine({**TASK, "Arguments": {}}, QueryLanguage="JSONata"),
        machine({**TASK, "Output": {}, "QueryLanguage": "JSONata"}),
        choice({"Variable": "$.a", "IsPresent": True, "Next": "Done"}),
        choice({"Condition": "{% true %}", "Next": "Done"}),
        choice({"Not": {"Variable": "$.a", "IsNull": True}, "Next": "Done"}),
        json.dumps(machine(TASK)),
    ],
)
def test_sound_definition_has_no_problem(definition: object) -> None:
    assert found(definition) == []


@pytest.mark.parametrize(
    ("definition", "message", "path"),
    [
        ([], "not a mapping", ()),
        ("{", "not a mapping", ()),
        ({}, "States is missing", ("States",)),
        ({"StartAt": "A", "States": {}}, "States is missing", ("States",)),
        ({"States": {"Done": DONE}}, "StartAt does not name", ("StartAt",)),
        ({"StartAt": "B", "States": {"Done": DONE}}, "StartAt names B", ("StartAt",)),
        ({"StartAt": "Done", "States": {"Done": DONE, "X": DONE}}, "nothing", ("States", "X")),
        ({"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "A"}}}, "ends", ("States",)),
        (machine("Done"), "not a mapping", ("States", "First")),
        (machine({"Next": "Done"}), "has no type", ("States", "First", "Type")),
        (machine({"Type": "Job", "Next": "Done"}), "type Job", ("States", "First", "Type")),
        (machine({"Type": "Pass"}), "neither", ("States", "First", "Next")),
        (
            machine({"Type": "Pass", "End": True, "Next": "Done"}),
            "both", ("States", "First", "Next"),
        ),
        (machine({"Type": "Pass", "Next": "Gone"}), "Gone", ("States", "First", "Next")),
        (machine({"Type": "Pass", "Next": 3}), "does not name", ("States", "First", "Next")),
        (machine({"Type": "Fail", "Next": "Done"}), "cannot", ("States", "First", "Next")),
        (machine({"Type": "Task", "Next": "Done"}), "Resource", ("States", "First", "Resource")),
        (machine({"Type": "Wait", "Next": "Done"}), "exactly", ("States", "First", "Seconds")),
        (
            machine({"Type": "Parallel", "Next": "Done"}),
            "branches", ("States", "First", "Branches"),
        ),
        (machine({"Type": "Map", "Next": "Done"}), "either", ("States", "First", "ItemProcessor")),
        (choice(), "no choices", ("States", "First", "Choices")),
        (choice(3), "not a mapping", ("States", "First", "Choices", 0)),
        (
            choice({"Variable": "$.a", "IsNull": True}),
            "no Next", ("States", "First", "Choices", 0, "Next"),
        ),
        (
            choice({"Variable": "$.a", "Next": "Done"}),
            "exactly one", ("States", "First", "Choices", 0),
        ),
        (
            choice({"IsNull": True, "Next": "Done"}),
            "no Variable", ("States", "First", "Choices", 0, "Variable"),
        ),
        (
            choice({"And": [{"Variable": "$.a"}], "Next": "Done"}),
            "exactly one", ("States", "First", "Choices", 0, "And", 0),
        ),
        (
            machine({**TASK, "Catch": [{"ErrorEquals": ["A"], "Next": "Gone"}]}),
            "Gone", ("States", "First", "Catch", 0, "Next"),
        ),
        (
            machine({**TASK, "Catch": [{"ErrorEquals": ["A"]}]}),
            "no Next", ("States", "First", "Catch", 0, "Next"),
        ),
        (machine({**TASK, "Retry": [{}]}), "ErrorEquals", ("States", "First", "Retry", 0)),
        (machine({**TASK, "Retry": {}}), "not a list", ("States", "First", "Retry")),
        (
            machine({**TASK, "Retry": [{"ErrorEquals": ["States.ALL", "A"]}]}),
            "alone", ("States", "First", "Retry", 0, "ErrorEquals"),
        ),
        (machine({**TASK, "Arguments": {}}), "JSONPath", ("States", "First", "Arguments")),
        (
            machine({**TASK, "Parameters": {}, "QueryLanguage": "JSONata"}),
            "JSONata", ("States", "First", "Parameters"),
        ),
        (
            machine({"Type": "Map", "ItemProcessor": {"StartAt": "X"}, "Next": "Done"}),
            "States is missing", ("States", "First", "ItemProcessor", "States"),
        ),
    ],
)  # fmt: skip
def test_problem_is_found_at_its_place(
    definition: object, message: str, path: tuple[str | int, ...]
) -> None:
    (problem,) = found(definition)
    assert message in problem.message
    assert problem.path == path


def test_names_are_unique_across_scopes() -> None:
    nested = {"StartAt": "Done", "States": {"Done": DONE}}
    (problem,) = found(machine({"Type": "Parallel", "Branches": [nested], "Next": "Done"}))
    assert problem.path == ("States", "First", "Branches", 0, "States", "Done")


def test_name_has_a_maximum_length() -> None:
    assert found({"StartAt": "x" * 80, "States": {"x" * 80: DONE}}) == []
    (problem,) = found({"StartAt": "x" * 81, "States": {"x" * 81: DONE}})
    assert "80 characters" in problem.message


@pytest.mark.parametrize(
    "definition",
    [
        Unknown("hidden"),
        '{"StartAt": ${First}, "States": {}}',
        {"StartAt": Unknown("hidden"), "States": {"Done": DONE, "Other": DONE}},
        {"StartAt": "Done", "States": Unknown("hidden")},
        {"StartAt": "Done", "States": Block({"Done": DONE}, unread=Unknown("hidden"))},
        machine({"Type": "Pass", "Next": Unknown("hidden")}),
        machine({"Type": "Pass", "Next": "${Target}"}),
        machine({"Type": Unknown("hidden"), "Next": "Done"}),
        machine({"Type": "Parallel", "Branches": Unknown("hidden"), "Next": "Done"}),
        machine({"Type": "Choice", "Choices": Unknown("hidden"), "Default": "Done"}),
    ],
)
def test_unread_part_is_a_doubt(definition: object) -> None:
    with pytest.raises(UndeterminedError):
        found(definition)


def test_problems_come_before_the_doubt() -> None:
    workflow = Workflow(machine({"Type": "Pass", "Next": Unknown("hidden"), "End": True}))
    found_ = problems(workflow)
    assert "both" in next(found_).message
    with pytest.raises(UndeterminedError, match="hidden"):
        next(found_)


def test_deep_nesting_does_not_overflow() -> None:
    text = json.dumps(DONE)
    for level in range(150):
        body = f'{{"StartAt": "S{level}", "States": {{"S{level}": {text}}}}}'
        text = f'{{"Type": "Parallel", "Branches": [{body}], "End": true}}'
    workflow = Workflow(f'{{"StartAt": "S", "States": {{"S": {text}}}}}')
    assert len(workflow.scopes) == 151
    assert list(problems(workflow)) == []
