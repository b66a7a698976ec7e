"""Targets of EventBridge rules."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.arns import Arn
from auditor.findings import Category, Confidence, Match, Severity
from auditor.graph import Graph
from auditor.resources import EventRule, Target
from auditor.rules import rule
from auditor.values import Unknown

# Services without a consumer of their own to wait for: only a mistake in the setup stops delivery.
RELIABLE_SERVICES = ("sqs", "sns", "logs", "events", "firehose", "kinesis")


@rule(
    "EVB034",
    "target-without-dlq",
    severity=Severity.HIGH,
    category=Category.RELIABILITY,
    guide="Rule Configuration (lines 363-407)",
    applies_to=EventRule,
    remediation="""
        Targets:
          - Id: orders
            Arn: !GetAtt OrdersFunction.Arn
            DeadLetterConfig:
              Arn: !GetAtt RuleDlq.Arn   # a standard queue of the same Region whose policy lets
                                         # events.amazonaws.com send for this rule

        Live: aws events put-targets --rule NAME --targets
        'Id=orders,Arn=ARN,DeadLetterConfig={Arn=DLQ_ARN}'
    """,
)
def target_without_dlq(event_rule: EventRule, _graph: Graph) -> Iterator[Match]:
    """A rule's target has no dead-letter queue, so events that EventBridge cannot deliver are lost.

    It retries for a day; a missing permission or a deleted target is not retried at all. A queue,
    topic, stream or bus rarely refuses, and a schedule comes again: both count less, and so does a
    target of which the template does not say what it is. Disabled rules are exempt.

    Fine to accept where a missed event is made good by the next one or by a reconciliation.
    """
    if event_rule.state == "DISABLED":
        return
    scheduled = bool(event_rule.schedule_expression) and not event_rule.has("EventPattern")
    for target in event_rule.targets:
        if target.has("DeadLetterConfig"):
            continue
        lenient = scheduled or _service(target) in (None, *RELIABLE_SERVICES)
        yield Match(
            event_rule,
            f"{event_rule.label} loses events that it cannot deliver to target {_name(target)}",
            (*target.path, "DeadLetterConfig"),
            severity=Severity.MEDIUM if lenient else None,
            confidence=Confidence.MEDIUM if lenient else None,
        )


def _name(target: Target) -> str:
    name = target.peek("Id")
    return name if isinstance(name, str) else f"number {int(target.path[-1]) + 1}"


def _service(target: Target) -> str | None:
    value = target.peek("Arn")
    text = value.text if isinstance(value, Unknown) else value
    arn = Arn.parse(text) if isinstance(text, str) else None
    if arn is None:
        return None
    # An API destination is somebody else's web server.
    return "api" if arn.resource.startswith("api-destination/") else arn.service
