"""Who reads a stream."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.arns import Arn
from auditor.graph import Edge, EdgeKind, Graph
from auditor.resources import Channel, EventSourceMapping, Stream, StreamConsumer


def readers(stream: Stream, graph: Graph) -> list[Edge]:
    """The edges to what reads a stream; raises `UndeterminedError` rather than wrongly say none."""
    return graph.outgoing(stream, EdgeKind.CONSUMES)


def mappings(stream: Stream, graph: Graph) -> Iterator[EventSourceMapping]:
    """The event source mappings that read a stream, also through a registered consumer.

    Yields what is known, then raises `UndeterminedError` when there may be more.
    """
    for edge in readers(stream, graph):
        if isinstance(edge.via, EventSourceMapping):
            yield edge.via
        elif isinstance(edge.target, StreamConsumer):
            for further in graph.outgoing(edge.target, EdgeKind.CONSUMES):
                if isinstance(further.via, EventSourceMapping):
                    yield further.via
    graph.settle_outgoing(stream, EdgeKind.CONSUMES)


def shares_throughput(edge: Edge) -> bool:
    """Whether a reader shares the throughput of each shard with others."""
    if isinstance(edge.target, StreamConsumer | Channel):
        return False
    source = edge.via.peek("EventSourceArn")
    arn = Arn.parse(source) if isinstance(source, str) else None
    return arn is None or "/consumer/" not in arn.resource
