"""Whom a statement lets in: the conditions are evaluated, not merely detected."""

from __future__ import annotations

import json
from typing import Any

import pytest

from auditor.policy import Audience, Statement, audience, policy_audience, statements
from auditor.values import UndeterminedError, Unknown

OWN, OTHER = "111111111111", "222222222222"
TOPIC = f"arn:aws:sns:eu-west-1:{OWN}:orders"
EVERYONE: dict[str, Any] = {"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage"}


def reach(principal: object = "*", **condition: object) -> Audience:
    body: dict[str, Any] = {**EVERYONE, "Principal": principal}
    if condition:
        body["Condition"] = condition
    return audience(Statement(body), OWN)


def service(name: str, **condition: object) -> Audience:
    return reach({"Service": name}, **condition)


@pytest.mark.parametrize(
    ("principal", "expected"),
    [
        ("*", Audience.PUBLIC),
        ({"AWS": "*"}, Audience.PUBLIC),
        ({"AWS": [OWN, "*"]}, Audience.PUBLIC),
        ({"AWS": "arn:aws:iam::*:root"}, Audience.PUBLIC),
        ({"AWS": OWN}, Audience.SAME_ACCOUNT),
        ({"AWS": f"arn:aws:iam::{OWN}:role/worker"}, Audience.SAME_ACCOUNT),
        ({"AWS": "arn:aws:iam::${AWS::AccountId}:root"}, Audience.SAME_ACCOUNT),
        ({"AWS": f"arn:aws:iam::{OTHER}:root"}, Audience.CROSS_ACCOUNT),
        ({"AWS": [OWN, OTHER]}, Audience.CROSS_ACCOUNT),
        ({"CanonicalUser": "abc"}, Audience.CROSS_ACCOUNT),
        ({"Service": "sns.amazonaws.com"}, Audience.SERVICE_UNGUARDED),
        ({"Service": "sns.amazonaws.com", "AWS": OWN}, Audience.SERVICE_UNGUARDED),
    ],
)
def test_principals_without_conditions(principal: object, expected: Audience) -> None:
    assert reach(principal) is expected


def test_not_principal_lets_in_everyone_else() -> None:
    body = {"Effect": "Allow", "NotPrincipal": {"AWS": OTHER}, "Action": "sqs:SendMessage"}
    assert audience(Statement(body), OWN) is Audience.PUBLIC


