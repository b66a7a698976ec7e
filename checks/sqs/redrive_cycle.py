"""Dead letters that come back to where they were given up."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.findings import Category, Match, Severity
from auditor.graph import Edge, EdgeKind, Graph, may_be
from auditor.resources import Pipe, Queue
from auditor.rules import rule
from auditor.values import UndeterminedError, Unknown


@rule(
    "SQS035",
    "redrive-cycle",
    severity=Severity.HIGH,
    category=Category.RELIABILITY,
    guide="Dead Letter Queue Setup (lines 109-144)",
    applies_to=Queue,
    remediation="""
        Let the last queue of the chain have no RedrivePolicy, and start redrives by hand:

        OrdersDlq:
          Type: AWS::SQS::Queue
          Properties:
            MessageRetentionPeriod: 1209600

        Live: aws sqs set-queue-attributes --queue-url DLQ_URL --attributes RedrivePolicy=
    """,
)
def redrive_cycle(queue: Queue, graph: Graph) -> Iterator[Match]:
    """Dead letters come back to the queue that gave them up, so a bad message circles for ever.

    Either the dead-letter queue has a redrive policy that leads back, or a pipe feeds it into the
    queue again. Each round costs receives, and nobody ever finds the message at rest.

    Fine to accept where a consumer on the way changes or drops what cannot succeed.
    """
    if not queue.has("RedrivePolicy"):
        return
    cycle = _cycle(queue, graph)
    # Every queue of the cycle finds it: one of them reports it.
    reporters = [member.id for member in cycle if member.has("RedrivePolicy")]
    if len(cycle) > 1 and queue.id == min(reporters):
        way = " -> ".join(member.label for member in (*cycle, queue))
        related = tuple((member, "on the way back") for member in cycle[1:])
        message = f"dead letters of {queue.label} come back to it"
        yield Match(queue, message, ("RedrivePolicy",), (way,), related)


def _cycle(start: Queue, graph: Graph) -> list[Queue]:
    ways = [[start, following] for following in _dead_letters(start, graph)]
    seen: set[str] = set()
    while ways:
        way = ways.pop()
        last = way[-1]
        if last.id == start.id:
            return way[:-1]
        if last.id not in seen:
            seen.add(last.id)
            after = (*_dead_letters(last, graph), *_piped(last, graph))
            ways += [[*way, following] for following in after]
    return []


def _dead_letters(queue: Queue, graph: Graph) -> Iterator[Queue]:
    for edge in graph.outgoing(queue, EdgeKind.DEAD_LETTERS):
        yield from _queue(edge)


def _piped(queue: Queue, graph: Graph) -> Iterator[Queue]:
    for pipe in graph.all(Pipe):
        for source in graph.incoming(pipe, EdgeKind.CONSUMES):
            if isinstance(source.source, Unknown) and may_be(source.source, queue):
                raise UndeterminedError(source.source.reason, source.path)
            if source.source is queue:
                for edge in graph.outgoing(pipe, EdgeKind.DELIVERS):
                    yield from _queue(edge)


def _queue(edge: Edge) -> Iterator[Queue]:
    if isinstance(edge.target, Unknown):
        raise UndeterminedError(edge.target.reason, edge.path)
    if isinstance(edge.target, Queue):
        yield edge.target
