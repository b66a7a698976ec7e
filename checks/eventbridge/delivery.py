"""How rules deliver to their targets."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.data import event_limits
from auditor.findings import Category, Match, Severity
from auditor.graph import Graph
from auditor.resources import EventRule, Target
from auditor.rules import rule
from checks.eventbridge.duplicates import what_is_sent

GUIDE = "Rule Configuration (lines 363-407)"


@rule(
    "EVB036",
    "target-gives-up-early",
    severity=Severity.HIGH,
    category=Category.RELIABILITY,
    guide=GUIDE,
    applies_to=EventRule,
    remediation="""
        Targets:
          - Id: orders
            Arn: !GetAtt OrdersFunction.Arn
            RetryPolicy:
              MaximumEventAgeInSeconds: 3600
              MaximumRetryAttempts: 10
            DeadLetterConfig:
              Arn: !GetAtt RuleDlq.Arn

        Live: aws events put-targets --rule NAME --targets 'Id=orders,Arn=ARN,
        RetryPolicy={MaximumRetryAttempts=10},DeadLetterConfig={Arn=DLQ_ARN}'
    """,
)
def target_gives_up_early(event_rule: EventRule, _graph: Graph) -> Iterator[Match]:
    """A rule's target gives up at once, and has no dead-letter queue for what it gives up.

    Without a retry, or with the shortest time to retry in (a minute), a single throttled call loses
    the event without a trace. Disabled rules are exempt.

    Fine to accept where an event is worthless a minute later.
    """
    if event_rule.state == "DISABLED":
        return
    for target in event_rule.targets:
        if target.has("DeadLetterConfig") or not (limit := _limit(target)):
            continue
        yield Match(
            event_rule,
            f"{event_rule.label} loses an event as soon as a target does not take it",
            (*target.path, "RetryPolicy"),
            (limit,),
        )


def _limit(target: Target) -> str | None:
    policy = target.retry_policy
    if policy is None:
        return None
    if policy.attempts == 0:
        return "MaximumRetryAttempts 0"
    if policy.age_seconds <= event_limits.EVENT_AGE_MIN_SECONDS:
        return f"MaximumEventAgeInSeconds {policy.age_seconds}"
    return None


@rule(
    "EVB037",
    "same-target-twice",
    severity=Severity.LOW,
    category=Category.RELIABILITY,
    guide=GUIDE,
    applies_to=EventRule,
    remediation="""
        Targets:
          - Id: orders
            Arn: !GetAtt OrdersQueue.Arn     # once

        Live: aws events remove-targets --rule NAME --event-bus-name BUS --ids SECOND
    """,
)
def same_target_twice(event_rule: EventRule, _graph: Graph) -> Iterator[Match]:
    """A rule sends each event twice to the same target, in the same form.

    The target does its work twice and costs twice. Two targets that differ in their input or their
    parameters are exempt.

    Fine to accept in no case that we know of.
    """
    if len(event_rule.targets) < 2:
        return
    seen: list[tuple[str, dict[str, object]]] = []
    for target in event_rule.targets:
        sent = what_is_sent(target)
        if (target.arn, sent) in seen:
            message = f"{event_rule.label} sends each event twice to the same target"
            yield Match(event_rule, message, (*target.path, "Arn"), (target.arn,))
        seen.append((target.arn, sent))
