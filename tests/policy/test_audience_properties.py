"""What holds for every policy, whatever it says."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from auditor.policy import Audience, Statement, audience, policy_audience

ACCOUNTS = ("111111111111", "222222222222")
OPERATORS = (
    "StringEquals", "StringLike", "StringNotEquals", "StringNotLike", "ArnEquals", "ArnLike",
    "ArnNotLike", "IpAddress", "NotIpAddress", "Bool", "Null", "NumericLessThan", "DateGreaterThan",
    "StringEqualsIfExists", "ArnLikeIfExists", "ForAllValues:StringEquals",
    "ForAnyValue:StringLike", "ForAllValues:StringLikeIfExists",
)  # fmt: skip
KEYS = (
    "aws:SourceArn", "aws:SourceAccount", "aws:SourceOwner", "aws:SourceOrgID",
    "aws:PrincipalOrgID", "aws:PrincipalOrgPaths", "aws:PrincipalArn", "aws:PrincipalAccount",
    "aws:SourceVpce", "aws:SourceIp", "aws:PrincipalIsAWSService", "aws:SecureTransport",
    "kms:CallerAccount", "kms:ViaService", "sns:Endpoint", "aws:ResourceAccount",
)  # fmt: skip
VALUES = (
    *ACCOUNTS, "*", "true", "false", "0.0.0.0/0", "203.0.113.0/24", "o-abc1234567", "o-*",
    "arn:aws:sns:eu-west-1:111111111111:orders", "arn:aws:s3:::incoming", "arn:aws:s3:::*",
    "vpce-1a2b3c4d", "${aws:PrincipalAccount}", "*@example.com",
)  # fmt: skip

values = st.lists(st.sampled_from(VALUES), min_size=1, max_size=3)
conditions = st.dictionaries(
    st.sampled_from(OPERATORS),
    st.dictionaries(st.sampled_from(KEYS), values, min_size=1, max_size=2),
    max_size=3,
)
principals = st.one_of(
    st.just("*"),
    st.builds(lambda one: {"AWS": one}, st.lists(st.sampled_from([*ACCOUNTS, "*"]), min_size=1)),
    st.sampled_from([{"Service": "sns.amazonaws.com"}, {"Service": "a.amazonaws.com", "AWS": "*"}]),
)
allows = st.builds(
    lambda principal, condition: {
        "Effect": "Allow", "Principal": principal, "Action": "sqs:SendMessage",
        "Resource": "*", "Condition": condition,
    },
    principals, conditions,
)  # fmt: skip
denies = st.builds(lambda allow: {**allow, "Effect": "Deny", "Principal": "*"}, allows)
policies = st.lists(st.one_of(allows, denies), max_size=4)


def whole(bodies: list[dict[str, Any]]) -> Audience:
    return policy_audience([Statement(body) for body in bodies], ACCOUNTS[0])


def one(body: dict[str, Any]) -> Audience:
    return audience(Statement(body), ACCOUNTS[0])


@given(allows, st.sampled_from(KEYS), values)
def test_adding_a_condition_never_widens(
    allow: dict[str, Any], key: str, wanted: list[str]
) -> None:
    for operator in set(OPERATORS) - set(allow["Condition"]):
        more = {**allow, "Condition": {**allow["Condition"], operator: {key: wanted}}}
        assert one(more) <= one(allow)


@given(policies, st.randoms(use_true_random=False))
def test_order_of_statements_does_not_matter(policy: list[dict[str, Any]], random: Any) -> None:
    shuffled = random.sample(policy, len(policy))
    assert whole(shuffled) is whole(policy)


@given(allows, st.sampled_from([str.lower, str.upper, str.swapcase]))
def test_case_of_operators_and_keys_does_not_matter(allow: dict[str, Any], change: Any) -> None:
    changed = {
        change(operator): {change(key): value for key, value in tested.items()}
        for operator, tested in allow["Condition"].items()
    }
    assert one({**allow, "Condition": changed}) is one(allow)


@given(policies, allows)
def test_adding_an_allow_never_narrows(policy: list[dict[str, Any]], allow: dict[str, Any]) -> None:
    assert whole([*policy, allow]) >= whole(policy)


@given(policies, denies)
def test_adding_a_deny_never_widens(policy: list[dict[str, Any]], deny: dict[str, Any]) -> None:
    assert whole([*policy, deny]) <= whole(policy)


@given(allows, st.sampled_from(VALUES))
def test_accepting_one_more_value_never_narrows(allow: dict[str, Any], value: str) -> None:
    wider = {
        operator: {key: [*wanted, value] for key, wanted in tested.items()}
        for operator, tested in allow["Condition"].items()
        if operator != "Null"
    }
    plain = {
        operator: tested for operator, tested in allow["Condition"].items() if operator != "Null"
    }
    assert one({**allow, "Condition": wider}) >= one({**allow, "Condition": plain})
