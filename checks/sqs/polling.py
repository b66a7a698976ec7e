"""How consumers ask a queue for messages."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.findings import Category, Confidence, Match, Severity
from auditor.graph import EdgeKind, Graph
from auditor.resources import EventSourceMapping, Pipe, Queue
from auditor.rules import rule
from checks._shared import is_dead_letter_queue


@rule(
    "SQS027",
    "short-polling",
    severity=Severity.LOW,
    category=Category.COST,
    confidence=Confidence.LOW,
    guide="Polling Strategies (lines 146-165)",
    applies_to=Queue,
    remediation="""
        OrdersQueue:
          Type: AWS::SQS::Queue
          Properties:
            ReceiveMessageWaitTimeSeconds: 20

        Live: aws sqs set-queue-attributes --queue-url URL
        --attributes ReceiveMessageWaitTimeSeconds=20
    """,
)
def short_polling(queue: Queue, graph: Graph) -> Iterator[Match]:
    """A queue answers at once when it is empty, so a consumer that polls it pays for empty answers.

    With 0 seconds SQS also asks only some of its servers and may miss messages that are there.
    Lambda and EventBridge Pipes bring their own long polling, so queues that they read are
    exempt; where no consumer is known, it is taken to be a program that polls.

    Fine to accept where every consumer asks for WaitTimeSeconds itself, or one thread polls many
    queues in turn.
    """
    if queue.receive_wait_seconds > 0 or is_dead_letter_queue(queue, graph):
        return
    consumers = graph.outgoing(queue, EdgeKind.CONSUMES)
    if any(isinstance(edge.via, EventSourceMapping | Pipe) for edge in consumers):
        return
    yield Match(
        queue,
        f"no mapping or pipe reads {queue.label}, and other consumers get empty answers at once",
        ("ReceiveMessageWaitTimeSeconds",),
        (f"ReceiveMessageWaitTimeSeconds {queue.receive_wait_seconds}",),
    )
