"""What rules on queues can tell only in an account, where everything has an ARN."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from auditor.engine import judge
from auditor.findings import Finding, Outcome
from auditor.inventory import Reading, Unit
from auditor.resources.base import RawResource
from auditor.rules import Rule
from checks.sqs.ends import queue_without_consumer
from checks.sqs.redrive import dlq_mismatch, dlq_target_not_a_queue

ACCOUNT, REGION = "111122223333", "eu-west-1"


def queue(name: str, properties: Mapping[str, object] | None = None) -> RawResource:
    arn = f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}"
    return RawResource(
        "AWS::SQS::Queue", arn, properties or {}, name, arn, ACCOUNT, REGION,
        url=f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/{name}",
    )  # fmt: skip


def redrive(name: str, region: str = REGION, account: str = ACCOUNT) -> dict[str, Any]:
    target = f"arn:aws:sqs:{region}:{account}:{name}"
    return {"deadLetterTargetArn": target, "maxReceiveCount": 5}


def findings(
    rule: Rule[Any], *resources: RawResource, unread: Mapping[str, str] | None = None
) -> list[Finding]:
    verdict = judge(Unit("", (Reading(resources, unread or {}),)), [rule])
    assert [gap.reason for gap in verdict.gaps] == list((unread or {}).values())
    return verdict.findings


def test_deleted_dead_letter_queue_is_a_violation() -> None:
    orders = queue("orders", {"RedrivePolicy": redrive("deleted")})
    (finding,) = findings(dlq_target_not_a_queue, orders)
    assert finding.outcome is Outcome.VIOLATION
    assert "does not exist" in finding.message


def test_missing_dead_letter_queue_is_undetermined_when_queues_are_unread() -> None:
    orders = queue("orders", {"RedrivePolicy": redrive("hidden")})
    unread = {"AWS::SQS::Queue": "access denied"}
    (finding,) = findings(dlq_target_not_a_queue, orders, unread=unread)
    assert finding.outcome is Outcome.UNDETERMINED


def test_existing_dead_letter_queue_is_fine() -> None:
    orders = queue("orders", {"RedrivePolicy": redrive("orders-dlq")})
    dlq = queue("orders-dlq")
    assert findings(dlq_target_not_a_queue, orders, dlq) == []
    assert findings(dlq_mismatch, orders, dlq) == []


@pytest.mark.parametrize(
    ("target", "difference"),
    [
        (redrive("orders-dlq", region="us-east-1"), "Region: eu-west-1 here, us-east-1 there"),
        (redrive("orders-dlq", account="444455556666"), "account: 111122223333 here"),
        (redrive("orders-dlq.fifo"), "type: standard here, FIFO there"),
    ],
)
def test_dead_letter_queue_elsewhere_is_a_mismatch(target: dict[str, Any], difference: str) -> None:
    (finding,) = findings(dlq_mismatch, queue("orders", {"RedrivePolicy": target}))
    assert finding.evidence[0].startswith(difference)


def test_what_a_role_of_another_account_may_do_to_its_own_queues_says_nothing_here() -> None:
    allowed = {"Effect": "Allow", "Action": "sqs:*", "Resource": "*"}
    policies = [{"PolicyName": "all", "PolicyDocument": {"Statement": [allowed]}}]
    here, there = (
        RawResource(
            "AWS::IAM::Role", f"arn:aws:iam::{account}:role/any", {"Policies": policies},
            account=account,
        )
        for account in (ACCOUNT, "444455556666")
    )  # fmt: skip
    orders = queue("orders")
    assert findings(queue_without_consumer, orders, here) == []
    (finding,) = findings(queue_without_consumer, orders, there)
    assert finding.outcome is Outcome.VIOLATION
