"""Filter policies of subscriptions."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.findings import Category, Match, Severity
from auditor.graph import Graph
from auditor.patterns import SNS_ATTRIBUTES, SNS_BODY, parse
from auditor.resources import Subscription
from auditor.rules import rule

PATH = ("FilterPolicy",)


@rule(
    "SNS032",
    "filter-policy-refused",
    severity=Severity.HIGH,
    category=Category.RELIABILITY,
    guide="Subscription with Filter (lines 274-284)",
    applies_to=Subscription,
    remediation="""
        OrdersSubscription:
          Type: AWS::SNS::Subscription
          Properties:
            FilterPolicyScope: MessageBody       # only then can a policy look inside of a field
            FilterPolicy:
              order:
                total: [{numeric: [">=", 100]}]

        Live: aws sns set-subscription-attributes --subscription-arn ARN
        --attribute-name FilterPolicy --attribute-value file://policy.json
    """,
)
def filter_policy_refused(subscription: Subscription, _graph: Graph) -> Iterator[Match]:
    """SNS refuses a subscription's filter policy, so that it cannot be deployed.

    A policy is JSON whose fields are compared with lists, with at most five keys and 150
    combinations of values; numbers reach up to a billion. Filters on message attributes have no
    nested fields: that takes the scope MessageBody.

    Fine to accept in no case that we know of.
    """
    given = subscription.peek("FilterPolicy")
    # An empty policy is how a filter is taken away.
    if given is None or given in ({}, "", "{}"):
        return
    body = subscription.filter_scope == "MessageBody"
    policy = parse(given, SNS_BODY if body else SNS_ATTRIBUTES)
    for problem in policy.problems:
        message = f"the filter policy of {subscription.label} is refused: {problem.text}"
        path = (*PATH, *problem.path)
        yield Match(subscription, message, path, discriminator=problem.text)
    policy.settle()
