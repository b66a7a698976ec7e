"""Policies that nobody should write: they are in doubt at worst, and never crash a rule."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from auditor.engine import judge
from auditor.inventory import Reading, Unit
from auditor.loading import load_rules
from auditor.resources import RawResource
from auditor.values import Unknown

RULES = [rule for rule in load_rules() if rule.body.__module__.startswith("checks.iam")]
WORDS = (
    "*", "", "Allow", "Deny", "AWS", "Service", "sqs:*", "sqs:SendMessage", "arn:aws:sqs:::",
    "arn:aws:sns:*:*:*", "aws:SourceArn", "aws:SourceIp", "StringLike", "IpAddress", "{", "[]",
    "ForAllValues:StringEquals", "${P}", "x${P}",
)  # fmt: skip
KEYS = (
    "Statement", "Effect", "Principal", "NotPrincipal", "Action", "Resource", "Condition", *WORDS,
)  # fmt: skip
leaves = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.sampled_from(WORDS),
    st.sampled_from([Unknown("unread"), Unknown("unread", "${P}"), Unknown("unread", "a${P}")]),
)
documents = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(KEYS), inner, max_size=5)
    ),
    max_leaves=20,
)
TYPES = (
    "AWS::SQS::QueuePolicy", "AWS::SNS::TopicPolicy", "AWS::Events::EventBusPolicy",
    "AWS::IAM::Policy", "AWS::IAM::Role",
)  # fmt: skip


@given(st.sampled_from(TYPES), documents, documents)
def test_rules_survive_any_document(type_: str, body: Any, attached: Any) -> None:
    properties = {
        "PolicyDocument": {"Statement": body},
        "Statement": body,
        "Policies": [{"PolicyDocument": body}, body],
        "ManagedPolicyArns": attached,
        "Queues": attached,
        "Topics": attached,
    }
    resources = (
        RawResource(type_, "P", properties),
        RawResource("AWS::SQS::Queue", "Q", {}),
        RawResource("AWS::SNS::Topic", "T", {}),
    )
    assert judge(Unit("", (Reading(resources),)), RULES).gaps == []
