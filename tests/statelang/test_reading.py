"""States, their handlers, integrations and conditions as rules see them."""

from __future__ import annotations

from typing import Any

import pytest

from auditor.statelang import (
    Choice,
    Integration,
    Map,
    Pattern,
    Scope,
    State,
    Task,
    Wait,
    Workflow,
    exhaustive,
    integration,
)
from auditor.values import UndeterminedError, Unknown

STATES = "arn:aws:states:::"


@pytest.mark.parametrize(
    ("resource", "expected"),
    [
        (f"{STATES}lambda:invoke", Integration("lambda", "invoke", Pattern.REQUEST)),
        (
            f"{STATES}lambda:invoke.waitForTaskToken",
            Integration("lambda", "invoke", Pattern.CALLBACK),
        ),
        (f"{STATES}ecs:runTask.sync", Integration("ecs", "runTask", Pattern.SYNC)),
        (
            f"{STATES}states:startExecution.sync:2",
            Integration("states", "startExecution", Pattern.SYNC),
        ),
        (
            f"{STATES}aws-sdk:sqs:receiveMessage",
            Integration("aws-sdk:sqs", "receiveMessage", Pattern.REQUEST),
        ),
        (f"{STATES}http:invoke", Integration("http", "invoke", Pattern.REQUEST)),
        (
            "arn:aws:states:eu-west-1:111122223333:activity:approve",
            Integration("activity", "approve", Pattern.CALLBACK),
        ),
        (
            "arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:${Pay}",
            Integration("lambda", "invoke", Pattern.REQUEST, direct=True),
        ),
        ("arn:aws:s3:::bucket", None),
        (f"{STATES}lambda", None),
        ("${Pay}", None),
    ],
)
def test_integration_is_told_by_the_resource(resource: str, expected: Integration | None) -> None:
    assert integration(resource) == expected


def state(body: dict[str, Any], **machine: object) -> State:
    workflow = Workflow({"StartAt": "S", "States": {"S": body}, **machine})
    return next(iter(workflow.states()))


def task(**body: object) -> Task:
    found = state({"Type": "Task", "Resource": f"{STATES}lambda:invoke", **body})
    assert isinstance(found, Task)
    return found


@pytest.mark.parametrize(
    ("errors", "handled", "left"),
    [
        (["Mine"], {"Mine"}, {"States.Timeout", "Lambda.ServiceException"}),
        (["States.TaskFailed"], {"Mine", "Lambda.ServiceException"}, {"States.Timeout"}),
        (["States.ALL"], {"Mine", "States.Timeout"}, {"States.Runtime"}),
        (["States.ALL", "States.Runtime"], {"Mine", "States.Runtime"}, set()),
    ],
)
def test_handlers_cover_what_the_service_says(
    errors: list[str], handled: set[str], left: set[str]
) -> None:
    (catcher,) = task(Catch=[{"ErrorEquals": errors, "Next": "S"}]).catchers()
    assert {each for each in handled | left if catcher.covers(each)} == handled


def test_retrier_has_the_defaults_of_the_language() -> None:
    (retrier,) = task(Retry=[{"ErrorEquals": ["States.ALL"]}]).retriers()
    assert (retrier.interval_seconds, retrier.max_attempts, retrier.backoff_rate) == (1, 3, 2.0)
    assert (retrier.max_delay_seconds, retrier.jitter) == (None, "NONE")


def test_unread_handler_is_a_doubt() -> None:
    with pytest.raises(UndeterminedError):
        task(Retry=Unknown("hidden")).retriers()
    with pytest.raises(UndeterminedError):
        task(Catch=[Unknown("hidden")]).catches_all()
    with pytest.raises(UndeterminedError):
        task(Catch=[{"ErrorEquals": [Unknown("hidden")], "Next": "S"}]).catches_all()


def test_query_language_is_the_states_own_or_the_machines() -> None:
    assert not task().jsonata
    assert task(QueryLanguage="JSONata").jsonata
    assert state({"Type": "Pass"}, QueryLanguage="JSONata").jsonata
    assert not state({"Type": "Pass", "QueryLanguage": "JSONPath"}, QueryLanguage="JSONata").jsonata


def test_arguments_follow_the_query_language() -> None:
    assert task(Parameters={"QueueUrl": "u"}).arguments.peek("QueueUrl") == "u"
    both = task(Arguments={"QueueUrl": "a"}, QueryLanguage="JSONata").arguments
    assert (both.peek("QueueUrl"), both.path) == ("a", ("States", "S", "Arguments"))
    with pytest.raises(UndeterminedError):
        _ = task(Arguments="{% $x %}", QueryLanguage="JSONata").arguments


