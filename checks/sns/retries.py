"""How often SNS tries to reach a web server."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.data import limits
from auditor.findings import Category, Confidence, Match, Severity
from auditor.graph import Graph
from auditor.resources import Resource, Subscription, Topic
from auditor.rules import rule
from auditor.values import View, integer, mapping, read
from checks.sns._subscriptions import GUIDE, WEB, each_subscription, known_text, protocol_path

RETRIES = ("DeliveryPolicy", "healthyRetryPolicy")


@rule(
    "SNS022",
    "unfit-web-retries",
    severity=Severity.LOW,
    category=Category.RELIABILITY,
    confidence=Confidence.MEDIUM,
    guide=GUIDE,
    applies_to=(Subscription, Topic),
    remediation="""
        WebhookSubscription:
          Type: AWS::SNS::Subscription      # inside a topic a subscription cannot have it
          Properties:
            Protocol: https
            DeliveryPolicy:
              healthyRetryPolicy:
                numRetries: 30
                minDelayTarget: 10
                maxDelayTarget: 200
                backoffFunction: exponential

        Live: aws sns set-subscription-attributes --subscription-arn ARN
        --attribute-name DeliveryPolicy --attribute-value '{"healthyRetryPolicy":
        {"numRetries": 30, "minDelayTarget": 10, "maxDelayTarget": 200}}'
    """,
)
def unfit_web_retries(resource: Resource, _graph: Graph) -> Iterator[Match]:
    """SNS gives up on a web server after a minute, or is told to try for longer than it can.

    Without a delivery policy it retries three times, 20 seconds apart, so a short outage loses
    messages, unless the subscription has a dead-letter queue. All retries together may take one
    hour, or SNS refuses the policy. (SNS developer guide, "Set the delivery policy" for HTTP/S and
    "Message delivery retries".) A policy of the topic itself is not seen.

    Fine to accept where the messages matter only at the moment they are sent.
    """
    for subscription in each_subscription(resource):
        if known_text(subscription, "Protocol") not in WEB:
            continue
        retries = _retries(subscription)
        if retries is None and not subscription.has("RedrivePolicy"):
            message = f"{resource.label} gives up on the web server after three retries in a minute"
            yield Match(resource, message, protocol_path(subscription))
        elif retries is not None and (least := _least_seconds(retries)) > _MAX:
            message = f"{resource.label} wants to retry for {least} s or more; SNS allows {_MAX}"
            yield Match(
                resource, message, RETRIES, severity=Severity.HIGH, confidence=Confidence.HIGH
            )


_MAX = limits.WEB_RETRY_SECONDS_MAX


def _retries(subscription: View) -> View | None:
    if not isinstance(subscription, Subscription) or subscription.delivery_policy is None:
        return None
    policy = subscription.delivery_policy.get(RETRIES[1])
    return View(read(policy, mapping, RETRIES), RETRIES) if policy is not None else None


def _least_seconds(retries: View) -> int:
    """The shortest time that all retries can take; those in between wait no less than the least."""

    def number(name: str, default: int) -> int:
        return read(retries.peek(name), integer, (*RETRIES, name), default)

    shortest, longest = number("minDelayTarget", 20), number("maxDelayTarget", 20)
    at_once, last = number("numNoDelayRetries", 0), number("numMaxDelayRetries", 0)
    others = max(number("numRetries", 3) - at_once - last, 0)
    return others * shortest + last * longest
