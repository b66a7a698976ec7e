"""Conditions whose key or operator is not what was meant."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.data.condition_keys import ARN_KEYS, ID_KEYS, KNOWN, known
from auditor.findings import Category, Match, Severity
from auditor.graph import Graph
from auditor.policy import (
    Clause,
    Statement,
    Test,
    any_of,
    clauses_of,
    judge_each,
    reference_part,
    statements_of,
)
from auditor.resources.base import Resource
from auditor.rules import rule
from auditor.values import read, text
from checks.iam._identities import IDENTITIES
from checks.iam.wildcards import RESOURCE_POLICIES

# How much alike a key must be to one that exists: a key that is new at AWS is no mistake.
_ALIKE = 0.85


@rule(
    "IAM006",
    "condition-never-as-meant",
    severity=Severity.MEDIUM,
    category=Category.SECURITY,
    guide="IAM Policies and Permissions (lines 1043-1047)",
    applies_to=(*IDENTITIES, *RESOURCE_POLICIES),
    remediation="""
        Condition:
          ArnLike:                              # StringEquals takes * literally
            aws:SourceArn: !Sub arn:aws:events:${AWS::Region}:${AWS::AccountId}:rule/orders-*
          StringEquals:
            aws:SourceAccount: !Ref AWS::AccountId

        Live: aws sqs set-queue-attributes --queue-url URL --attributes file://policy.json
    """,
)
def condition_never_as_meant(resource: Resource, _graph: Graph) -> Iterator[Match]:
    """A condition of a policy compares in a way that never fits, or a key that does not exist.

    StringEquals takes * and ? literally, an ARN operator fits no account id and no organization,
    and a misspelt key is absent from every request. An Allow then allows nothing; a negated one, or
    a Deny with a negation, holds for everybody. Keys are reported only where a known one is nearly
    the same.

    Fine to accept in no case: the condition does not do what it says.
    """
    yield from judge_each(statements_of(resource), lambda each: _mistakes(resource, each))


def _mistakes(resource: Resource, statement: Statement) -> Iterator[Match]:
    for clause in clauses_of(statement):
        if mistake := _mistake(clause):
            evidence = (f"{clause.path[-2]} {clause.path[-1]}",)
            yield Match(resource, f"{resource.label}: {mistake}", clause.path, evidence)


def _mistake(clause: Clause) -> str | None:
    operator, key = str(clause.path[-2]), str(clause.path[-1])
    if not known(clause.key):
        from difflib import get_close_matches

        close = get_close_matches(clause.key, KNOWN, 1, _ALIKE)
        return f"there is no condition key {key}, but {KNOWN[close[0]]}" if close else None
    if clause.key in ARN_KEYS | ID_KEYS and clause.test is Test.EQUALS and _wild(clause):
        return f"{operator} compares * and ? literally, so that {key} never equals this value"
    if clause.key in ID_KEYS and clause.test is Test.LIKE and "arn" in operator.lower():
        return f"{key} is no ARN, so that {operator} never fits it"
    return None


def _wild(clause: Clause) -> bool:
    """Whether no value can be met literally; what comes from outside of the stack can be."""
    values = map(reference_part, clause.values)
    return bool(clause.values) and not any_of(values, lambda it: _literal(it, clause))


def _literal(value: object, clause: Clause) -> bool:
    return not {"*", "?"} & set(read(value, text, clause.path))
