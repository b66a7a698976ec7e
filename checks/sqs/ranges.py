"""Times of a queue that SQS refuses, or that no queue should have."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.data import limits
from auditor.findings import Category, Match, Severity
from auditor.graph import Graph
from auditor.resources import Queue
from auditor.rules import rule
from checks._shared import is_dead_letter_queue, mappings_of

GUIDE = "Key Features & Configuration (lines 96-107)"


@rule(
    "SQS001",
    "retention-out-of-range",
    severity=Severity.HIGH,
    category=Category.RELIABILITY,
    guide=GUIDE,
    applies_to=Queue,
    remediation="""
        OrdersQueue:
          Type: AWS::SQS::Queue
          Properties:
            MessageRetentionPeriod: 1209600     # seconds: 60 to 1209600 (14 days)

        Live: aws sqs set-queue-attributes --queue-url URL
        --attributes MessageRetentionPeriod=1209600
    """,
)
def retention_out_of_range(queue: Queue, _graph: Graph) -> Iterator[Match]:
    """A queue is to keep messages for a time that SQS does not offer, so it is not created.

    The period is given in seconds and lies between one minute and 14 days; a number of days,
    hours or milliseconds is the usual slip.

    Fine to accept in no case that we know of.
    """
    kept = queue.retention_seconds
    if not limits.RETENTION_MIN <= kept <= limits.RETENTION_MAX:
        yield Match(
            queue,
            f"{queue.label} cannot keep messages for {kept} s: SQS takes {limits.RETENTION_MIN} to"
            f" {limits.RETENTION_MAX} s",
            ("MessageRetentionPeriod",),
            (f"MessageRetentionPeriod {kept}",),
        )


@rule(
    "SQS020",
    "unsuitable-delay",
    severity=Severity.LOW,
    category=Category.RELIABILITY,
    guide=GUIDE,
    applies_to=Queue,
    remediation="""
        OrdersQueue:
          Type: AWS::SQS::Queue
          Properties:
            DelaySeconds: 0         # up to 900; none on dead-letter queues

        Live: aws sqs set-queue-attributes --queue-url URL --attributes DelaySeconds=0
    """,
)
def unsuitable_delay(queue: Queue, graph: Graph) -> Iterator[Match]:
    """A queue delays messages for longer than SQS can, or delays dead letters.

    Beyond 900 seconds SQS refuses the queue; a longer wait needs a schedule or a workflow. What
    lands in a dead-letter queue has failed already: a delay there only keeps it from the alarm and
    from the people who look for it.

    Fine to accept where the same template makes all queues and nobody waits for dead letters.
    """
    delay = queue.delay_seconds
    path, evidence = ("DelaySeconds",), (f"DelaySeconds {delay}",)
    if not 0 <= delay <= limits.DELAY_MAX:
        message = f"{queue.label} cannot delay messages by {delay} s: SQS takes up to 900 s"
        yield Match(queue, message, path, evidence, severity=Severity.HIGH)
    elif delay and is_dead_letter_queue(queue, graph):
        yield Match(queue, f"{queue.label} hides dead letters for {delay} s", path, evidence)


@rule(
    "SQS023",
    "unusable-visibility-timeout",
    severity=Severity.MEDIUM,
    category=Category.RELIABILITY,
    guide=GUIDE,
    applies_to=Queue,
    remediation="""
        OrdersQueue:
          Type: AWS::SQS::Queue
          Properties:
            VisibilityTimeout: 180      # seconds: longer than a consumer needs, up to 43200

        Live: aws sqs set-queue-attributes --queue-url URL --attributes VisibilityTimeout=180
    """,
)
def unusable_visibility_timeout(queue: Queue, graph: Graph) -> Iterator[Match]:
    """A queue hides received messages not at all, or for longer than SQS can.

    With 0 seconds every consumer that asks gets the same message, and each answer counts as a
    receive on the way to the dead-letter queue. Beyond 43,200 seconds (12 hours) SQS refuses the
    queue. What a function or a pipe needs is compared by rules of its own.

    Fine to accept 0 where every consumer sets the timeout itself when it receives.
    """
    visible = queue.visibility_timeout
    path, evidence = ("VisibilityTimeout",), (f"VisibilityTimeout {visible}",)
    if not 0 <= visible <= limits.VISIBILITY_MAX:
        message = f"{queue.label} cannot hide messages for {visible} s: SQS takes up to 43200 s"
        yield Match(queue, message, path, evidence, severity=Severity.HIGH)
    elif visible == 0 and not mappings_of(queue, graph):
        message = f"{queue.label} does not hide a message while a consumer works on it"
        yield Match(queue, message, path, evidence)
