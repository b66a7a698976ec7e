"""Event source mappings that do nothing, or the same work twice, or work unseen."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditor.arns import qualifier
from auditor.findings import Category, Match, Severity
from auditor.graph import Edge, EdgeKind, Graph
from auditor.resources import EventSourceMapping, Pipe, Resource
from auditor.rules import rule
from auditor.values import UndeterminedError, Unknown
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
    source = graph.find(mapping.peek("EventSourceArn"))
    if source is None or not _others(mapping, source, graph):
        message = f"{mapping.label} is switched off, and nothing else reads its source"
        yield Match(mapping, message, ("Enabled",), ("Enabled false",))


def _others(mapping: EventSourceMapping, source: Resource, graph: Graph) -> list[Edge]:
    return [
        edge
        for edge in graph.outgoing(source, EdgeKind.CONSUMES)
        if isinstance(edge.via, Pipe)
        or (
            isinstance(edge.via, EventSourceMapping)
            and edge.via is not mapping
            and edge.via.enabled
        )
    ]


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
    source = graph.find(mapping.peek("EventSourceArn"))
    edges = graph.outgoing(source, EdgeKind.CONSUMES) if source else []
    own = next((edge for edge in edges if edge.via is mapping), None)
    if own is None or len(edges) == 1:
        return
    if isinstance(own.target, Unknown):
        raise UndeterminedError(own.target.reason, ("FunctionName",))
    first = next(edge for edge in edges if _same(edge, own))
    if first.via is not mapping:
        message = f"{mapping.label} and {first.via.label} read one source for one function"
        related = ((first.via, "the other mapping"),)
        yield Match(mapping, message, ("EventSourceArn",), (), related)


def _same(one: Edge, other: Edge) -> bool:
    return one.target == other.target and _qualifier(one.via) == _qualifier(other.via)


def _qualifier(mapping: Resource) -> str:
    """The version or alias that the mapping invokes, empty without."""
    reference = mapping.peek("FunctionName")
    return qualifier(str(reference.text if isinstance(reference, Unknown) else reference))
