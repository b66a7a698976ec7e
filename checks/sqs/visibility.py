"""Visibility timeouts and the functions that have to finish within them."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.data import limits
from auditor.findings import Category, Match, Severity
from auditor.graph import Edge, Graph
from auditor.resources import EventSourceMapping, Function, Queue
from auditor.rules import rule
from auditor.values import UndeterminedError
from checks._shared import mappings_of, unread_end


@rule(
    "SQS024",
    "visibility-timeout-too-short",
    severity=Severity.MEDIUM,
    category=Category.RELIABILITY,
    guide="Key Features & Configuration (lines 96-107)",
    applies_to=Queue,
    remediation="""
        OrdersQueue:
          Type: AWS::SQS::Queue
          Properties:
            VisibilityTimeout: 360      # 6 x the function's Timeout, plus the batching window

        Live: aws sqs set-queue-attributes --queue-url URL --attributes VisibilityTimeout=360
    """,
)
def visibility_timeout_too_short(queue: Queue, graph: Graph) -> Iterator[Match]:
    """A message becomes visible again while the function that reads the queue may still work on it.

    It is then processed twice, and each return counts as a receive on the way to the dead-letter
    queue. Below the function's timeout Lambda refuses the mapping; below six times the timeout
    plus the batching window there is no room for retries of a throttled invocation (Lambda
    developer guide, "Using Lambda with Amazon SQS").

    Fine to accept below six times where the function is never throttled and always fast.
    """
    unread: list[Edge] = []
    for edge in mappings_of(queue, graph):
        if isinstance(edge.target, Function) and isinstance(edge.via, EventSourceMapping):
            yield from _compare(queue, edge.target, edge.via)
        else:
            unread.append(edge)
    for edge in unread:
        raise UndeterminedError(unread_end(edge.target), ("VisibilityTimeout",))


def _compare(queue: Queue, function: Function, mapping: EventSourceMapping) -> Iterator[Match]:
    visible, timeout, window = (
        queue.visibility_timeout, function.timeout, mapping.batching_window_seconds,
    )  # fmt: skip
    needed = limits.VISIBILITY_PER_FUNCTION_TIMEOUT * timeout + window
    if visible >= needed:
        return
    values = f"VisibilityTimeout {visible}, function timeout {timeout}, batching window {window}"
    yield Match(
        queue,
        f"{queue.label} shows a message again after {visible} s; for {function.label} it should be"
        f" {needed} s or more",
        ("VisibilityTimeout",),
        (values,),
        ((function, "the consumer"), (mapping, "its event source mapping")),
        discriminator=mapping.id,
        severity=Severity.HIGH if visible < timeout else None,
    )
