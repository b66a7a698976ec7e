"""Topics and their subscriptions (guide lines 237-284, 313-331, 847, 854)."""

from __future__ import annotations

import json

from auditor.demo.orders import make_queue
from auditor.demo.sandbox import Aws, guide_list

_FILTER = {"order_status": ["shipped", "delivered"], "order_value": [{"numeric": [">=", 100]}]}


def build(aws: Aws) -> None:
    """Create the order notifications: no queue policy lets SNS in, no subscription has a redrive.

    moto confirms every subscription at once, so none is pending here.
    """
    topic = make_topic(aws, "order-notifications", "248-284")
    high_priority = make_queue(aws, "high-priority-queue", "266-271")
    subscribe(aws, topic, "email", "admin@company.com")
    subscribe(aws, topic, "sms", "+15555550100")
    subscribe(aws, topic, "sqs", high_priority, FilterPolicy=json.dumps(_FILTER))
    subscribe(aws, topic, "sqs", aws.arn("sqs", "secure-queue"))
    subscribe(aws, topic, "https", "https://hooks.slack.com/services/T000/B000/DEMO")


def make_topic(aws: Aws, name: str, lines: str, **attributes: str) -> str:
    """A topic; its ARN."""
    made = aws.client("sns").create_topic(Name=name, Attributes=attributes, Tags=guide_list(lines))
    return str(made["TopicArn"])


def subscribe(aws: Aws, topic: str, protocol: str, endpoint: str, **attributes: str) -> None:
    """A subscription. SNS has no tags for them."""
    aws.client("sns").subscribe(
        TopicArn=topic, Protocol=protocol, Endpoint=endpoint, Attributes=attributes
    )