@pytest.mark.parametrize(
    ("body", "seconds"),
    [({"Seconds": 300}, 300), ({"SecondsPath": "$.s"}, None), ({"Seconds": "{% $s %}"}, None)],
)
def test_wait_knows_constant_seconds(body: dict[str, Any], seconds: int | None) -> None:
    wait = state({"Type": "Wait", "Next": "S", **body})
    assert isinstance(wait, Wait)
    assert wait.seconds == seconds


@pytest.mark.parametrize(
    ("body", "distributed"),
    [
        ({"Iterator": {}}, False),
        ({"ItemProcessor": {}}, False),
        ({"ItemProcessor": {"ProcessorConfig": {"Mode": "INLINE"}}}, False),
        ({"ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED"}}}, True),
    ],
)
def test_map_knows_its_mode(body: dict[str, Any], distributed: bool) -> None:
    found = state({"Type": "Map", **body})
    assert isinstance(found, Map)
    assert found.distributed is distributed


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ({"BooleanEquals": True}, {"BooleanEquals": False}, True),
        ({"IsPresent": True}, {"IsPresent": False}, True),
        ({"NumericLessThan": 3}, {"NumericGreaterThanEquals": 3}, True),
        ({"NumericLessThanEqualsPath": "$.b"}, {"NumericGreaterThanPath": "$.b"}, True),
        ({"NumericLessThan": 3}, {"NumericGreaterThanEquals": 4}, False),
        ({"NumericLessThan": 3}, {"NumericGreaterThan": 3}, False),
        ({"StringEquals": "a"}, {"StringEquals": "b"}, False),
        ({"BooleanEquals": True}, {"IsNull": False}, False),
        ({"StringEquals": Unknown("hidden")}, {"StringEquals": "b"}, False),
    ],
)
def test_exhaustive_choices_are_recognised(
    one: dict[str, Any], other: dict[str, Any], expected: bool
) -> None:
    choices = [{"Variable": "$.a", "Next": "S", **rule} for rule in (one, other)]
    found = state({"Type": "Choice", "Choices": choices})
    assert isinstance(found, Choice)
    assert exhaustive(found) is expected


@pytest.mark.parametrize(
    "unread",
    [
        Unknown("hidden"),
        {"Variable": "$.a", "IsPresent": Unknown("hidden"), "Next": "S"},
        {"Variable": Unknown("hidden"), "IsPresent": True, "Next": "S"},
    ],
)
def test_unread_choice_may_be_the_one_that_is_lacking(unread: object) -> None:
    known = {"Variable": "$.a", "IsPresent": False, "Next": "S"}
    found = state({"Type": "Choice", "Choices": [known, unread]})
    assert isinstance(found, Choice)
    with pytest.raises(UndeterminedError):
        exhaustive(found)


def nested() -> list[Scope]:
    inner = {"StartAt": "T", "States": {"T": {"Type": "Task", "Resource": "r", "End": True}}}
    branch = {"StartAt": "M", "States": {"M": {"Type": "Map", "ItemProcessor": inner}}}
    outer = {"Type": "Parallel", "Branches": [branch], "Catch": [{"ErrorEquals": ["States.ALL"]}]}
    return Workflow({"StartAt": "P", "States": {"P": outer}}, ("Definition",)).scopes


def test_nested_states_know_their_path_and_what_is_around_them() -> None:
    (found,) = nested()[-1].states.values()
    branch = ("Definition", "States", "P", "Branches", 0)
    assert found.path == (*branch, "States", "M", "ItemProcessor", "States", "T")
    assert [each.name for each in found.enclosing()] == ["M", "P"]
    assert not found.fails_its_scope()


def test_what_follows_success_is_not_what_follows_failure() -> None:
    catch = [{"ErrorEquals": ["States.ALL"], "Next": "Undo"}]
    states = {
        "Pay": {"Type": "Task", "Resource": "r", "Next": "Ship", "Catch": catch},
        "Ship": {"Type": "Pass", "End": True},
        "Undo": {"Type": "Pass", "Next": "Stop"},
        "Stop": {"Type": "Fail"},
    }
    (scope,) = Workflow({"StartAt": "Pay", "States": states}).scopes
    assert scope.after(scope.states["Pay"]) == {"Ship", "Undo", "Stop"}
    assert scope.after(scope.states["Pay"], caught=False) == {"Ship"}
