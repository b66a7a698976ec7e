"""Permissions on messages that name no queue, topic, bus or stream."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from auditor.arns import Arn
from auditor.findings import Category, Confidence, Match, Severity
from auditor.graph import Graph
from auditor.policy import (
    Statement,
    action_matches,
    clauses_of,
    judge_each,
    statements_of,
    wildcard_service,
)
from auditor.resources import Topic
from auditor.resources.base import Resource
from auditor.rules import rule
from checks.iam._identities import GUIDE, IDENTITIES, service_of

# What moves messages and, by the Service Authorization Reference, can be limited to a resource.
DATA_PLANE = (
    "sqs:SendMessage", "sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility",
    "sqs:PurgeQueue", "sns:Publish", "events:PutEvents", "kinesis:PutRecord", "kinesis:PutRecords",
    "kinesis:GetRecords", "kinesis:GetShardIterator", "kinesis:SubscribeToShard",
    "firehose:PutRecord", "firehose:PutRecordBatch", "states:StartExecution",
    "states:StartSyncExecution",
)  # fmt: skip


SERVICES = {action.partition(":")[0] for action in DATA_PLANE}


@rule(
    "IAM002",
    "messages-of-all-resources",
    severity=Severity.MEDIUM,
    category=Category.SECURITY,
    guide=GUIDE,
    applies_to=IDENTITIES,
    remediation="""
        PolicyDocument:
          Statement:
            - Effect: Allow
              Action: sqs:SendMessage
              Resource: !GetAtt OrdersQueue.Arn   # instead of "*"

        Live: aws iam put-role-policy --role-name ROLE --policy-name NAME
        --policy-document file://policy.json
    """,
)
def messages_of_all_resources(resource: Resource, graph: Graph) -> Iterator[Match]:
    """A policy allows reading or sending messages on every queue, topic, bus or stream.

    Whoever takes over the function or the credentials then reaches the messages of all other
    applications of the account. Actions that have no resource (sqs:ListQueues), statements that
    are narrowed by a condition on the resource, and sns:Publish where no topic is known (texts to
    phone numbers need "*") are exempt.

    Fine to accept for tools that move the messages of any queue, such as a redrive console.
    """
    yield from judge_each(statements_of(resource), lambda each: _everywhere(resource, each, graph))


def _everywhere(resource: Resource, statement: Statement, graph: Graph) -> Iterator[Match]:
    if not statement.allows:
        return
    actions = _moving(statement, bool(graph.resources(Topic, resource.raw.account)))
    if not actions or any(
        clause.key.startswith("aws:resource") for clause in clauses_of(statement)
    ):
        return
    wide = [entry for entry in statement.entries("Resource") if _unlimited(entry.text)]
    reached = {service_of(entry.text) for entry in wide}
    actions = [action for action in actions if reached & {"*", action.partition(":")[0]}]
    if not actions:
        return
    yield Match(
        resource,
        f"{resource.label} allows {', '.join(actions)} on every resource",
        wide[0].path,
        (f"Resource {wide[0].text}",),
        confidence=Confidence.MEDIUM if actions == ["sns:Publish"] else None,
    )


def _unlimited(resource: str) -> bool:
    """`*`, or all names in all accounts."""
    arn = Arn.parse(resource)
    return resource == "*" or (arn is not None and {arn.account, arn.resource} == {"*"})


def _moving(statement: Statement, topics: bool) -> list[str]:
    """The actions that move messages; all actions of a service are another rule's finding."""
    moved = set[str]().union(*map(_moved, statement.texts("Action")))
    return [
        action for action in DATA_PLANE if action in moved and (topics or action != "sns:Publish")
    ]


@lru_cache(maxsize=4096)  # the same few actions stand in most policies
def _moved(pattern: str) -> frozenset[str]:
    """Those of one pattern."""
    if not _of_messages(pattern) or wildcard_service(pattern) is not None:
        return frozenset()
    return frozenset(action for action in DATA_PLANE if action_matches(pattern, action))


def _of_messages(pattern: str) -> bool:
    """Whether the service of an action is, or may be, one that moves messages."""
    service = pattern.partition(":")[0].lower()
    return service in SERVICES or "*" in service or "?" in service
