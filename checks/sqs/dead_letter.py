"""Queues and the dead-letter queues that take what could not be processed."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.data import limits
from auditor.findings import Category, Match, Severity
from auditor.graph import Graph
from auditor.resources import Queue
from auditor.rules import rule
from checks._shared import dead_letter_queues, is_dead_letter_queue, mappings_of

GUIDE = "Dead Letter Queue Setup (lines 109-144)"
COUNT_PATH = ("RedrivePolicy", "maxReceiveCount")


@rule(
    "SQS030",
    "queue-without-dlq",
    severity=Severity.HIGH,
    category=Category.RELIABILITY,
    guide=GUIDE,
    applies_to=Queue,
    remediation="""
        OrdersQueue:
          Type: AWS::SQS::Queue
          Properties:
            RedrivePolicy:
              deadLetterTargetArn: !GetAtt OrdersDlq.Arn
              maxReceiveCount: 5

        Live: aws sqs set-queue-attributes --queue-url URL --attributes
        '{"RedrivePolicy": "{\\"deadLetterTargetArn\\":\\"ARN\\",\\"maxReceiveCount\\":\\"5\\"}"}'
    """,
)
def queue_without_dlq(queue: Queue, graph: Graph) -> Iterator[Match]:
    """A queue has no dead-letter queue, so a message that always fails is never set aside.

    It comes back after every visibility timeout, costs a receive each time, delays the messages
    behind it and disappears unseen when its retention ends. Queues that are themselves the
    dead-letter queue of anything (a queue, function, mapping, rule target, schedule, pipe or
    subscription), or say so by name or redrive allow policy, are exempt.

    Fine to accept where losing messages is acceptable and the consumer never fails on content.
    """
    if queue.has("RedrivePolicy") or is_dead_letter_queue(queue, graph):
        return
    yield Match(queue, f"{queue.label} has no dead-letter queue", ("RedrivePolicy",))


@rule(
    "SQS032",
    "risky-max-receive-count",
    severity=Severity.MEDIUM,
    category=Category.RELIABILITY,
    guide=GUIDE,
    applies_to=Queue,
    remediation="""
        RedrivePolicy:
          deadLetterTargetArn: !GetAtt OrdersDlq.Arn
          maxReceiveCount: 5

        Live: aws sqs set-queue-attributes --queue-url URL --attributes
        '{"RedrivePolicy": "{\\"deadLetterTargetArn\\":\\"ARN\\",\\"maxReceiveCount\\":\\"5\\"}"}'
    """,
)
def risky_max_receive_count(
    queue: Queue, graph: Graph, *, most: float = limits.RECEIVE_COUNT_SENSIBLE_MAX
) -> Iterator[Match]:
    """A queue gives up on messages too early, or retries them for far too long.

    With 1, one crash or throttled call dead-letters a good message; Lambda counts throttled
    invocations as receives, so it needs 5 or more. Beyond 100, a message that can never succeed
    keeps a consumer busy; outside of 1 to 1,000 SQS refuses the redrive policy.

    Fine to accept where a retry would do harm and every failure is to be looked at by a person.
    """
    if queue.redrive_policy is None:
        return
    count = queue.redrive_policy.max_receive_count
    evidence = (f"maxReceiveCount {count}",)
    if not limits.RECEIVE_COUNT_MIN <= count <= limits.RECEIVE_COUNT_MAX:
        yield Match(
            queue, f"{queue.label} has a maxReceiveCount that SQS refuses", COUNT_PATH, evidence,
            severity=Severity.HIGH,
        )  # fmt: skip
    elif count > most:
        message = f"{queue.label} retries a message up to {count} times before it sets it aside"
        yield Match(queue, message, COUNT_PATH, evidence)
    elif count == 1:
        message = f"{queue.label} gives up on a message after a single failed receive"
        yield Match(queue, message, COUNT_PATH, evidence)
    elif count < limits.RECEIVE_COUNT_MIN_FOR_LAMBDA and (edges := mappings_of(queue, graph)):
        related = tuple((edge.via, "reads the queue for a function") for edge in edges)
        message = f"{queue.label} gives up on a message after {count} receives, but Lambda needs 5"
        yield Match(queue, message, COUNT_PATH, evidence, related)


@rule(
    "SQS034",
    "dlq-retention-too-short",
    severity=Severity.HIGH,
    category=Category.RELIABILITY,
    guide=GUIDE,
    applies_to=Queue,
    remediation="""
        OrdersDlq:
          Type: AWS::SQS::Queue
          Properties:
            MessageRetentionPeriod: 1209600

        Live: aws sqs set-queue-attributes --queue-url DLQ_URL
        --attributes MessageRetentionPeriod=1209600
    """,
)
def dlq_retention_too_short(queue: Queue, graph: Graph) -> Iterator[Match]:
    """A dead-letter queue keeps messages no longer than the queue they come from.

    A standard queue moves a message with its first enqueue time, so the days spent in the source
    count: with a shorter retention an old message is deleted the moment it is moved, with an equal
    one its remaining days may be too few to notice it. (FIFO queues start the time anew and are
    exempt: SQS developer guide, "Setting-up dead-letter queue retention".)

    Fine to accept where messages fail within minutes and somebody looks within the retention.
    """
    if queue.redrive_policy is None or queue.fifo:
        return
    for dlq in dead_letter_queues(queue, graph):
        kept, source = dlq.retention_seconds, queue.retention_seconds
        if dlq.id == queue.id or kept > source:
            continue
        yield Match(
            dlq,
            f"{dlq.label} keeps dead letters no longer than {queue.label} keeps messages",
            ("MessageRetentionPeriod",),
            (f"{dlq.label}: {kept} s", f"{queue.label}: {source} s"),
            ((queue, "the queue that the dead letters come from"),),
            discriminator=queue.id,
            severity=None if kept < source else Severity.MEDIUM,
        )
