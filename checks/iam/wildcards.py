"""Permissions that are wider than any sender or consumer needs."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.findings import Category, Match, Severity
from auditor.graph import Graph
from auditor.policy import (
    NOBODY,
    Audience,
    Doubts,
    Statement,
    Trust,
    audience,
    entries,
    judge_each,
    reference_part,
    statements_of,
    wildcard_service,
)
from auditor.resources import EventBusPolicy, QueuePolicy, Role, TopicPolicy
from auditor.resources.base import Resource
from auditor.rules import rule
from auditor.values import sequence
from checks.iam._identities import GUIDE, IDENTITIES, service_of

RESOURCE_POLICIES = (QueuePolicy, TopicPolicy, EventBusPolicy)
SERVICES = {
    "sqs": "SQS",
    "sns": "SNS",
    "events": "EventBridge",
    "kinesis": "Kinesis",
    "states": "Step Functions",
    "scheduler": "EventBridge Scheduler",
    "pipes": "EventBridge Pipes",
    "firehose": "Firehose",
}
# https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html
FULL_ACCESS = {
    "AdministratorAccess": "every service",
    "AmazonSQSFullAccess": "SQS",
    "AmazonSNSFullAccess": "SNS",
    "AmazonEventBridgeFullAccess": "EventBridge",
    "AmazonKinesisFullAccess": "Kinesis",
    "AWSStepFunctionsFullAccess": "Step Functions",
    "AmazonEventBridgeSchedulerFullAccess": "EventBridge Scheduler",
    "AmazonEventBridgePipesFullAccess": "EventBridge Pipes",
    "AmazonKinesisFirehoseFullAccess": "Firehose",
}


@rule(
    "IAM001",
    "all-actions-allowed",
    severity=Severity.HIGH,
    category=Category.SECURITY,
    guide=GUIDE,
    applies_to=(*IDENTITIES, *RESOURCE_POLICIES),
    remediation="""
        PolicyDocument:
          Statement:
            - Effect: Allow
              Action: [sqs:ReceiveMessage, sqs:DeleteMessage, sqs:GetQueueAttributes]
              Resource: !GetAtt OrdersQueue.Arn

        Live: aws iam put-role-policy --role-name ROLE --policy-name NAME
        --policy-document file://policy.json
    """,
)
def all_actions_allowed(
    resource: Resource, _graph: Graph, *, trust: Trust = NOBODY
) -> Iterator[Match]:
    """A policy allows every action of a messaging service, so its holder may also break it.

    Besides sending and receiving that includes deleting and purging queues, changing their
    policies, and letting in other accounts. Where the statement names its resources the damage is
    bounded, so it counts less. A resource policy that gives everything to its own account, as AWS
    itself does, or to accounts that the configuration trusts, is exempt.

    Fine to accept for roles that deploy the stack.
    """
    doubts = Doubts()
    with doubts:
        yield from judge_each(
            statements_of(resource), lambda each: _all_actions(resource, each, trust)
        )
    if isinstance(resource, Role):
        with doubts:
            yield from _full_access(resource)
    doubts.settle()


def _all_actions(resource: Resource, statement: Statement, trust: Trust) -> Iterator[Match]:
    if not statement.allows or _trusted_only(resource, statement, trust):
        return
    for entry in statement.entries("Action"):
        service = wildcard_service(entry.text)
        if service in SERVICES or (service == "*" and _concerns_messaging(statement)):
            named = "every service" if service == "*" else SERVICES[str(service)]
            everywhere = "*" in sequence(statement.peek("Resource"), ())
            unbounded = everywhere and not isinstance(resource, RESOURCE_POLICIES)
            yield Match(
                resource,
                f"{resource.label} allows all actions of {named}",
                entry.path,
                (f"Action {entry.text}",),
                discriminator=entry.text,
                severity=None if unbounded else Severity.MEDIUM,
            )


def _trusted_only(resource: Resource, statement: Statement, trust: Trust) -> bool:
    own = isinstance(resource, RESOURCE_POLICIES)
    return own and audience(statement, resource.raw.account, (), trust) <= Audience.TRUSTED


def _concerns_messaging(statement: Statement) -> bool:
    return any(
        service_of(entry.text) in {"*", *SERVICES} for entry in statement.entries("Resource")
    )


def _full_access(role: Role) -> Iterator[Match]:
    attached = role.peek("ManagedPolicyArns")
    for entry in entries(attached, ("ManagedPolicyArns",), reference_part):
        name = entry.text.rpartition("/")[2]
        if name in FULL_ACCESS and ":aws:policy/" in entry.text:
            yield Match(
                role,
                f"{role.label} allows all actions of {FULL_ACCESS[name]}",
                entry.path,
                (f"managed policy {name}",),
                discriminator=name,
            )
