"""Reading policy documents: what can be read comes first, a doubt comes after it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from auditor.findings import Match
from auditor.policy import Kept, Statement, judge_each, principals_of, statements_of
from auditor.resources import RawResource, typed
from auditor.resources.base import Resource
from auditor.values import UndeterminedError, Unknown

ALLOW = {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*"}
UNREAD = Unknown("parameter P has no value")


def resource(type_: str, properties: dict[str, Any]) -> Resource:
    made = typed(RawResource(type_, "R", properties))
    assert made is not None
    return made


@pytest.mark.parametrize(
    ("type_", "properties", "path"),
    [
        ("AWS::SQS::QueuePolicy", {"PolicyDocument": {"Statement": ALLOW}},
         ("PolicyDocument", "Statement")),
        ("AWS::IAM::Policy", {"PolicyDocument": {"Statement": [ALLOW]}},
         ("PolicyDocument", "Statement", 0)),
        ("AWS::IAM::Role", {"Policies": [{"PolicyDocument": {"Statement": [ALLOW]}}]},
         ("Policies", 0, "PolicyDocument", "Statement", 0)),
        ("AWS::KMS::Key", {"KeyPolicy": {"Statement": ALLOW}}, ("KeyPolicy", "Statement")),
        ("AWS::Events::EventBusPolicy", {"Statement": ALLOW}, ("Statement",)),
    ],
)  # fmt: skip
def test_statements_know_where_they_stand(
    type_: str, properties: dict[str, Any], path: tuple[str | int, ...]
) -> None:
    (statement,) = statements_of(resource(type_, properties))
    assert statement.path == path
    assert statement.texts("Action") == ("sqs:SendMessage",)


@pytest.mark.parametrize("type_", ["AWS::IAM::Role", "AWS::SQS::QueuePolicy", "AWS::KMS::Key"])
def test_resources_without_a_policy(type_: str) -> None:
    assert list(statements_of(resource(type_, {}))) == []


def test_older_spelling_of_a_bus_policy() -> None:
    condition = {"Type": "StringEquals", "Key": "aws:PrincipalOrgID", "Value": "o-abc1234567"}
    body = {"Action": "events:PutEvents", "Principal": "*", "Condition": condition}
    (statement,) = statements_of(resource("AWS::Events::EventBusPolicy", body))
    assert statement.allows
    assert statement.conditions == {"StringEquals": {"aws:PrincipalOrgID": "o-abc1234567"}}


def test_single_elements_and_lists_have_their_own_paths() -> None:
    statement = Statement({"Action": ["sqs:A", "sqs:B"], "Resource": "*"}, ("S",))
    assert [entry.path for entry in statement.entries("Action")] == [
        ("S", "Action", 0),
        ("S", "Action", 1),
    ]
    assert [entry.path for entry in statement.entries("Resource")] == [("S", "Resource")]


def test_what_can_be_read_comes_before_the_doubt() -> None:
    statement = Statement({"Action": [UNREAD, "sqs:SendMessage"]})
    found = statement.entries("Action")
    assert next(found).text == "sqs:SendMessage"
    with pytest.raises(UndeterminedError, match="parameter P") as caught:
        next(found)
    assert caught.value.path == ("Action", 0)


def test_a_symbol_in_a_resource_is_a_name_but_in_an_action_it_may_be_anything() -> None:
    queue = Unknown("parameter P has no value", "arn:aws:sqs:us-east-1:111111111111:${P}")
    action = Unknown("parameter P has no value", "sqs:${P}")
    outside = Unknown("parameter P has no value", "${P}", external=True)
    statement = Statement({"Resource": [queue, outside], "Action": [action]})
    assert statement.texts("Resource") == (queue.text, "${outside}")
    with pytest.raises(UndeterminedError, match="parameter P has no value"):
        statement.texts("Action")


@pytest.mark.parametrize(
    "properties",
    [
        {"Policies": UNREAD},
        {"Policies": [UNREAD]},
        {"Policies": [{"PolicyDocument": UNREAD}]},
        {"Policies": [{"PolicyDocument": {"Statement": UNREAD}}]},
        {"Policies": [{"PolicyDocument": {"Statement": [UNREAD]}}]},
    ],
)
def test_unread_policies_do_not_hide_the_others(properties: dict[str, Any]) -> None:
    readable = {"PolicyDocument": {"Statement": ALLOW}}
    policies = properties["Policies"]
    if isinstance(policies, list):
        found = statements_of(resource("AWS::IAM::Role", {"Policies": [*policies, readable]}))
        assert next(found).allows
    else:
        found = statements_of(resource("AWS::IAM::Role", properties))
    with pytest.raises(UndeterminedError, match="parameter P has no value"):
        list(found)


def test_a_statement_in_doubt_does_not_hide_the_next() -> None:
    owner = resource("AWS::IAM::Policy", {"PolicyDocument": {"Statement": [
        {**ALLOW, "Effect": UNREAD}, ALLOW,
    ]}})  # fmt: skip

    def judge(statement: Statement) -> Any:
        if statement.allows:
            yield Match(owner, "allowed", statement.path)

    found = judge_each(statements_of(owner), judge)
    assert next(found).path == ("PolicyDocument", "Statement", 1)
    with pytest.raises(UndeterminedError, match="parameter P has no value"):
        next(found)


def test_principals_of_every_kind() -> None:
    principal = {"Service": ["sns.amazonaws.com", "s3.amazonaws.com"], "AWS": "111111111111"}
    found = [(each.kind, each.text) for each in principals_of(Statement({"Principal": principal}))]
    assert found == [
        ("Service", "sns.amazonaws.com"),
        ("Service", "s3.amazonaws.com"),
        ("AWS", "111111111111"),
    ]


def test_what_was_kept_gives_items_and_doubt_each_time() -> None:
    def found() -> Iterator[int]:
        yield 1
        raise UndeterminedError("not read")

    kept = Kept(found())
    for _ in range(2):
        seen: list[int] = []
        with pytest.raises(UndeterminedError, match="not read"):
            seen.extend(kept)
        assert seen == [1]
    assert list(Kept(iter("ab"))) == ["a", "b"]
