"""Dead-letter queues that too many share."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.data import limits
from auditor.findings import Category, Match, Severity
from auditor.graph import EdgeKind, Graph
from auditor.resources import Queue, Resource
from auditor.rules import rule


@rule(
    "SQS037",
    "dlq-shared",
    severity=Severity.LOW,
    category=Category.OPERATIONS,
    guide="Dead Letter Queue Setup (lines 109-144)",
    applies_to=Queue,
    remediation="""
        Give each queue, and everything that is not a queue, a dead-letter queue of its own:

        OrdersDlq:
          Type: AWS::SQS::Queue
          Properties:
            MessageRetentionPeriod: 1209600

        Live: aws sqs create-queue --queue-name orders-dlq
        --attributes MessageRetentionPeriod=1209600
    """,
)
def dlq_shared(
    dlq: Queue, graph: Graph, *, most: float = limits.SOURCES_PER_DLQ_SENSIBLE_MAX
) -> Iterator[Match]:
    """A dead-letter queue takes from sources that cannot be told apart, or not be redriven.

    SQS moves messages back only if they came from a queue: what a function, rule or subscription
    put beside them stays behind and has another format. With more than five queues as sources
    nobody knows at a glance whose messages failed, and one alarm has to do for all.

    Fine to accept where a program reads the dead letters and knows all formats.
    """
    sources = {edge.via.id: edge.via for edge in graph.incoming(dlq, EdgeKind.DEAD_LETTERS)}
    queues = [source for source in sources.values() if isinstance(source, Queue)]
    others = [source for source in sources.values() if not isinstance(source, Queue)]
    if queues and others:
        message = f"{dlq.label} mixes dead letters of queues with those of others"
    elif len(queues) > most:
        message = f"{dlq.label} takes the dead letters of {len(queues)} queues"
    else:
        graph.settle_incoming(dlq, EdgeKind.DEAD_LETTERS)
        return
    related: tuple[tuple[Resource, str], ...] = tuple(
        (source, "dead-letters to it") for source in (*queues, *others)
    )
    yield Match(dlq, message, (), (), related)
