"""Subscriptions that go through an API where a topic could deliver itself."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditor.findings import Category, Confidence, Match, Severity
from auditor.graph import Graph
from auditor.policy import any_of, reference_part
from auditor.resources import ApiIntegration, Function, Subscription, Topic
from auditor.resources.base import Resource
from auditor.rules import rule
from auditor.values import read, text
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
        calls = _calls(found[1], resource.raw.account, graph)
        if calls and not any_of(calls, lambda call: not _could_subscribe(call, graph)):
            message = f"{resource.label} delivers through an API to what could subscribe itself"
            related = tuple((each, "the API") for each in calls)
            yield Match(resource, message, protocol_path(subscription), related=related)


def _calls(api: str, account: str | None, graph: Graph) -> list[ApiIntegration]:
    """The integrations of an API."""
    return [each for each in graph.all(ApiIntegration, account) if _text(each, "ApiId") == api]


def _could_subscribe(call: ApiIntegration, graph: Graph) -> bool:
    """Whether it calls a function or fills a queue."""
    if isinstance(graph.find(call.peek("IntegrationUri")), Function):
        return True
    to_function = ":lambda:" in _text(call, "IntegrationUri")
    return to_function or _text(call, "IntegrationSubtype") == _TO_QUEUE


def _text(call: ApiIntegration, name: str) -> str:
    """A property; of one that is unknown in parts the symbols stand for these."""
    return read(reference_part(call.peek(name)), text, (name,), "")
