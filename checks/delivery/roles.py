"""Targets that EventBridge reaches through a role."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.arns import Arn
from auditor.data.targets import NEEDS_ROLE
from auditor.findings import Category, Match, Severity
from auditor.graph import Graph
from auditor.policy import Doubts
from auditor.resources import EventRule, Target
from auditor.rules import rule
from auditor.values import UndeterminedError, Unknown
from checks.delivery.targets import GUIDE


@rule(
    "EVB031",
    "target-without-role",
    severity=Severity.HIGH,
    category=Category.RELIABILITY,
    guide=GUIDE,
    applies_to=EventRule,
    remediation="""
        Targets:
          - Id: orders
            Arn: !GetAtt OrdersStream.Arn
            RoleArn: !GetAtt EventsRole.Arn   # may do kinesis:PutRecord

        Live: aws events put-targets --rule NAME --targets 'Id=orders,Arn=ARN,RoleArn=ROLE_ARN'
    """,
)
def target_without_role(event_rule: EventRule, _graph: Graph) -> Iterator[Match]:
    """A rule's target needs a role, because it has no policy of its own, and names none.

    Streams, delivery streams, state machines, ECS clusters, batch queues, pipelines, builds,
    runbooks and API destinations are only reached through a role that EventBridge takes on. Without
    it each event is a failed invocation.

    Fine to accept in no case that we know of.
    """
    doubts = Doubts()
    for target in event_rule.targets:
        with doubts:
            arn = _in_need(target)
            if arn and not (target.has("RoleArn") or event_rule.has("RoleArn")):
                yield Match(
                    event_rule,
                    f"{event_rule.label} has no role to reach its target in {arn.service}",
                    (*target.path, "RoleArn"),
                    (f"{arn.service} {arn.resource}",),
                )
    doubts.settle()


def _in_need(target: Target) -> Arn | None:
    """The ARN of a target that needs a role; targets from other stacks are not judged."""
    value = target.peek("Arn")
    if isinstance(value, Unknown) and value.text is None and not value.external:
        raise UndeterminedError(value.reason, (*target.path, "Arn"))
    arn = Arn.parse(str(value.text if isinstance(value, Unknown) else value))
    if arn is None or not arn.resource.startswith(NEEDS_ROLE.get(arn.service, ())):
        return None
    return arn
