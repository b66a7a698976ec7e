"""How many subscribers a topic may have."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.data import limits
from auditor.findings import Category, Match, Severity
from auditor.graph import Graph
from auditor.resources import Topic
from auditor.rules import rule


@rule(
    "QUO008",
    "topic-near-subscription-quota",
    severity=Severity.MEDIUM,
    category=Category.RELIABILITY,
    guide="SNS Scaling Characteristics (lines 925-933)",
    applies_to=Topic,
    remediation="""
        Let a topic for each group of subscribers stand behind the first one, or ask for a higher
        quota. Remove subscriptions that nobody confirms.

        Live: aws sns list-subscriptions-by-topic --topic-arn ARN
    """,
)
def topic_near_subscription_quota(topic: Topic, _graph: Graph) -> Iterator[Match]:
    """A topic has more than 80% of the subscriptions that it may have, confirmed or pending.

    A FIFO topic takes 100, others 12,500,000; an account has 5,000 that wait for confirmation (AWS
    general reference, quotas of SNS). Further ones are refused. Only accounts tell the numbers.

    Fine to accept where no subscriber will be added.
    """
    if topic.subscribed is None:
        return
    most = limits.FIFO_SUBSCRIPTIONS_MAX if topic.fifo else limits.SUBSCRIPTIONS_MAX
    for name, limit in (
        ("SubscriptionsConfirmed", most),
        ("SubscriptionsPending", limits.PENDING_SUBSCRIPTIONS_MAX),
    ):
        count = topic.subscribed.get(name, 0)
        if count > limits.QUOTA_WARNING_SHARE * limit:
            message = f"{topic.label} has {count:,} of {limit:,} subscriptions"
            yield Match(topic, message, evidence=(f"{name} {count}",), discriminator=name)
