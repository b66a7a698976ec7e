"""Queues and topics that may be used without TLS."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct, field

from auditor.findings import Category, Match, Severity
from auditor.graph import Graph, once_per_graph
from auditor.policy import Statement, Test, any_of, clauses_of, statements_of
from auditor.resources import Queue, QueuePolicy, Topic, TopicPolicy
from auditor.resources.base import Resource
from auditor.rules import rule
from auditor.values import UndeterminedError, Unknown, boolean, read, sequence
from checks.iam._identities import GUIDE


class _Attachments(Struct):
    """Resource policies by the id of what they are attached to, and those nobody can place."""

    known: dict[str, list[Resource]] = field(default_factory=dict)
    unknown: list[tuple[Resource, Unknown]] = field(default_factory=list)


@once_per_graph
def _attachments(graph: Graph, cls: type[Resource], name: str, account: str | None) -> _Attachments:
    found = _Attachments()
    for policy in graph.all(cls, account):
        for reference in sequence(policy.peek(name), (name,)):
            target = graph.find(reference)
            if target is not None:
                found.known.setdefault(target.id, []).append(policy)
            elif isinstance(reference, Unknown) and not reference.external:
                found.unknown.append((policy, reference))
    return found


def _policies_of(resource: Resource, graph: Graph) -> list[Resource]:
    """The attached policies; raises `UndeterminedError` rather than wrongly say none."""
    if isinstance(resource, Queue):
        attachments = _attachments(graph, QueuePolicy, "Queues", resource.raw.account)
    else:
        attachments = _attachments(graph, TopicPolicy, "Topics", resource.raw.account)
    policies = attachments.known.get(resource.id, [])
    if not policies and attachments.unknown:
        policy, unknown = attachments.unknown[0]
        raise UndeterminedError(f"{policy.id} may be the policy of {resource.id}: {unknown.reason}")
    return policies


@rule(
    "IAM017",
    "plain-http-allowed",
    severity=Severity.LOW,
    category=Category.SECURITY,
    guide=GUIDE,
    applies_to=(Queue, Topic),
    pedantic=True,
    remediation="""
        OrdersQueuePolicy:
          Type: AWS::SQS::QueuePolicy
          Properties:
            Queues: [!Ref OrdersQueue]
            PolicyDocument:
              Statement:
                - Effect: Deny
                  Principal: "*"
                  Action: sqs:*
                  Resource: !GetAtt OrdersQueue.Arn
                  Condition:
                    Bool: {aws:SecureTransport: "false"}

        Live: aws sqs set-queue-attributes --queue-url URL --attributes file://policy.json
        or aws sns set-topic-attributes --topic-arn ARN --attribute-name Policy
        --attribute-value file://policy.json
    """,
)
def plain_http_allowed(resource: Resource, graph: Graph) -> Iterator[Match]:
    """No policy of a queue or topic denies requests without TLS.

    SDKs use TLS unless told otherwise, so this guards against a wrong endpoint in a client's
    configuration; some compliance programmes ask for the statement.

    Fine to accept where nobody asks for it.
    """
    if not any_of(_policies_of(resource, graph), _asks_for_tls):
        yield Match(resource, f"{resource.label} accepts requests without TLS")


def _asks_for_tls(policy: Resource) -> bool:
    return any_of(statements_of(policy), _denies_plain_http)


def _denies_plain_http(statement: Statement) -> bool:
    return not statement.allows and any(
        clause.test is Test.BOOL
        and clause.key == "aws:securetransport"
        and [read(value, boolean, clause.path) for value in clause.values] == [False]
        for clause in clauses_of(statement)
    )
