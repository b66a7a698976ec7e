"""Messages that end before anybody sets them aside."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.findings import Category, Match, Severity
from auditor.graph import Graph
from auditor.resources import Queue
from auditor.rules import rule


@rule(
    "SQS022",
    "messages-expire-before-dlq",
    severity=Severity.HIGH,
    category=Category.RELIABILITY,
    guide="Key Features & Configuration (lines 96-107)",
    applies_to=Queue,
    remediation="""
        OrdersQueue:
          Type: AWS::SQS::Queue
          Properties:
            MessageRetentionPeriod: 345600    # far more than VisibilityTimeout x maxReceiveCount
            VisibilityTimeout: 180
            RedrivePolicy:
              deadLetterTargetArn: !GetAtt OrdersDlq.Arn
              maxReceiveCount: 5

        Live: aws sqs set-queue-attributes --queue-url URL
        --attributes MessageRetentionPeriod=345600
    """,
)
def messages_expire_before_dlq(queue: Queue, _graph: Graph) -> Iterator[Match]:
    """A message expires before it has failed often enough for the dead-letter queue.

    A failed message comes back after the visibility timeout, and moves to the dead-letter queue
    when it was received maxReceiveCount times and comes back once more. Where all those timeouts
    together take as long as the queue keeps messages, it is deleted first and nobody ever sees it.

    Fine to accept where consumers shorten the visibility timeout of what they could not process.
    """
    if queue.redrive_policy is None:
        return
    kept, hidden = queue.retention_seconds, queue.visibility_timeout
    count = queue.redrive_policy.max_receive_count
    if kept <= count * hidden:
        yield Match(
            queue,
            f"{queue.label} deletes a message after {kept} s, before it can have failed {count}"
            " times",
            ("MessageRetentionPeriod",),
            (
                f"MessageRetentionPeriod {kept}",
                f"VisibilityTimeout {hidden} x maxReceiveCount {count} = {count * hidden} s",
            ),
        )
