"""Rules that never fire, that nobody hears, or that hear too much."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from auditor.data import event_limits
from auditor.findings import Category, Match, Severity
from auditor.graph import Graph
from auditor.resources import EventRule
from auditor.rules import rule
from auditor.values import mapping, read

COMPONENTS = "Key Components (lines 336-340)"
CONFIGURATION = "Rule Configuration (lines 363-407)"
NOTHING: Mapping[str, object] = {}
EVERY_CALL = "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"


@rule(
    "EVB011",
    "rule-never-fires",
    severity=Severity.HIGH,
    category=Category.RELIABILITY,
    guide=COMPONENTS,
    applies_to=EventRule,
    remediation="""
        OrdersRule:
          Type: AWS::Events::Rule
          Properties:
            State: ENABLED
            EventPattern:
              source: [shop.orders]

        Live: aws events enable-rule --name NAME --event-bus-name BUS
    """,
)
def rule_never_fires(event_rule: EventRule, _graph: Graph) -> Iterator[Match]:
    """A rule never fires: it has neither an event pattern nor a schedule, or it is disabled.

    EventBridge refuses the former. A disabled rule loses the events that it would match, as a bus
    keeps none, and looks like a working part of the system; it counts less.

    Fine to accept where somebody enables the rule when it is needed.
    """
    if not event_rule.has("EventPattern") and not event_rule.schedule_expression:
        message = f"{event_rule.label} has neither an event pattern nor a schedule"
        yield Match(event_rule, message, ("EventPattern",))
    elif event_rule.state == "DISABLED":
        lost = "events that it would match are lost"
        missed = lost if event_rule.has("EventPattern") else "its schedule does not run"
        message = f"{event_rule.label} is disabled: {missed}"
        yield Match(event_rule, message, ("State",), severity=Severity.LOW)


@rule(
    "EVB013",
    "wrong-number-of-targets",
    severity=Severity.HIGH,
    category=Category.RELIABILITY,
    guide=COMPONENTS,
    applies_to=EventRule,
    remediation="""
        OrdersRule:
          Type: AWS::Events::Rule
          Properties:
            Targets:                # one to five; more need a second rule, or a topic as target
              - Id: orders
                Arn: !GetAtt OrdersQueue.Arn

        Live: aws events put-targets --rule NAME --event-bus-name BUS --targets Id=orders,Arn=ARN
    """,
)
def wrong_number_of_targets(event_rule: EventRule, _graph: Graph) -> Iterator[Match]:
    """A rule has no target, so that its events go nowhere, or more targets than EventBridge allows.

    Five is the most, a quota that cannot be raised: the deployment fails. A rule without a target
    throws away what it matches, which counts less; disabled rules without one are exempt.

    Fine to accept for a rule that only counts matches, or whose targets are added by hand.
    """
    count = len(event_rule.targets)
    if count > event_limits.TARGETS_PER_RULE:
        message = f"{event_rule.label} has {count} targets, but a rule can have no more than five"
        yield Match(event_rule, message, ("Targets",))
    elif not count and event_rule.state != "DISABLED":
        message = f"{event_rule.label} has no target: the events that it matches go nowhere"
        yield Match(event_rule, message, ("Targets",), severity=Severity.MEDIUM)


@rule(
    "EVB028",
    "rule-on-every-management-event",
    severity=Severity.LOW,
    category=Category.COST,
    guide=CONFIGURATION,
    applies_to=EventRule,
    remediation="""
        EventPattern:
          detail-type: [AWS API Call via CloudTrail]
          detail:
            eventName: [GetSecretValue]

        Live: aws events put-rule --name NAME --state ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS
        --event-pattern file://pattern.json
    """,
)
def rule_on_every_management_event(event_rule: EventRule, _graph: Graph) -> Iterator[Match]:
    """A rule hears every read call of the account, as it does not say which calls it wants.

    With this state EventBridge also sends the read-only management events of CloudTrail, of which
    there are many more than others, and each match is an invocation. A pattern that names calls,
    or says whether they read, is exempt.

    Fine to accept where the rule archives everything that happens.
    """
    if event_rule.state != EVERY_CALL or event_rule.event_pattern is None:
        return
    detail = event_rule.event_pattern.peek("detail")
    named = read(detail, mapping, ("EventPattern", "detail"), NOTHING).keys()
    if not {"eventName", "readOnly"} & named:
        message = f"{event_rule.label} matches every read call, and names none"
        yield Match(event_rule, message, ("State",), (f"State {EVERY_CALL}",))
