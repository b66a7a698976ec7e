"""Dead letters that come back to where they were given up."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.findings import Category, Match, Severity
from auditor.graph import Edge, EdgeKind, Graph, once_per_graph
from auditor.resources import Pipe, Queue
from auditor.rules import rule


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
        steps = tuple((member, "its dead letters go on") for member in (*cycle, queue))
        yield Match(queue, message, ("RedrivePolicy",), (way,), related, steps=steps)


def _cycle(start: Queue, graph: Graph) -> list[Queue]:
    """The queues on a way from one back to itself, empty when there is none."""
    ended = _ended(graph)
    way, onward, seen = [start], [_dead_letters(start, graph)], {start.id}
    while way:
        following = next(onward[-1], None)
        if following is None:
            onward.pop()
            last = way.pop()
            if all(each.id in ended for each in _after(last, graph)):
                ended.add(last.id)
        elif following.id == start.id:
            return way
        elif following.id not in seen and following.id not in ended:
            seen.add(following.id)
            way.append(following)
            onward.append(_after(following, graph))
    return []


@once_per_graph
def _ended(_graph: Graph) -> set[str]:
    """The queues from which every way ends somewhere: each needs to be followed only once."""
    return set()


def _after(queue: Queue, graph: Graph) -> Iterator[Queue]:
    yield from _dead_letters(queue, graph)
    for source in graph.outgoing(queue, EdgeKind.CONSUMES, via=(Pipe,)):
        for edge in graph.declared(source.via, EdgeKind.DELIVERS):
            yield from _queue(edge, graph)


def _dead_letters(queue: Queue, graph: Graph) -> Iterator[Queue]:
    for edge in graph.outgoing(queue, EdgeKind.DEAD_LETTERS):
        yield from _queue(edge, graph)


def _queue(edge: Edge, graph: Graph) -> Iterator[Queue]:
    graph.settle_end(edge, edge.target, Queue)
    if isinstance(edge.target, Queue):
        yield edge.target
