"""What the name of a queue suggests, and its settings contradict."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditor.findings import Category, Confidence, Match, Severity
from auditor.graph import Graph
from auditor.resources import EventSourceMapping, Queue
from auditor.rules import rule
from auditor.values import UndeterminedError, Unknown
from checks._shared import mappings_of

_ANSWERS = {
    "request": ("response", "reply"),
    "requests": ("responses", "replies"),
    "Request": ("Response", "Reply"),
    "Requests": ("Responses", "Replies"),
}
_REQUEST = re.compile(r"[Rr]equests?(?![a-z])")
_PAYMENT = re.compile(r"payment|billing|charge(?!r)|invoice", re.IGNORECASE)
_REAL_TIME = re.compile(r"real[-_]?time", re.IGNORECASE)


@rule(
    "ARC005",
    "answers-through-a-queue",
    severity=Severity.INFO,
    category=Category.PERFORMANCE,
    confidence=Confidence.LOW,
    guide="Messaging Service Decision Tree (lines 24-75)",
    applies_to=Queue,
    remediation="""
        QuotesApi:
          Type: AWS::ApiGatewayV2::Api
          Properties:
            Name: quotes
            ProtocolType: HTTP
            Target: !GetAtt QuotesFunction.Arn      # the caller gets its answer at once

        Live: aws apigatewayv2 create-api --name quotes --protocol-type HTTP --target FUNCTION_ARN
    """,
    pedantic=True,
)
def answers_through_a_queue(queue: Queue, graph: Graph) -> Iterator[Match]:
    """A queue of requests has a twin of responses, so somebody waits for answers by polling.

    The caller must find its own answer among those of others, and give up by itself when none
    comes. An API with a function behind it answers at once. Told from the names alone.

    Fine to accept where answers take longer than an API may wait.
    """
    name = _name(queue)
    found = _REQUEST.search(name)
    for answer in _ANSWERS[found[0]] if found else ():
        twin = graph.index.named(Queue, _REQUEST.sub(answer, name), queue)
        if isinstance(twin, Queue):
            message = f"{queue.label} and {twin.label} look like questions and answers"
            yield Match(queue, message, (), (), ((twin, "the answers"),))


@rule(
    "ARC011",
    "payments-may-repeat",
    severity=Severity.INFO,
    category=Category.RELIABILITY,
    confidence=Confidence.LOW,
    guide="E-commerce Order Processing (lines 169-176)",
    applies_to=Queue,
    remediation="""
        PaymentsQueue:
          Type: AWS::SQS::Queue
          Properties:
            QueueName: payments.fifo
            FifoQueue: true         # and an idempotent consumer: deduplication lasts five minutes

        Live: aws sqs create-queue --queue-name payments.fifo --attributes FifoQueue=true
    """,
    pedantic=True,
)
def payments_may_repeat(queue: Queue, graph: Graph) -> Iterator[Match]:
    """A function reads payments, by the name of it, from a standard queue that may repeat them.

    Standard queues deliver at least once and in any order. A FIFO queue removes what is sent twice
    within five minutes; beyond that only the consumer can.

    Fine to accept where the consumer notes what it has done, or the payment provider does.
    """
    if not _PAYMENT.search(f"{queue.label} {_name(queue)}") or queue.fifo:
        return
    if edges := mappings_of(queue, graph):
        related = tuple((edge.via, "reads it") for edge in edges)
        message = f"{queue.label} may deliver the same payment twice"
        yield Match(queue, message, ("FifoQueue",), (), related)


@rule(
    "ARC034",
    "real-time-queue-waits",
    severity=Severity.INFO,
    category=Category.PERFORMANCE,
    confidence=Confidence.LOW,
    guide="When to Use SQS (lines 762-774)",
    applies_to=Queue,
    remediation="""
        AlertsMapping:
          Type: AWS::Lambda::EventSourceMapping
          Properties:
            MaximumBatchingWindowInSeconds: 0

        Live: aws lambda update-event-source-mapping --uuid UUID
        --maximum-batching-window-in-seconds 0
    """,
    pedantic=True,
)
def real_time_queue_waits(queue: Queue, graph: Graph) -> Iterator[Match]:
    """A queue that is called real-time delays its messages, or its consumer collects them first.

    Every message waits for seconds or minutes before anybody looks at it, whatever the name says.

    Fine to accept where some seconds still count as real time.
    """
    if not _REAL_TIME.search(f"{queue.label} {_name(queue)}"):
        return
    if queue.delay_seconds > 0:
        message = f"{queue.label} delays each message by {queue.delay_seconds} s"
        yield Match(queue, message, ("DelaySeconds",))
    for edge in mappings_of(queue, graph):
        if isinstance(edge.via, EventSourceMapping) and edge.via.batching_window_seconds > 0:
            window = edge.via.batching_window_seconds
            message = f"{edge.via.label} collects messages of {queue.label} for up to {window} s"
            path = ("MaximumBatchingWindowInSeconds",)
            yield Match(edge.via, message, path, (), ((queue, "the queue"),))


def _name(queue: Queue) -> str:
    """The name as far as it is known; raises `UndeterminedError` when nothing of it is."""
    name = queue.raw.name
    if not isinstance(name, Unknown):
        return name
    if name.text is None or re.fullmatch(r"\$\{[^}]*\}", name.text):
        raise UndeterminedError(name.reason, ("QueueName",))
    return name.text
