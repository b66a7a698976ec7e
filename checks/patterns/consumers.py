"""Queues that several consumers share."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.arns import Arn, function_name
from auditor.findings import Category, Match, Severity
from auditor.graph import Edge, EdgeKind, External, Graph
from auditor.resources import EventSourceMapping, Pipe, Queue, Resource
from auditor.rules import rule
from auditor.values import PropertyPath, UndeterminedError, Unknown, read, text

REMEDIATION = """
    One queue for each consumer, all subscribed to a topic that the producer publishes to:

    BillingSubscription:
      Type: AWS::SNS::Subscription
      Properties:
        TopicArn: !Ref OrdersTopic
        Protocol: sqs
        Endpoint: !GetAtt BillingQueue.Arn
        RawMessageDelivery: true
        FilterPolicy: {event: [order-paid]}     # where a consumer wants some of them only

    Live: aws sns subscribe --topic-arn ARN --protocol sqs --notification-endpoint QUEUE_ARN
"""


@rule(
    "ARC001",
    "competing-consumers",
    severity=Severity.HIGH,
    category=Category.RELIABILITY,
    guide="Quick Service Selection Table (lines 11-22)",
    applies_to=Queue,
    remediation=REMEDIATION,
)
def competing_consumers(queue: Queue, graph: Graph) -> Iterator[Match]:
    """Different functions or pipes read one queue, so each gets a random part of its messages.

    A message goes to one of them and is then deleted: a queue does not copy. Versions and aliases
    of one function count as one consumer, mappings that are switched off do not count, and
    consumers with filters are judged by the rule on those.

    Fine to accept while one consumer replaces another that does the same.
    """
    edges = _consumers(queue, graph)
    if len(edges) > 1 and not any(_filters(edge) for edge in edges):
        names = ", ".join(sorted(_name(edge) for edge in edges))
        message = f"{queue.label} has its messages shared out between {len(edges)} consumers"
        yield Match(queue, message, (), (names,), _related(edges))


@rule(
    "ARC033",
    "filter-deletes-messages-of-others",
    severity=Severity.HIGH,
    category=Category.RELIABILITY,
    guide="When to Use SQS (lines 762-774)",
    applies_to=Queue,
    remediation=REMEDIATION,
)
def filter_deletes_messages_of_others(queue: Queue, graph: Graph) -> Iterator[Match]:
    """Several consumers share a queue, and one of them filters: what it does not want is deleted.

    Lambda and pipes delete the messages of a queue that their filter turns away. A message meant
    for one consumer is lost whenever another polls it first.

    Fine to accept in no case that we know of.
    """
    edges = _consumers(queue, graph)
    filtering = [edge for edge in edges if _filters(edge)]
    if len(edges) > 1 and filtering:
        names = ", ".join(sorted(_name(edge) for edge in filtering))
        message = f"{queue.label} loses messages that one of its consumers filters out"
        yield Match(queue, message, (), (f"with filters: {names}",), _related(edges))


def _consumers(queue: Queue, graph: Graph) -> list[Edge]:
    """One edge for each consumer that is switched on.

    Raises `UndeterminedError` when the only one that is known may not be the only one.
    """
    found: dict[str, Edge] = {}
    doubt: tuple[str, PropertyPath] | None = None
    for edge in graph.outgoing(queue, EdgeKind.CONSUMES):
        if isinstance(edge.target, Unknown):
            doubt = edge.target.reason, edge.path
        elif isinstance(edge.via, EventSourceMapping | Pipe) and _active(edge):
            found.setdefault(_consumer(edge), edge)
    if len(found) < 2:
        if doubt is not None and found:
            raise UndeterminedError(*doubt)
        graph.settle_outgoing(queue, EdgeKind.CONSUMES)
    return list(found.values())


def _active(edge: Edge) -> bool:
    if isinstance(edge.via, EventSourceMapping):
        return edge.via.enabled
    return read(edge.via.peek("DesiredState"), text, ("DesiredState",), "RUNNING") != "STOPPED"


def _filters(edge: Edge) -> bool:
    if isinstance(edge.via, EventSourceMapping):
        return bool(edge.via.filter_criteria and edge.via.filter_criteria.filters)
    return isinstance(edge.via, Pipe) and "FilterCriteria" in (edge.via.source_parameters or {})


def _consumer(edge: Edge) -> str:
    """What tells a consumer from others; a function that was not read may be named in many ways."""
    name = _name(edge)
    arn = Arn.parse(name)
    if isinstance(edge.target, External) and (arn is None or arn.service == "lambda"):
        return function_name(name)
    return name


def _name(edge: Edge) -> str:
    end = edge.target
    if isinstance(end, Resource):
        return end.id
    return end.reference if isinstance(end, External) else end.reason


def _related(edges: list[Edge]) -> tuple[tuple[Resource, str], ...]:
    return tuple((edge.via, f"reads it for {_name(edge)}") for edge in edges)
