"""What holds for the decisions of every policy."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from auditor.policy import Answer, Request, Statement, compare, may
from auditor.values import Unknown

QUEUE = "arn:aws:sqs:${AWS::Region}:${AWS::AccountId}:${Queue}"
TOPIC = "arn:aws:sns:${AWS::Region}:${AWS::AccountId}:${Topic}"
UNREAD = Unknown("no value")
REQUEST = Request(
    "sns.amazonaws.com",
    "sqs:SendMessage",
    QUEUE,
    {
        "aws:sourcearn": TOPIC,
        "aws:sourceaccount": "${AWS::AccountId}",
        "aws:securetransport": "true",
        "aws:sourcevpce": None,
    },
)
OPERATORS = (
    "StringEquals", "StringNotEquals", "StringLike", "ArnLike", "ArnNotLike", "Bool", "Null",
    "StringEqualsIfExists", "ForAllValues:StringEquals", "ForAnyValue:StringNotLike", "IpAddress",
)  # fmt: skip
KEYS = ("aws:SourceArn", "AWS:SourceAccount", "aws:SecureTransport", "aws:SourceVpce", "aws:Other")
VALUES = (TOPIC, "*", "true", "false", "${AWS::AccountId}", "111111111111", "vpce-1", UNREAD)

conditions = st.dictionaries(
    st.sampled_from(OPERATORS),
    st.dictionaries(st.sampled_from(KEYS), st.lists(st.sampled_from(VALUES), max_size=2)),
    max_size=2,
)
bodies = st.fixed_dictionaries(
    {
        "Effect": st.sampled_from(["Allow", "Allow", "Deny", UNREAD]),
        "Principal": st.sampled_from(
            ["*", {"Service": "sns.amazonaws.com"}, {"AWS": "111111111111"}, UNREAD]
        ),
        "Action": st.sampled_from(["sqs:SendMessage", "*", "sqs:ReceiveMessage", UNREAD]),
        "Resource": st.sampled_from([QUEUE, "*", f"{QUEUE}x", UNREAD]),
        "Condition": conditions,
    }
)
policies = st.lists(bodies, max_size=4)


def answer(policy: list[dict[str, Any]]) -> Answer:
    return may([Statement(body) for body in policy], REQUEST).answer


@given(policies, bodies)
def test_one_more_deny_never_lets_in_more(
    policy: list[dict[str, Any]], body: dict[str, Any]
) -> None:
    assert answer([*policy, {**body, "Effect": "Deny"}]) <= answer(policy)


@given(policies, bodies)
def test_one_more_allow_never_lets_in_less(
    policy: list[dict[str, Any]], body: dict[str, Any]
) -> None:
    assert answer([*policy, {**body, "Effect": "Allow"}]) >= answer(policy)


@given(policies, bodies, st.sampled_from(OPERATORS), st.sampled_from(KEYS), st.sampled_from(VALUES))
def test_one_more_condition_on_an_allow_never_lets_in_more(
    policy: list[dict[str, Any]], body: dict[str, Any], operator: str, key: str, value: object
) -> None:
    whole = {**body, "Effect": "Allow"}
    tested = body["Condition"].get(operator, {})
    narrowed = {**body["Condition"], operator: {key: value, **tested}}
    assert answer([*policy, {**whole, "Condition": narrowed}]) <= answer([*policy, whole])


@given(policies.flatmap(lambda policy: st.tuples(st.just(policy), st.permutations(policy))))
def test_order_does_not_count(pair: tuple[list[dict[str, Any]], list[dict[str, Any]]]) -> None:
    assert answer(pair[0]) is answer(pair[1])


@given(policies)
def test_allowed_only_by_a_statement_that_allows(policy: list[dict[str, Any]]) -> None:
    decision = may([Statement(body) for body in policy], REQUEST)
    if decision.answer is Answer.YES:
        assert decision.statement is not None
        assert decision.statement.allows


PIECES = st.lists(
    st.sampled_from(["a", "b", ":", "*", "?", "${AWS::Region}", "${Queue}", "${Other}"]), max_size=6
).map("".join)


@given(PIECES, st.lists(st.sampled_from(["a", "b", ":"]), max_size=6).map("".join), PIECES)
def test_what_a_symbol_may_stand_for_is_never_ruled_out(
    pattern: str, region: str, value: str
) -> None:
    """Filling in a region on both sides gives no answer that contradicts the first one."""
    before = compare(pattern, value.replace("*", "").replace("?", ""))
    filled = [
        text.replace("${AWS::Region}", region)
        for text in (pattern, value.replace("*", "").replace("?", ""))
    ]
    after = compare(filled[0], filled[1])
    if before is not Answer.UNDETERMINED:
        assert after is before
