"""Compares with policyuniverse: does a statement for everyone let in the public?

Every disagreement has to be one of those that are explained here, and each of them has to occur.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from itertools import product

from auditor.policy import Audience, Statement, policy_audience
from tests.policy.test_audience_properties import ACCOUNTS, KEYS, OPERATORS, VALUES

with warnings.catch_warnings():
    # It reads a file of its own and leaves it open.
    warnings.simplefilter("ignore", ResourceWarning)
    from policyuniverse.policy import Policy

_ADDRESSES = "aws:SourceIp"
_ORGANIZATIONS = ("aws:PrincipalOrgID", "aws:PrincipalOrgPaths")
_ANY_ORGANIZATION = ("*", "o-*", "arn:aws:s3:::*")


def _literal(operator: str, _key: str, value: str) -> bool:
    return operator.startswith("StringEquals") and "*" in value


# What msgaudit says, why policyuniverse is wrong about it, and when.
EXPLAINED: dict[tuple[bool, str], Callable[[str, str, str], bool]] = {
    (True, "IfExists and ForAllValues let in requests without the key"): (
        lambda operator, _key, _value: "IfExists" in operator or "ForAllValues" in operator
    ),
    (True, "an operator for other types than the key's proves nothing"): (
        lambda operator, key, _value: (operator == "IpAddress") != (key == _ADDRESSES)
    ),
    (True, "every bucket of everybody"): (lambda _operator, _key, value: value == "arn:aws:s3:::*"),
    (True, "any organization, or none that exists"): (
        lambda _operator, key, value: key in _ORGANIZATIONS and value in _ANY_ORGANIZATION
    ),
    (False, "StringEquals takes a star literally"): _literal,
    (False, "the key is not known there"): (
        lambda _operator, key, _value: key in ("aws:SourceOrgID", "sns:Endpoint")
    ),
    (False, "services are not the public"): (
        lambda _operator, key, _value: key == "aws:PrincipalIsAWSService"
    ),
    (False, "the caller's account is the owner's"): (
        lambda _operator, key, value: (
            key == "aws:ResourceAccount" and value == "${aws:PrincipalAccount}"
        )
    ),
    (False, "a value with a star in it may still fit nothing of the kind"): (
        lambda operator, _key, value: (
            not operator.startswith("StringEquals") and value == "*@example.com"
        )
    ),
}


def ours(statement: dict[str, object]) -> bool:
    return policy_audience([Statement(statement)], ACCOUNTS[0]) is Audience.PUBLIC


def theirs(statement: dict[str, object]) -> bool:
    return bool(
        Policy({"Version": "2012-10-17", "Statement": [statement]}).is_internet_accessible()
    )


def test_each_disagreement_is_explained() -> None:
    occurred: set[tuple[bool, str]] = set()
    unexplained = []
    for operator, key, value in product(OPERATORS, KEYS, VALUES):
        statement: dict[str, object] = {
            "Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": "*",
            "Condition": {operator: {key: value}},
        }  # fmt: skip
        public = ours(statement)
        if public == theirs(statement):
            continue
        reasons = {
            it for it, fits in EXPLAINED.items() if it[0] is public and fits(operator, key, value)
        }
        occurred |= reasons
        if not reasons:
            unexplained.append((operator, key, value, public))
    assert unexplained == []
    assert occurred == set(EXPLAINED)


def test_deny_is_not_known_there() -> None:
    allow: dict[str, object] = {
        "Effect": "Allow", "Principal": "*", "Action": "sqs:*", "Resource": "*",
    }  # fmt: skip
    both = [allow, {**allow, "Effect": "Deny"}]
    assert policy_audience([Statement(each) for each in both], ACCOUNTS[0]) < Audience.PUBLIC
    assert Policy({"Version": "2012-10-17", "Statement": both}).is_internet_accessible()
