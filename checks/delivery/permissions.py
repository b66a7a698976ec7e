"""Whom the permissions of functions and the policies of buses let in."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.findings import Category, Match, Severity
from auditor.graph import Graph
from auditor.policy import (
    NOBODY,
    Admission,
    Audience,
    Statement,
    Trust,
    action_matches,
    clauses_of,
    judge_each,
    sends_source,
    statements_of,
)
from auditor.resources import EventBusPolicy, Permission
from auditor.rules import rule

GUIDE = "Resource-Based Policies (lines 1050-1072)"
_MANAGING = ("events:PutRule", "events:PutTargets", "events:DeleteRule", "events:RemoveTargets")


@rule(
    "IAM015",
    "permission-for-any-account",
    severity=Severity.HIGH,
    category=Category.SECURITY,
    guide=GUIDE,
    applies_to=Permission,
    remediation="""
        OrdersPermission:
          Type: AWS::Lambda::Permission
          Properties:
            FunctionName: !Ref OrdersFunction
            Action: lambda:InvokeFunction
            Principal: s3.amazonaws.com
            SourceArn: !Sub arn:${AWS::Partition}:s3:::${Uploads}
            SourceAccount: !Ref AWS::AccountId

        Live: aws lambda add-permission --function-name NAME --statement-id uploads
        --action lambda:InvokeFunction --principal s3.amazonaws.com --source-arn BUCKET_ARN
        --source-account ACCOUNT
    """,
)
def permission_for_any_account(permission: Permission, _graph: Graph) -> Iterator[Match]:
    """A service may invoke a function on behalf of any AWS customer.

    Without SourceArn or SourceAccount another account can set up its own topic, rule, bucket or API
    that invokes this function with input of its choice (the confused deputy). Services that do not
    say on whose behalf they call are not meant.

    Fine to accept where the function trusts nothing in its input.
    """

    def judge(statement: Statement) -> Iterator[Match]:
        for principal, reach in Admission(statement, permission.raw.account).each():
            unguarded = principal.is_service and reach is Audience.SERVICE_UNGUARDED
            if unguarded and sends_source(principal.text, "lambda"):
                message = f"{permission.label} lets {principal.text} in for any AWS account"
                yield Match(permission, message, ("Principal",), ("no SourceArn that narrows",))

    yield from judge_each(statements_of(permission), judge)


@rule(
    "IAM010",
    "open-bus-policy",
    severity=Severity.CRITICAL,
    category=Category.SECURITY,
    guide=GUIDE,
    applies_to=EventBusPolicy,
    remediation="""
        OrdersBusPolicy:
          Type: AWS::Events::EventBusPolicy
          Properties:
            EventBusName: !Ref OrdersBus
            StatementId: organization
            Statement:
              Effect: Allow
              Principal: "*"
              Action: events:PutEvents
              Resource: !GetAtt OrdersBus.Arn
              Condition:
                StringEquals: {aws:PrincipalOrgID: o-abc1234567}

        Live: aws events put-permission --event-bus-name NAME --policy file://policy.json
    """,
)
def open_bus_policy(policy: EventBusPolicy, _graph: Graph) -> Iterator[Match]:
    """The policy of an event bus lets in everyone.

    Any AWS account may then put events on the bus, and rules act on them. A condition on
    events:source or events:detail-type does not help: the caller writes both itself. Conditions
    are evaluated: a named organisation, account or principal narrows.

    Fine to accept in no case that we know of.
    """

    def judge(statement: Statement) -> Iterator[Match]:
        if not statement.allows:
            return
        for principal, reach in Admission(statement, policy.raw.account, denies).each():
            if reach is Audience.PUBLIC:
                keys = [clause.key for clause in clauses_of(statement)]
                shown = f"conditions that do not narrow: {', '.join(keys)}"
                evidence = (shown if keys else "no condition",)
                path = principal.path or (*statement.path, "Principal")
                message = f"{policy.label} lets everyone in"
                yield Match(policy, message, path, evidence, discriminator=principal.text)

    denies = [each for each in statements_of(policy) if not each.allows]
    yield from judge_each(statements_of(policy), judge)


@rule(
    "IAM012",
    "others-manage-rules-of-bus",
    severity=Severity.HIGH,
    category=Category.SECURITY,
    guide=GUIDE,
    applies_to=EventBusPolicy,
    remediation="""
        OrdersBusPolicy:
          Type: AWS::Events::EventBusPolicy
          Properties:
            EventBusName: !Ref OrdersBus
            StatementId: partner-rules
            Statement:
              Effect: Allow
              Principal: {AWS: arn:aws:iam::111122223333:root}
              Action: [events:PutRule, events:PutTargets, events:DeleteRule, events:RemoveTargets]
              Resource: !Sub arn:aws:events:${AWS::Region}:${AWS::AccountId}:rule/${OrdersBus}/*
              Condition:
                StringEqualsIfExists: {events:creatorAccount: "${aws:PrincipalAccount}"}

        Live: aws events put-permission --event-bus-name NAME --policy file://policy.json
    """,
)
def others_manage_rules_of_bus(
    policy: EventBusPolicy, _graph: Graph, *, trust: Trust = NOBODY
) -> Iterator[Match]:
    """Another account may change any rule of an event bus, not only its own.

    events:PutRule and events:PutTargets without events:creatorAccount let it redirect or stop the
    deliveries of everybody else on the bus.

    Fine to accept where the other account owns the bus for all practical purposes; those that the
    configuration trusts are exempt.
    """

    def judge(statement: Statement) -> Iterator[Match]:
        if not statement.allows:
            return
        entries = list(statement.entries("Action"))
        managing = [
            entry for entry in entries if any(action_matches(entry.text, it) for it in _MANAGING)
        ]
        if not managing or "events:creatoraccount" in {it.key for it in clauses_of(statement)}:
            return
        for principal, reach in Admission(statement, policy.raw.account, (), trust).each():
            if reach > Audience.TRUSTED and not principal.is_service:
                actions = ", ".join(entry.text for entry in managing)
                message = f"{policy.label} lets others change any rule of the bus"
                evidence = (f"{principal.text} may {actions}",)
                yield Match(policy, message, managing[0].path, evidence)
                return

    yield from judge_each(statements_of(policy), judge)
