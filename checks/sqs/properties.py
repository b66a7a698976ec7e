"""Names of properties that a queue does not have."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from auditor.data import properties
from auditor.findings import Category, Confidence, Match, Severity
from auditor.graph import Graph
from auditor.policy import Doubts
from auditor.resources import Queue
from auditor.rules import rule
from auditor.values import UndeterminedError, Unknown, View


@rule(
    "SQS021",
    "unknown-queue-property",
    severity=Severity.HIGH,
    category=Category.RELIABILITY,
    guide="Key Features & Configuration (lines 96-107)",
    applies_to=Queue,
    remediation="""
        OrdersQueue:
          Type: AWS::SQS::Queue
          Properties:
            VisibilityTimeout: 180                  # not VisibilityTimeoutSeconds
            RedrivePolicy:
              deadLetterTargetArn: !GetAtt OrdersDlq.Arn
              maxReceiveCount: 5                    # not a property of the queue itself

        Live: aws sqs get-queue-attributes --queue-url URL --attribute-names All
        shows the names that SQS knows.
    """,
)
def unknown_queue_property(queue: Queue, _graph: Graph) -> Iterator[Match]:
    """A queue sets a property that queues do not have.

    CloudFormation refuses the queue, and SQS refuses a redrive policy with other names in it.
    MaxReceiveCount belongs in the redrive policy, and VisibilityTimeoutSeconds is called
    VisibilityTimeout. A name that is like no known one may be newer than this rule, and counts
    less.

    Fine to accept where AWS has added the property since.
    """
    doubts = Doubts()
    with doubts:
        yield from _unknown(queue, queue, properties.QUEUE)
    with doubts:
        if queue.redrive_policy is not None:
            yield from _unknown(queue, queue.redrive_policy, properties.REDRIVE_POLICY)
    with doubts:
        if queue.redrive_allow_policy is not None:
            yield from _unknown(queue, queue.redrive_allow_policy, properties.REDRIVE_ALLOW_POLICY)
    doubts.settle()


def _unknown(queue: Queue, view: View, known: Collection[str]) -> Iterator[Match]:
    for name in view.properties:
        # What a collector adds, which is no property, starts with a dollar sign.
        if name in known or name.startswith("$"):
            continue
        right = properties.meant(name, known) or properties.ELSEWHERE.get(name)
        where = ".".join(map(str, (queue.label, *view.path)))
        hint = f"; is {right} meant?" if right else ""
        yield Match(
            queue,
            f"{where} has no property {name}{hint}",
            (*view.path, name),
            (name,),
            severity=None if right else Severity.MEDIUM,
            confidence=None if right else Confidence.LOW,
        )
    if isinstance(unread := getattr(view.properties, "unread", None), Unknown):
        raise UndeterminedError(unread.reason, view.path)