@pytest.mark.parametrize(
    ("operator", "key", "value", "expected"),
    [
        # The topic in the own account (Scout2#184, prowler#247, prowler#2565, cfn_nag#497).
        ("ArnEquals", "aws:SourceArn", TOPIC, Audience.SAME_ACCOUNT),
        ("ArnLike", "AWS:SourceArn", TOPIC, Audience.SAME_ACCOUNT),
        ("StringEquals", "aws:SourceAccount", OWN, Audience.SAME_ACCOUNT),
        # The default policy of SNS (prowler#2314).
        ("StringEquals", "AWS:SourceOwner", OWN, Audience.SAME_ACCOUNT),
        ("StringEquals", "AWS:SourceOwner", "${AWS::AccountId}", Audience.SAME_ACCOUNT),
        # Another account's topic is not the public (prowler#3199, prowler#2848).
        ("ArnEquals", "aws:SourceArn", TOPIC.replace(OWN, OTHER), Audience.CROSS_ACCOUNT),
        # A bucket's ARN has no account (prowler#3212, prowler#8326).
        ("ArnLike", "aws:SourceArn", "arn:aws:s3:::incoming", Audience.CROSS_ACCOUNT),
        ("ArnLike", "aws:SourceArn", "arn:aws:s3:*:*:incoming", Audience.CROSS_ACCOUNT),
        ("ArnLike", "aws:SourceArn", "arn:aws:s3:::*", Audience.PUBLIC),
        ("ArnLike", "aws:SourceArn", "*", Audience.PUBLIC),
        ("StringLike", "aws:SourceAccount", "*", Audience.PUBLIC),
        ("ArnLike", "aws:SourceArn", "arn:aws:sns:eu-west-1:*:orders", Audience.PUBLIC),
        ("ArnLike", "aws:SourceArn", "arn:aws:sns:*", Audience.PUBLIC),
        ("ArnLike", "aws:SourceArn", f"arn:aws:sns:*:{OWN}:*", Audience.SAME_ACCOUNT),
        ("ArnLike", "aws:SourceArn", [TOPIC, "*"], Audience.PUBLIC),
        ("StringEquals", "aws:PrincipalOrgID", "o-abc1234567", Audience.ORGANIZATION),
        ("StringLike", "aws:PrincipalOrgID", "o-*", Audience.PUBLIC),
        ("ForAnyValue:StringLike", "aws:PrincipalOrgPaths", "o-a1/r-b2/*", Audience.ORGANIZATION),
        ("StringEquals", "aws:SourceOrgID", "o-abc1234567", Audience.ORGANIZATION),
        ("StringEquals", "aws:PrincipalAccount", OTHER, Audience.CROSS_ACCOUNT),
        ("StringEquals", "kms:CallerAccount", OWN, Audience.SAME_ACCOUNT),
        ("StringEquals", "kms:ViaService", "sqs.eu-west-1.amazonaws.com", Audience.PUBLIC),
        ("ArnLike", "aws:PrincipalArn", f"arn:aws:iam::{OWN}:role/*", Audience.SAME_ACCOUNT),
        ("ArnLike", "aws:PrincipalArn", "arn:aws:iam::*:role/worker", Audience.PUBLIC),
        ("StringEquals", "aws:SourceVpce", "vpce-1a2b3c4d", Audience.CROSS_ACCOUNT),
        ("StringLike", "aws:SourceVpce", "vpce-*", Audience.PUBLIC),
        ("StringEquals", "aws:SourceVpc", "vpc-1a2b3c4d", Audience.CROSS_ACCOUNT),
        ("IpAddress", "aws:SourceIp", "203.0.113.0/24", Audience.CROSS_ACCOUNT),
        ("IpAddress", "aws:SourceIp", ["203.0.113.0/24", "0.0.0.0/0"], Audience.PUBLIC),
        ("IpAddress", "aws:SourceIp", "::/0", Audience.PUBLIC),
        ("NotIpAddress", "aws:SourceIp", "203.0.113.0/24", Audience.PUBLIC),
        ("Bool", "aws:SecureTransport", "true", Audience.PUBLIC),
        ("Bool", "aws:PrincipalIsAWSService", "true", Audience.SERVICE_UNGUARDED),
        ("Bool", "aws:PrincipalIsAWSService", "false", Audience.PUBLIC),
        ("StringEquals", "sns:Protocol", "https", Audience.PUBLIC),
        ("StringLike", "sns:Endpoint", "*@example.com", Audience.CROSS_ACCOUNT),
        ("StringLike", "sns:Endpoint", "https://*", Audience.PUBLIC),
        ("StringEquals", "aws:ResourceAccount", "${aws:PrincipalAccount}", Audience.SAME_ACCOUNT),
        ("StringEquals", "aws:ResourceAccount", OWN, Audience.PUBLIC),
        # Negated operators leave everybody else in.
        ("StringNotEquals", "aws:SourceAccount", OTHER, Audience.PUBLIC),
        ("ArnNotLike", "aws:SourceArn", TOPIC, Audience.PUBLIC),
        # An absent key satisfies these.
        ("StringEqualsIfExists", "aws:SourceAccount", OWN, Audience.PUBLIC),
        ("ForAllValues:StringEquals", "aws:PrincipalOrgID", "o-abc1234567", Audience.PUBLIC),
        ("Null", "aws:SourceArn", "false", Audience.PUBLIC),
    ],
)
def test_conditions_on_everyone(operator: str, key: str, value: object, expected: Audience) -> None:
    assert reach(**{operator: {key: value}}) is expected


def test_all_conditions_must_hold() -> None:
    condition = {
        "StringEquals": {"aws:PrincipalOrgID": "o-abc1234567", "aws:PrincipalAccount": OTHER},
        "Bool": {"aws:SecureTransport": "true"},
    }
    assert reach(**condition) is Audience.CROSS_ACCOUNT


@pytest.mark.parametrize("operator", ["StringEqualsIfExists", "ForAllValues:StringEquals"])
def test_a_key_that_must_exist_makes_lenient_operators_narrow(operator: str) -> None:
    key = "aws:PrincipalOrgID"
    required = {operator: {key: "o-abc1234567"}, "Null": {key: "false"}}
    allowed_absent = {operator: {key: "o-abc1234567"}, "Null": {key: "true"}}
    assert reach(**required) is Audience.ORGANIZATION
    assert reach(**allowed_absent) is Audience.PUBLIC


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"ArnEquals": {"aws:SourceArn": TOPIC}}, Audience.SERVICE_GUARDED),
        ({"StringEquals": {"aws:SourceAccount": OTHER}}, Audience.SERVICE_GUARDED),
        ({"StringEquals": {"aws:SourceOrgID": "o-abc1234567"}}, Audience.SERVICE_GUARDED),
        ({"StringEqualsIfExists": {"aws:SourceAccount": OWN}}, Audience.SERVICE_GUARDED),
        ({"ArnLike": {"aws:SourceArn": "arn:aws:s3:::*"}}, Audience.SERVICE_UNGUARDED),
        ({"Bool": {"aws:SecureTransport": "true"}}, Audience.SERVICE_UNGUARDED),
        ({"Bool": {"aws:PrincipalIsAWSService": "true"}}, Audience.SERVICE_UNGUARDED),
    ],
)
def test_services(condition: dict[str, object], expected: Audience) -> None:
    assert service("s3.amazonaws.com", **condition) is expected


