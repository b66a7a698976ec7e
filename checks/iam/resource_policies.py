"""Whom the policies of queues and topics let in."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.findings import Category, Match, Severity
from auditor.graph import Graph
from auditor.policy import (
    Admission,
    Audience,
    Principal,
    Statement,
    judge_each,
    sends_source,
    statements_of,
)
from auditor.resources import QueuePolicy, TopicPolicy
from auditor.resources.base import Resource
from auditor.rules import rule
from checks.iam._identities import GUIDE


@rule(
    "IAM014",
    "open-resource-policy",
    severity=Severity.CRITICAL,
    category=Category.SECURITY,
    guide=GUIDE,
    applies_to=(QueuePolicy, TopicPolicy),
    remediation="""
        OrdersQueuePolicy:
          Type: AWS::SQS::QueuePolicy
          Properties:
            Queues: [!Ref OrdersQueue]
            PolicyDocument:
              Statement:
                - Effect: Allow
                  Principal: {Service: sns.amazonaws.com}
                  Action: sqs:SendMessage
                  Resource: !GetAtt OrdersQueue.Arn
                  Condition:
                    ArnEquals: {aws:SourceArn: !Ref OrdersTopic}

        Live: aws sqs set-queue-attributes --queue-url URL --attributes file://policy.json
        or aws sns set-topic-attributes --topic-arn ARN --attribute-name Policy
        --attribute-value file://policy.json
    """,
)
def open_resource_policy(policy: Resource, _graph: Graph) -> Iterator[Match]:
    """A queue or topic lets in strangers: everyone, or a service on behalf of any AWS customer.

    Everyone may then send, read or delete messages. A service without aws:SourceArn or
    aws:SourceAccount can be told by any other AWS account to deliver here (the confused deputy).
    Conditions are evaluated: wildcards, IfExists, negation and TLS do not narrow, a named bucket,
    account, organisation or endpoint does. Services that do not send these keys are exempt.

    Fine to accept for a topic that is a public feed, if it allows no more than sns:Subscribe.
    """
    denies = [each for each in statements_of(policy) if not each.allows]
    yield from judge_each(statements_of(policy), lambda each: _strangers(policy, each, denies))


def _strangers(policy: Resource, statement: Statement, denies: list[Statement]) -> Iterator[Match]:
    if not statement.allows:
        return
    for principal, reach in Admission(statement, policy.raw.account, denies).each():
        if reach is Audience.PUBLIC:
            yield _match(policy, statement, principal, "everyone", None)
        elif reach is Audience.SERVICE_UNGUARDED and _should_narrow(policy, principal):
            whom = f"{principal.text} on behalf of any AWS account"
            yield _match(policy, statement, principal, whom, Severity.HIGH)


def _should_narrow(policy: Resource, principal: Principal) -> bool:
    service = "sqs" if isinstance(policy, QueuePolicy) else "sns"
    return not principal.is_service or sends_source(principal.text, service)


def _match(
    policy: Resource,
    statement: Statement,
    principal: Principal,
    whom: str,
    severity: Severity | None,
) -> Match:
    actions = ", ".join(statement.texts("Action"))
    excepted = ", ".join(statement.texts("NotAction"))
    keys = [str(key) for tested in statement.conditions.values() for key in tested]
    return Match(
        policy,
        f"{policy.label} allows {actions or f'everything except {excepted}'} to {whom}",
        principal.path,
        (
            f"{principal.kind} principal {principal.text}",
            f"conditions that do not narrow: {', '.join(keys)}" if keys else "no condition",
        ),
        discriminator=principal.text,
        severity=severity,
    )
