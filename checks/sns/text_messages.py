"""What an account may spend on text messages."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.findings import Category, Match, Severity
from auditor.graph import Graph
from auditor.resources import Subscription
from auditor.resources.sns import SMS
from auditor.rules import rule
from checks.sns._subscriptions import GUIDE

# What every account begins with, in US dollars a month (Amazon SNS quotas).
_INITIAL_LIMIT = 1


@rule(
    "SNS024",
    "text-messages-hardly-paid-for",
    severity=Severity.MEDIUM,
    category=Category.RELIABILITY,
    guide=GUIDE,
    applies_to=Subscription,
    remediation="""
        Ask AWS Support to raise the account's quota of SMS spending, then use it:

        aws sns set-sms-attributes --attributes MonthlySpendLimit=100

        Live: aws sns get-sms-attributes
    """,
)
def text_messages_hardly_paid_for(subscription: Subscription, _graph: Graph) -> Iterator[Match]:
    """Phones are subscribed, but the account may spend no more than one US dollar a month on them.

    That is what accounts begin with, and it pays for few messages. Once it is spent, SNS sends
    nothing more in that month, and the publisher sees no error. The limit is that of the account in
    a region; it is shown at its first subscription of a phone. Known for live subscriptions only.

    Fine to accept for a test account.
    """
    settings = subscription.text_messages
    if settings and settings.spend_limit <= _INITIAL_LIMIT:
        message = (
            f"{subscription.label} stops when {settings.spend_limit} USD of this month is spent"
        )
        yield Match(subscription, message, (SMS,), (f"MonthlySpendLimit {settings.spend_limit}",))
