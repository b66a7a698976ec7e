"""Conditions that do not do what they seem to."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.findings import Category, Match, Severity
from auditor.graph import Graph
from auditor.policy import (
    SOURCE_KEYS,
    Clause,
    Statement,
    Test,
    clauses_of,
    judge_each,
    statements_of,
)
from auditor.resources.base import Resource
from auditor.rules import rule
from auditor.values import boolean, read
from checks.iam._identities import IDENTITIES


@rule(
    "IAM005",
    "source-condition-on-identity",
    severity=Severity.HIGH,
    category=Category.SECURITY,
    guide="IAM Policies and Permissions (lines 1043-1047)",
    applies_to=IDENTITIES,
    remediation="""
        PolicyDocument:
          Statement:
            - Effect: Allow
              Action: sqs:SendMessage
              Resource: !GetAtt OrdersQueue.Arn
              Condition:                          # or no condition at all
                StringEquals:
                  aws:ResourceAccount: !Ref AWS::AccountId

        Live: aws iam put-role-policy --role-name ROLE --policy-name NAME
        --policy-document file://policy.json
    """,
)
def source_condition_on_identity(resource: Resource, _graph: Graph) -> Iterator[Match]:
    """A policy of an identity depends on aws:SourceArn or aws:SourceAccount, so it allows nothing.

    These keys exist only when an AWS service calls the resource by itself; a call by a role or a
    user has none, the condition is never true and the permission is never given. They belong in
    the policies of queues, topics and other resources.

    Fine to accept in no case: the statement has no effect.
    """
    yield from judge_each(statements_of(resource), lambda each: _never_true(resource, each))


def _never_true(resource: Resource, statement: Statement) -> Iterator[Match]:
    if not statement.allows:
        return
    for clause in clauses_of(statement):
        if clause.key in SOURCE_KEYS and _needs_key(clause):
            yield Match(
                resource,
                f"{resource.label} allows nothing here: {clause.path[-1]} is never set for the"
                " calls of an identity",
                clause.path,
                (f"{clause.path[-2]} {clause.path[-1]}",),
            )


def _needs_key(clause: Clause) -> bool:
    if clause.test is Test.NULL:
        return [read(value, boolean, clause.path) for value in clause.values] == [False]
    tested = clause.test in (Test.EQUALS, Test.LIKE)
    return tested and not clause.passes_absent
