"""What makes a queue a FIFO queue, and what it takes from it."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.findings import Category, Match, Severity
from auditor.graph import Graph
from auditor.resources import Queue
from auditor.rules import rule
from auditor.values import UndeterminedError, Unknown

SUFFIX = ".fifo"


@rule(
    "SQS014",
    "fifo-name-mismatch",
    severity=Severity.HIGH,
    category=Category.RELIABILITY,
    guide="Queue Types (lines 82-94)",
    applies_to=Queue,
    remediation="""
        OrdersQueue:
          Type: AWS::SQS::Queue
          Properties:
            QueueName: orders.fifo
            FifoQueue: true

        Live: aws sqs create-queue --queue-name orders.fifo --attributes FifoQueue=true
    """,
)
def fifo_name_mismatch(queue: Queue, _graph: Graph) -> Iterator[Match]:
    """The name of a queue says FIFO and its settings do not, or the other way round.

    SQS wants FifoQueue true and a name that ends in .fifo together, and refuses one without the
    other. A queue without a name gets a fitting one.

    Fine to accept in no case that we know of.
    """
    named = _says_fifo(queue)
    if named is None or named == queue.fifo:
        return
    message = (
        f"{queue.label} has a name that ends in {SUFFIX}, but is no FIFO queue"
        if named
        else f"{queue.label} is a FIFO queue, but its name does not end in {SUFFIX}"
    )
    yield Match(queue, message, ("QueueName",), (f"FifoQueue {str(queue.fifo).lower()}",))


def _says_fifo(queue: Queue) -> bool | None:
    """Whether the name ends in `.fifo`, `None` without a name; the known end of it is enough."""
    name = queue.peek("QueueName")
    if not isinstance(name, Unknown):
        return None if name is None else str(name).endswith(SUFFIX)
    end = (name.text or "").rpartition("}")[2]
    if not end.endswith(SUFFIX) and SUFFIX.endswith(end):
        raise UndeterminedError(name.reason, ("QueueName",))
    return end.endswith(SUFFIX)


@rule(
    "SQS040",
    "fifo-order-broken-by-dlq",
    severity=Severity.INFO,
    category=Category.RELIABILITY,
    guide="Dead Letter Queue Setup (lines 109-144)",
    applies_to=Queue,
    pedantic=True,
    remediation="""
        Where the order within a group must never break, leave out the redrive policy and let the
        consumer stop the group instead:

        OrdersQueue:
          Type: AWS::SQS::Queue
          Properties:
            FifoQueue: true
            MessageRetentionPeriod: 1209600

        Live: aws sqs set-queue-attributes --queue-url URL --attributes RedrivePolicy=
    """,
)
def fifo_order_broken_by_dlq(queue: Queue, _graph: Graph) -> Iterator[Match]:
    """A FIFO queue goes on with the next message of a group after it gave one up.

    The dead-letter queue takes a message out of its sequence: what follows in the group is
    processed without it, and a redrive brings it back too late. (SQS developer guide, "Using
    dead-letter queues": not where the exact order must not break.)

    Fine to accept, and usual, where a later message does not depend on the one before.
    """
    if queue.fifo and queue.has("RedrivePolicy"):
        message = f"{queue.label} breaks the order of a group when it gives up on a message"
        yield Match(queue, message, ("RedrivePolicy",))
