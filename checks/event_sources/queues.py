"""Event source mappings that read an SQS queue."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.data import limits
from auditor.findings import Category, Confidence, Match, Severity
from auditor.graph import Graph
from auditor.resources import EventSourceMapping
from auditor.rules import rule
from checks.event_sources._sources import reads_queue


@rule(
    "ESM014",
    "batch-failures-not-reported",
    severity=Severity.MEDIUM,
    category=Category.RELIABILITY,
    guide="Batch Job Processing (lines 178-225)",
    applies_to=EventSourceMapping,
    remediation="""
        OrdersMapping:
          Type: AWS::Lambda::EventSourceMapping
          Properties:
            FunctionResponseTypes: [ReportBatchItemFailures]   # once the function returns
                                                               # {"batchItemFailures": [...]}

        Live: aws lambda update-event-source-mapping --uuid UUID
        --function-response-types ReportBatchItemFailures
    """,
)
def batch_failures_not_reported(mapping: EventSourceMapping, _graph: Graph) -> Iterator[Match]:
    """One bad message returns the whole batch to the queue, the processed ones too.

    They are processed again, and the bad message takes them along to the dead-letter queue. With
    ReportBatchItemFailures the function names those that failed. The default batch size is 10.

    Fine to accept where the function never fails on content, or deletes messages itself.
    """
    if not reads_queue(mapping) or "ReportBatchItemFailures" in mapping.response_types:
        return
    size = mapping.batch_size
    if size is None or size > 1:
        shown = f"BatchSize {size or limits.BATCH_SIZE_DEFAULT_SQS}"
        yield Match(
            mapping,
            f"{mapping.label} returns its whole batch to the queue for one bad message",
            ("FunctionResponseTypes",),
            (shown if size else f"{shown} (default)",),
        )


@rule(
    "QUO002",
    "messages-processed-one-by-one",
    severity=Severity.LOW,
    category=Category.COST,
    confidence=Confidence.LOW,
    guide="SQS Scaling Characteristics (lines 909-917)",
    applies_to=EventSourceMapping,
    remediation="""
        OrdersMapping:
          Type: AWS::Lambda::EventSourceMapping
          Properties:
            BatchSize: 10
            FunctionResponseTypes: [ReportBatchItemFailures]

        Live: aws lambda update-event-source-mapping --uuid UUID --batch-size 10
        --function-response-types ReportBatchItemFailures
    """,
    pedantic=True,
)
def messages_processed_one_by_one(mapping: EventSourceMapping, _graph: Graph) -> Iterator[Match]:
    """A function is invoked for each single message of a queue.

    Each invocation is paid for, and so are the receive and the delete of each message, which a
    batch of ten would share.

    Fine to accept where messages are few, or one of them takes most of the function's timeout.
    """
    if reads_queue(mapping) and mapping.batch_size == 1:
        message = f"{mapping.label} invokes its function for each single message"
        yield Match(mapping, message, ("BatchSize",), ("BatchSize 1",))
