"""Event source mappings that do nothing, or the same work twice, or work unseen."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from auditor.arns import qualifier
from auditor.findings import Category, Match, Severity
from auditor.graph import Edge, EdgeKind, External, Graph, may_be, once_per_graph
from auditor.resources import EventSourceMapping, Function, Pipe, Queue, Resource, Stream
from auditor.rules import rule
from auditor.values import UndeterminedError, Unknown
from checks._shared import unread_end
from checks.event_sources._sources import GUIDE, reads_queue, reads_stream

_DENIED = re.compile(r"PROBLEM:.*(access|denied|authori[sz]ed|permission|kms)", re.IGNORECASE)


@rule(
    "ESM002",
    "mapping-switched-off",
    severity=Severity.MEDIUM,
    category=Category.RELIABILITY,
    guide="Quick Service Selection Table (lines 11-22)",
    applies_to=EventSourceMapping,
    remediation="""
        OrdersMapping:
          Type: AWS::Lambda::EventSourceMapping
          Properties:
            Enabled: true

        Live: aws lambda update-event-source-mapping --uuid UUID --enabled
    """,
)
def mapping_switched_off(mapping: EventSourceMapping, graph: Graph) -> Iterator[Match]:
    """The only mapping that reads a source is switched off, so its messages wait and expire.

    Producers notice nothing. A queue deletes messages at the end of their retention, and a stream
    its records.

    Fine to accept during maintenance, or in a stage that is not in use.
    """
    if mapping.enabled:
        return
    sources = graph.declared(mapping, EdgeKind.CONSUMES)
    if not any(_read_by_others(edge, graph) for edge in sources):
        message = f"{mapping.label} is switched off, and nothing else reads its source"
        yield Match(mapping, message, ("Enabled",), ("Enabled false",))


def _read_by_others(own: Edge, graph: Graph) -> bool:
    """Whether something that is switched on reads the source of an edge as well."""
    source = own.source
    if isinstance(source, Unknown):
        raise UndeterminedError(source.reason, own.path)
    if isinstance(source, External):
        return _outside_read_by_others(own, source, graph)
    if _others(own, graph.known_outgoing(source, EdgeKind.CONSUMES)):
        return True
    graph.settle_outgoing(source, EdgeKind.CONSUMES)
    return False


def _outside_read_by_others(own: Edge, source: External, graph: Graph) -> bool:
    readers = _readers_outside(graph)
    if _others(own, readers.get(source, [])):
        return True
    if unknown := _others(own, readers.get(None, [])):
        raise UndeterminedError(unread_end(unknown[0].source), own.path)
    for cls in (EventSourceMapping, Pipe):
        graph.all(cls, own.via.raw.account)
    return False


def _others(own: Edge, edges: Iterable[Edge]) -> list[Edge]:
    """The edges of readers that are switched on, without the mapping that is not."""
    return [
        edge
        for edge in edges
        if edge.via is not own.via
        and (
            isinstance(edge.via, Pipe)
            or (isinstance(edge.via, EventSourceMapping) and edge.via.enabled)
        )
    ]


@once_per_graph
def _readers_outside(graph: Graph) -> Mapping[External | None, list[Edge]]:
    """The edges of mappings and pipes by their sources that were not read, `None` for unknown."""
    found: dict[External | None, list[Edge]] = defaultdict(list)
    for reader in (*graph.resources(EventSourceMapping), *graph.resources(Pipe)):
        for edge in graph.declared(reader, EdgeKind.CONSUMES):
            if not isinstance(edge.source, Resource):
                found[edge.source if isinstance(edge.source, External) else None].append(edge)
    return found


@rule(
    "OPS002",
    "mapping-denied-access",
    severity=Severity.HIGH,
    category=Category.RELIABILITY,
    guide="SQS Issues (lines 1201-1216)",
    applies_to=EventSourceMapping,
    remediation="""
        OrdersRole:
          Type: AWS::IAM::Role
          Properties:
            ManagedPolicyArns:
              - arn:aws:iam::aws:policy/service-role/AWSLambdaSQSQueueExecutionRole
            Policies:
              - PolicyName: decrypt
                PolicyDocument:
                  Statement:
                    - {Effect: Allow, Action: kms:Decrypt, Resource: !GetAtt OrdersKey.Arn}

        Live: aws lambda get-event-source-mapping --uuid UUID
    """,
)
def mapping_denied_access(mapping: EventSourceMapping, _graph: Graph) -> Iterator[Match]:
    """The last time a mapping ran, it was not allowed to read its source or to decrypt.

    Lambda says so in LastProcessingResult, which only accounts have. Until that is mended nothing
    is processed, and messages expire.

    Fine to accept where the permission has been granted since.
    """
    result = mapping.last_result
    if mapping.enabled and _DENIED.search(result):
        message = f"{mapping.label} was denied access when it last ran"
        yield Match(mapping, message, evidence=(f"LastProcessingResult {result}",))


@rule(
    "ESM022",
    "item-failures-not-counted",
    severity=Severity.LOW,
    category=Category.OPERATIONS,
    guide=GUIDE,
    applies_to=EventSourceMapping,
    remediation="""
        OrdersMapping:
          Type: AWS::Lambda::EventSourceMapping
          Properties:
            FunctionResponseTypes: [ReportBatchItemFailures]
            MetricsConfig:
              Metrics: [EventCount]

        Live: aws lambda update-event-source-mapping --uuid UUID
        --metrics-config Metrics=EventCount
    """,
    pedantic=True,
)
def item_failures_not_counted(mapping: EventSourceMapping, _graph: Graph) -> Iterator[Match]:
    """A function reports failed items of a batch, but nothing counts them.

    Such an invocation is a success, so the function's Errors metric stays at zero however many
    items fail. The mapping counts them itself when it is asked for the metric EventCount.

    Fine to accept where an alarm on the dead-letter queue or on the age of messages is enough.
    """
    if not (reads_queue(mapping) or reads_stream(mapping)):
        return
    counted = mapping.metrics_config.metrics if mapping.metrics_config else ()
    if "ReportBatchItemFailures" in mapping.response_types and "EventCount" not in counted:
        message = f"{mapping.label} lets items fail without a metric that counts them"
        yield Match(mapping, message, ("MetricsConfig",))


@rule(
    "ESM023",
    "source-mapped-twice",
    severity=Severity.HIGH,
    category=Category.RELIABILITY,
    guide=GUIDE,
    applies_to=EventSourceMapping,
    remediation="""
        OrdersMapping:                      # one mapping for each pair of source and function
          Type: AWS::Lambda::EventSourceMapping
          Properties:
            EventSourceArn: !GetAtt OrdersQueue.Arn
            FunctionName: !Ref OrdersFunction

        Live: aws lambda delete-event-source-mapping --uuid UUID
    """,
)
def source_mapped_twice(mapping: EventSourceMapping, graph: Graph) -> Iterator[Match]:
    """The same function reads the same source through two mappings.

    Lambda refuses the second one, so the stack cannot be deployed. Mappings to different versions
    or aliases of the function are exempt.

    Fine to accept in no case that we know of.
    """
    for edge in graph.declared(mapping, EdgeKind.CONSUMES):
        if isinstance(edge.source, External) or _has_twin(edge, graph):
            graph.settle_end(edge, edge.source, Queue, Stream)
    source = graph.find(mapping.peek("EventSourceArn"))
    edges = graph.outgoing(source, EdgeKind.CONSUMES) if source else []
    own = next((edge for edge in edges if edge.via is mapping), None)
    if own is None or len(edges) == 1:
        return
    graph.settle_end(own, own.target, Function)  # its name may be written in several ways
    first = next(edge for edge in edges if _same(edge, own))
    if first.via is not mapping:
        message = f"{mapping.label} and {first.via.label} read one source for one function"
        related = ((first.via, "the other mapping"),)
        yield Match(mapping, message, ("EventSourceArn",), (), related)


def _has_twin(own: Edge, graph: Graph) -> bool:
    """Whether another mapping of the function may have the source of one that was not read."""
    source = own.source
    if not isinstance(own.target, Function) or not isinstance(source, Unknown):
        return False
    return any(
        not isinstance(other.source, Resource) or may_be(source, other.source)
        for other in graph.known_incoming(own.target, EdgeKind.CONSUMES)
        if other.via is not own.via and _same(other, own)
    )


def _same(one: Edge, other: Edge) -> bool:
    return one.target == other.target and _qualifier(one.via) == _qualifier(other.via)


def _qualifier(mapping: Resource) -> str:
    """The version or alias that the mapping invokes, empty without."""
    reference = mapping.peek("FunctionName")
    return qualifier(str(reference.text if isinstance(reference, Unknown) else reference))
