"""What the policies of buses leave to other accounts."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.findings import Category, Match, Severity
from auditor.graph import Graph
from auditor.policy import (
    NOBODY,
    Admission,
    Audience,
    Principal,
    Statement,
    Trust,
    action_matches,
    clauses_of,
    judge_each,
    statements_of,
)
from auditor.resources import EventBusPolicy
from auditor.rules import rule

GUIDE = "Resource-Based Policies (lines 1050-1072)"
# What a condition on a sender's events looks at.
_CONTENT = {"events:source", "events:detail-type"}


def _others(
    policy: EventBusPolicy, statement: Statement, trust: Trust
) -> Iterator[tuple[Principal, str]]:
    """Those outside of the account and of the trusted ones whom a statement lets in, and a name.

    Everyone, and services, are the business of other rules.
    """
    if not statement.allows:
        return
    for principal, reach in Admission(statement, policy.raw.account, (), trust).each():
        if reach in (Audience.CROSS_ACCOUNT, Audience.ORGANIZATION) and not principal.is_service:
            yield principal, "an organization" if principal.text == "*" else principal.text


@rule(
    "IAM011",
    "bus-open-to-unlisted-account",
    severity=Severity.MEDIUM,
    category=Category.SECURITY,
    guide=GUIDE,
    pedantic=True,
    applies_to=EventBusPolicy,
    remediation="""
        List whom you know in .msgaudit.yaml:

        trusted:
          accounts: ["444455556666"]
          organizations: [o-abc1234567]

        or take the permission away from the others:

        Live: aws events remove-permission --event-bus-name NAME --statement-id ID
    """,
)
def bus_open_to_unlisted_account(
    policy: EventBusPolicy, _graph: Graph, *, trust: Trust = NOBODY
) -> Iterator[Match]:
    """The policy of an event bus lets in an account or organization that nobody listed as known.

    Partners and tools change, and their permissions stay. Those that the configuration lists under
    trusted are exempt; without such a list each one that is not the owner of the bus is reported.

    Fine to accept in no case: list whom you know.
    """

    def judge(statement: Statement) -> Iterator[Match]:
        for principal, name in _others(policy, statement, trust):
            message = f"{policy.label} lets in {name}, which is not listed as trusted"
            path = principal.path or (*statement.path, "Principal")
            yield Match(policy, message, path, discriminator=principal.text)

    yield from judge_each(statements_of(policy), judge)


@rule(
    "IAM013",
    "sender-chooses-any-source",
    severity=Severity.LOW,
    category=Category.SECURITY,
    guide=GUIDE,
    applies_to=EventBusPolicy,
    remediation="""
        OrdersBusPolicy:
          Type: AWS::Events::EventBusPolicy
          Properties:
            EventBusName: !Ref OrdersBus
            StatementId: partner
            Statement:
              Effect: Allow
              Principal: {AWS: arn:aws:iam::444455556666:root}
              Action: events:PutEvents
              Resource: !GetAtt OrdersBus.Arn
              Condition:
                StringEquals: {events:source: partner.payments}

        Live: aws events put-permission --event-bus-name NAME --policy file://policy.json
    """,
)
def sender_chooses_any_source(
    policy: EventBusPolicy, _graph: Graph, *, trust: Trust = NOBODY
) -> Iterator[Match]:
    """Another account may put events of any source on a bus, also ones that look like your own.

    Rules tell events apart by source and detail-type, which the sender writes itself. A condition
    on events:source or events:detail-type keeps it to its own. Accounts that the configuration
    trusts are exempt.

    Fine to accept where the other account sends on behalf of many sources, such as a shared bus.
    """

    def judge(statement: Statement) -> Iterator[Match]:
        sending = [
            entry for entry in statement.entries("Action")
            if action_matches(entry.text, "events:PutEvents")
        ]  # fmt: skip
        if not sending or _CONTENT & {clause.key for clause in clauses_of(statement)}:
            return
        for principal, name in _others(policy, statement, trust):
            message = f"{policy.label} lets {name} send events of any source"
            evidence = ("no condition on events:source or events:detail-type",)
            yield Match(policy, message, sending[0].path, evidence, discriminator=principal.text)

    yield from judge_each(statements_of(policy), judge)
