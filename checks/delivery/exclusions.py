"""Permissions that name what they do not give."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.findings import Category, Match, Severity
from auditor.graph import Graph
from auditor.policy import Entry, Statement, judge_each, statements_of, wildcard_service
from auditor.resources.base import Resource
from auditor.rules import rule
from checks.iam._identities import GUIDE, IDENTITIES, service_of
from checks.iam.wildcards import RESOURCE_POLICIES, SERVICES


@rule(
    "IAM007",
    "all-but-some-allowed",
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
def all_but_some_allowed(resource: Resource, _graph: Graph) -> Iterator[Match]:
    """A policy allows everything on messages except what it names.

    NotAction and NotResource in an Allow also give every action and every resource that AWS adds
    later or that nobody thought of. In a Deny they are useful, and not meant.

    Fine to accept for roles that administer the whole account.
    """
    yield from judge_each(statements_of(resource), lambda each: _exclusions(resource, each))


def _exclusions(resource: Resource, statement: Statement) -> Iterator[Match]:
    if not statement.allows:
        return
    for name, other in (("NotAction", "Resource"), ("NotResource", "Action")):
        excluded = list(statement.entries(name))
        if excluded and _concerns_messaging(statement, other) and not _all_excluded(excluded):
            message = f"{resource.label} allows everything except what {name} names"
            shown = ", ".join(entry.text for entry in excluded)
            yield Match(resource, message, (*statement.path, name), (f"{name} {shown}",))


def _concerns_messaging(statement: Statement, name: str) -> bool:
    """Whether the other element names messages; where it is negated as well, it does."""
    named = (_service(entry.text) for entry in statement.entries(name))
    return statement.peek(name) is None or any(service in {"*", *SERVICES} for service in named)


def _service(text: str) -> str:
    """The service of an ARN or of an action."""
    return service_of(text) if text.startswith("arn:") else text.lower().partition(":")[0]


def _all_excluded(excluded: list[Entry]) -> bool:
    services = {wildcard_service(entry.text) for entry in excluded}
    return "*" in services or set(SERVICES) <= services
