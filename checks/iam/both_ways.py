"""Roles that send to what they read from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from auditor.findings import Category, Match, Severity
from auditor.graph import Graph
from auditor.policy import Doubts, Statement, action_matches, wildcard_service
from auditor.resources import Role
from auditor.rules import rule
from checks._identity import permissions
from checks.iam._identities import GUIDE, service_of

_SENDS = ("sqs:SendMessage", "kinesis:PutRecord", "kinesis:PutRecords")
_READS = ("sqs:ReceiveMessage", "kinesis:GetRecords", "kinesis:SubscribeToShard")


@rule(
    "IAM003",
    "role-sends-and-reads",
    severity=Severity.LOW,
    category=Category.SECURITY,
    guide=GUIDE,
    pedantic=True,
    applies_to=Role,
    remediation="""
        ProducerRole:
          Type: AWS::IAM::Role
          Properties:
            Policies:
              - PolicyName: send
                PolicyDocument:
                  Version: "2012-10-17"
                  Statement:
                    - {Effect: Allow, Action: "sqs:SendMessage", Resource: !GetAtt OrdersQueue.Arn}

        and another role for the consumer.

        Live: aws iam put-role-policy --role-name ROLE --policy-name NAME
        --policy-document file://policy.json
    """,
)
def role_sends_and_reads(role: Role, graph: Graph) -> Iterator[Match]:
    """A role may send to a queue or stream and also read from it.

    Producer and consumer then cannot be told apart: whoever takes over one of them can also steal
    or forge the messages of the other, and a mistake in the code makes a loop. Only what policies
    name is compared; permissions for all actions or all resources are told by other rules.

    Fine to accept where a worker puts back what it could not finish.
    """
    ways: dict[str, set[str]] = defaultdict(set)
    doubts = Doubts()
    with doubts:
        for statement in permissions(role, graph):
            with doubts:
                for way in _ways(statement):
                    for entry in statement.entries("Resource"):
                        ways[entry.text].add(way)
    for resource, found in ways.items():
        if len(found) == 2 and "*" not in resource and service_of(resource) in ("sqs", "kinesis"):
            named = graph.find(resource)
            label = named.label if named else resource
            related = ((named, "the queue or stream"),) if named else ()
            message = f"{role.label} may send to {label} and read from it"
            yield Match(role, message, (), (), related, discriminator=resource)
    doubts.settle()


def _ways(statement: Statement) -> set[str]:
    """Whether a statement allows sending, reading or both, by actions that it names."""
    if not statement.allows:
        return set()
    named = [it for it in statement.texts("Action") if wildcard_service(it) is None]
    return {
        way
        for way, actions in (("sends", _SENDS), ("reads", _READS))
        if any(action_matches(pattern, action) for pattern in named for action in actions)
    }
