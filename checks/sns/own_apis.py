"""Subscriptions that go through an API where a topic could deliver itself."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditor.findings import Category, Confidence, Match, Severity
from auditor.graph import Graph
from auditor.resources import ApiIntegration, Function, Subscription, Topic
from auditor.resources.base import Resource
from auditor.rules import rule
from checks.sns._subscriptions import WEB, each_subscription, known_text, protocol_path

_API = re.compile(r"https?://([^./]+)\.execute-api\.")
_TO_QUEUE = "SQS-SendMessage"


@rule(
    "COST008",
    "subscription-through-own-api",
    severity=Severity.INFO,
    category=Category.COST,
    confidence=Confidence.LOW,
    guide="SNS Cost Optimization (lines 976-990)",
    applies_to=(Subscription, Topic),
    pedantic=True,
    remediation="""
        OrdersSubscription:
          Type: AWS::SNS::Subscription
          Properties:
            TopicArn: !Ref OrdersTopic
            Protocol: lambda
            Endpoint: !GetAtt OrdersFunction.Arn

        Live: aws sns subscribe --topic-arn ARN --protocol lambda
        --notification-endpoint FUNCTION_ARN
    """,
)
def subscription_through_own_api(resource: Resource, graph: Graph) -> Iterator[Match]:
    """A topic delivers over HTTP to an API that only calls functions or fills queues.

    Deliveries to functions and queues are free, those over HTTP and the requests of the API are
    not, and it has to confirm. Known for HTTP APIs all of whose integrations are of these kinds.

    Fine to accept where the API checks or changes what it gets, or others call it, too.
    """
    for subscription in each_subscription(resource):
        if subscription.protocol not in WEB:
            continue
        found = _API.match(known_text(subscription, "Endpoint"))
        if found is None:
            continue
        integrations = graph.all(ApiIntegration, resource.raw.account)
        calls = [each for each in integrations if _text(each.peek("ApiId")) == found[1]]
        if calls and all(_could_subscribe(each, graph) for each in calls):
            message = f"{resource.label} delivers through an API to what could subscribe itself"
            related = tuple((each, "the API") for each in calls)
            yield Match(resource, message, protocol_path(subscription), related=related)


def _could_subscribe(call: ApiIntegration, graph: Graph) -> bool:
    """Whether it calls a function or fills a queue."""
    uri = call.peek("IntegrationUri")
    to_function = ":lambda:" in _text(uri) or isinstance(graph.find(uri), Function)
    return to_function or call.peek("IntegrationSubtype") == _TO_QUEUE


def _text(value: object) -> str:
    return str(getattr(value, "text", value) or "")
