"""What rules on topics can tell only in an account, or not there at all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from msgspec.structs import replace

from auditor.collectors.live import sns
from auditor.engine import judge
from auditor.findings import Confidence, Finding, Outcome, Severity
from auditor.inventory import Reading, Unit
from auditor.resources.base import RawResource
from auditor.rules import Rule
from auditor.values import Unknown
from checks.sns.fan_out import topic_without_subscription
from checks.sns.people import mail_needs_confirmation, subscription_not_confirmed

ACCOUNT, REGION = "111122223333", "eu-west-1"
TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:orders"
LISTED = {"TopicArn": TOPIC, "Protocol": "email", "Endpoint": "ops@example.com"}
PENDING = {**LISTED, "SubscriptionArn": "PendingConfirmation"}
CONFIRMED = {**LISTED, "SubscriptionArn": f"{TOPIC}:0"}


def findings(
    rule: Rule[Any], *resources: RawResource, unread: Mapping[str, str] | None = None
) -> list[Finding]:
    placed = tuple(replace(raw, account=ACCOUNT, region=REGION) for raw in resources)
    verdict = judge(Unit("", (Reading(placed, unread or {}),)), [rule])
    assert verdict.gaps == []
    return verdict.findings


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (sns.subscription(PENDING, {}), [Outcome.VIOLATION]),
        (sns.subscription(CONFIRMED, {"PendingConfirmation": "false"}), []),
        (sns.unread_subscription(CONFIRMED, Unknown("access denied")), [Outcome.UNDETERMINED]),
    ],
)
def test_pending_subscription_is_a_violation(raw: RawResource, expected: list[Outcome]) -> None:
    found = findings(subscription_not_confirmed, raw)
    assert [finding.outcome for finding in found] == expected
    assert "ops@example.com" not in str(found)


def test_confirmed_mail_needs_no_confirmation() -> None:
    raw = sns.subscription(CONFIRMED, {"PendingConfirmation": "false"})
    assert findings(mail_needs_confirmation, raw) == []


def test_topic_of_an_account_without_subscriptions_is_certain() -> None:
    (raw,) = sns.transform({"TopicArn": TOPIC})
    (finding,) = findings(topic_without_subscription, raw)
    assert (finding.severity, finding.confidence) == (Severity.MEDIUM, Confidence.HIGH)


def test_topic_is_undetermined_when_subscriptions_are_unread() -> None:
    (raw,) = sns.transform({"TopicArn": TOPIC})
    unread = {"AWS::SNS::Subscription": "access denied"}
    (finding,) = findings(topic_without_subscription, raw, unread=unread)
    assert finding.outcome is Outcome.UNDETERMINED