SECURE_ONLY: dict[str, Any] = {
    "Effect": "Deny",
    "Principal": "*",
    "Action": "sqs:*",
    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
}
ORGANIZATION_ONLY: dict[str, Any] = {
    "Effect": "Deny",
    "Principal": {"AWS": "*"},
    "Action": "sqs:*",
    "Condition": {"StringNotEquals": {"aws:PrincipalOrgID": "o-abc1234567"}},
}


def whole(*bodies: dict[str, Any]) -> Audience:
    return policy_audience([Statement(body) for body in bodies], OWN)


def test_deny_that_narrows() -> None:
    assert whole(EVERYONE, ORGANIZATION_ONLY) is Audience.ORGANIZATION


def test_deny_of_insecure_transport_does_not_narrow() -> None:
    assert whole(EVERYONE, SECURE_ONLY) is Audience.PUBLIC


@pytest.mark.parametrize(
    ("operator", "expected"),
    [
        ("BoolIfExists", Audience.SERVICE_UNGUARDED),
        # Anonymous requests lack the key and escape the Deny.
        ("Bool", Audience.PUBLIC),
    ],
)
def test_deny_with_two_conditions_lets_through_what_escapes_either(
    operator: str, expected: Audience
) -> None:
    escape = {operator: {"aws:PrincipalIsAWSService": "false"}}
    condition = {**ORGANIZATION_ONLY["Condition"], **escape}
    assert whole(EVERYONE, {**ORGANIZATION_ONLY, "Condition": condition}) is expected


@pytest.mark.parametrize(
    "change",
    [
        {"Action": "sqs:ReceiveMessage"},
        {"Principal": {"AWS": OTHER}},
        {"Condition": {"ForAnyValue:StringNotEquals": {"aws:PrincipalOrgPaths": "o-a/*"}}},
    ],
)
def test_deny_that_misses_does_not_narrow(change: dict[str, Any]) -> None:
    assert whole(EVERYONE, {**ORGANIZATION_ONLY, **change}) is Audience.PUBLIC


def test_deny_without_condition_closes() -> None:
    deny = {"Effect": "Deny", "Principal": "*", "Action": "*"}
    assert whole(EVERYONE, deny) is Audience.SAME_ACCOUNT


UNREAD = Unknown("parameter P has no value")
OUTSIDE = Unknown("parameter P has no value", "${P}", external=True)


@pytest.mark.parametrize(
    "body",
    [
        {**EVERYONE, "Principal": UNREAD},
        {**EVERYONE, "Principal": {"AWS": OUTSIDE}},
        {**EVERYONE, "Condition": {"IpAddress": {"aws:SourceIp": OUTSIDE}}},
        {**EVERYONE, "Principal": {"AWS": [OWN, UNREAD]}},
        {**EVERYONE, "Condition": UNREAD},
        {**EVERYONE, "Condition": {"ArnLike": {"aws:SourceArn": UNREAD}}},
        {**EVERYONE, "Condition": {"IpAddress": {"aws:SourceIp": UNREAD}}},
    ],
)
def test_unread_parts_that_decide_are_undetermined(body: dict[str, Any]) -> None:
    with pytest.raises(UndeterminedError, match="parameter P has no value") as caught:
        audience(Statement(body, ("PolicyDocument", "Statement", 0)), OWN)
    assert caught.value.path[:3] == ("PolicyDocument", "Statement", 0)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (
            {**EVERYONE, "Principal": UNREAD, "Condition": {"ArnEquals": {"aws:SourceArn": TOPIC}}},
            Audience.SAME_ACCOUNT,
        ),
        (
            {**EVERYONE, "Condition": {"ArnLike": {"aws:SourceArn": OUTSIDE}}},
            Audience.CROSS_ACCOUNT,
        ),
        (
            {**EVERYONE, "Principal": {"AWS": Unknown("P", "arn:aws:iam::${P}:root")}},
            Audience.CROSS_ACCOUNT,
        ),
        (
            {**EVERYONE, "Condition": {"StringEquals": {"aws:SourceAccount": UNREAD}}},
            Audience.CROSS_ACCOUNT,
        ),
        (
            {
                **EVERYONE,
                "Condition": {
                    "ArnLike": {"aws:SourceArn": UNREAD},
                    "StringEquals": {"aws:SourceAccount": OWN},
                },
            },
            Audience.SAME_ACCOUNT,
        ),
        (
            {
                **EVERYONE,
                "Condition": {
                    "ArnLike": {
                        "aws:SourceArn": Unknown("P", "arn:aws:s3:::${Bucket}", external=True)
                    }
                },
            },
            Audience.CROSS_ACCOUNT,
        ),
    ],
)
def test_unread_parts_that_do_not_decide(body: dict[str, Any], expected: Audience) -> None:
    assert audience(Statement(body), OWN) is expected


def test_a_policy_written_as_text() -> None:
    text = json.dumps({"Version": "2012-10-17", "Statement": EVERYONE})
    (only,) = statements(text, ("PolicyDocument",))
    assert only.path == ("PolicyDocument", "Statement")
    assert audience(only, OWN) is Audience.PUBLIC
