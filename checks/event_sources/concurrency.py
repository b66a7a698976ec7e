"""How many batches of a queue a function may process at the same time."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.data import limits
from auditor.findings import Category, Confidence, Match, Severity
from auditor.graph import EdgeKind, Graph
from auditor.resources import EventSourceMapping, Function
from auditor.rules import rule
from checks.event_sources._sources import GUIDE, concurrency_of, reads_queue

_RESERVED = ("ReservedConcurrentExecutions",)
REMEDIATION = """
    OrdersMapping:
      Type: AWS::Lambda::EventSourceMapping
      Properties:
        ScalingConfig:
          MaximumConcurrency: 10          # of all mappings together no more than is reserved
    OrdersFunction:
      Type: AWS::Lambda::Function
      Properties:
        ReservedConcurrentExecutions: 10

    Live: aws lambda update-event-source-mapping --uuid UUID
    --scaling-config MaximumConcurrency=10
"""


@rule(
    "ESM017",
    "consumer-throttled-by-itself",
    severity=Severity.HIGH,
    category=Category.RELIABILITY,
    guide=GUIDE,
    applies_to=Function,
    remediation=REMEDIATION,
)
def consumer_throttled_by_itself(function: Function, graph: Graph) -> Iterator[Match]:
    """A function has less reserved concurrency than its mappings of queues may use.

    Lambda throttles the difference: messages go back to the queue, each time counted as received,
    and good ones end in the dead-letter queue. With nothing reserved the function never runs.
    Without a maximum of its own a mapping starts with five batches at once, so that fewer reserved
    executions are too few from the beginning.

    Fine to accept while a function is stopped on purpose.
    """
    if not function.has("ReservedConcurrentExecutions"):
        return
    mappings = _queue_mappings(function, graph)
    reserved = function.reserved_concurrency if mappings else None
    if reserved is None:
        _settle_mappings(function, graph)
        return
    related = tuple((mapping, "reads a queue for the function") for mapping in mappings)
    maxima = [concurrency_of(mapping) for mapping in mappings]
    wanted = sum(maximum or limits.RESERVED_CONCURRENCY_MIN_FOR_QUEUE for maximum in maxima)
    shown = (f"ReservedConcurrentExecutions {reserved}", f"mappings use {wanted}")
    if reserved == 0:
        message = f"{function.label} reads a queue, but may not run at all"
        yield Match(function, message, _RESERVED, shown[:1], related)
    elif reserved < wanted:
        message = f"{function.label} has less concurrency reserved than its mappings of queues use"
        mild = None in maxima
        yield Match(
            function, message, _RESERVED, shown, related,
            severity=Severity.MEDIUM if mild else None,
            confidence=Confidence.MEDIUM if mild else None,
        )  # fmt: skip
    else:
        _settle_mappings(function, graph)


@rule(
    "ESM018",
    "unlimited-consumer-in-vpc",
    severity=Severity.LOW,
    category=Category.RELIABILITY,
    confidence=Confidence.LOW,
    guide=GUIDE,
    applies_to=Function,
    remediation=REMEDIATION,
    pedantic=True,
)
def unlimited_consumer_in_vpc(function: Function, graph: Graph) -> Iterator[Match]:
    """A function in a VPC reads a queue without any limit on its concurrency.

    What it reaches in the VPC, most often a database, has limits of its own: after a backlog
    hundreds of invocations open connections at the same time.

    Fine to accept where a proxy pools the connections, or nothing in the VPC can be overloaded.
    """
    mappings = _queue_mappings(function, graph)
    if not mappings or function.vpc_config is None or not function.vpc_config.has("SubnetIds"):
        return
    if function.reserved_concurrency is not None:
        return
    unlimited = [mapping for mapping in mappings if concurrency_of(mapping) is None]
    if unlimited:
        message = f"{function.label} may overload what it reaches in its VPC after a backlog"
        related = tuple((mapping, "sets no MaximumConcurrency") for mapping in unlimited)
        yield Match(function, message, _RESERVED, (), related)


def _queue_mappings(function: Function, graph: Graph) -> list[EventSourceMapping]:
    edges = graph.incoming(function, EdgeKind.CONSUMES, via=(EventSourceMapping,))
    mappings = [edge.via for edge in edges if isinstance(edge.via, EventSourceMapping)]
    return [mapping for mapping in mappings if reads_queue(mapping) and mapping.enabled]


def _settle_mappings(function: Function, graph: Graph) -> None:
    """Raises `UndeterminedError` when the function may have more mappings than were found."""
    graph.settle_incoming(function, EdgeKind.CONSUMES, via=(EventSourceMapping,))
