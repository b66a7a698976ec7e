"""Throughput of FIFO queues."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from auditor.data import limits
from auditor.findings import Category, Confidence, Match, Severity
from auditor.graph import Graph
from auditor.resources import Queue
from auditor.rules import rule
from auditor.values import UndeterminedError, mapping, number, read

GUIDE = "Queue Types (lines 82-94)"
HIGH_THROUGHPUT = """
    OrdersQueue:
      Type: AWS::SQS::Queue
      Properties:
        FifoQueue: true
        DeduplicationScope: messageGroup
        FifoThroughputLimit: perMessageGroupId

    Live: aws sqs set-queue-attributes --queue-url URL
    --attributes DeduplicationScope=messageGroup,FifoThroughputLimit=perMessageGroupId
"""


@rule(
    "SQS015",
    "fifo-near-throughput-quota",
    severity=Severity.HIGH,
    category=Category.PERFORMANCE,
    confidence=Confidence.MEDIUM,
    guide=GUIDE,
    applies_to=Queue,
    remediation=HIGH_THROUGHPUT,
)
def fifo_near_throughput_quota(queue: Queue, _graph: Graph) -> Iterator[Match]:
    """A FIFO queue is close to the throughput at which SQS starts to throttle it.

    Without high throughput mode each action is limited to 300 calls a second, so to 3,000 messages
    where every call carries ten. CloudWatch counts messages, not calls: above 80% of 3,000 the
    queue is near its quota however it is called, above 80% of 300 that depends on the batching and
    the result is undetermined. Known for live queues only; the peaks are averages over a metric
    period, so the true peak is higher.

    Fine to accept where producers and consumers back off and a delay does no harm.
    """
    traffic = queue.peek("$traffic")
    if traffic is None or not queue.fifo or queue.throughput_limit == "perMessageGroupId":
        return
    peaks = _peaks(read(traffic, mapping, ("$traffic",)))
    metric, peak = max(peaks.items(), key=lambda item: item[1], default=("", 0.0))
    unbatched = limits.QUOTA_WARNING_SHARE * limits.FIFO_CALLS_PER_SECOND
    if peak > unbatched * limits.MESSAGES_PER_CALL:
        message = f"{queue.label} is near the throughput quota of a FIFO queue"
        evidence = (f"{metric}: {peak:.0f} a second at peak",)
        yield Match(queue, message, ("FifoThroughputLimit",), evidence)
    elif peak > unbatched:
        reason = (
            f"a peak of {peak:.0f} messages a second ({metric}) is near the quota of"
            f" {limits.FIFO_CALLS_PER_SECOND} calls only if calls carry few messages"
        )
        raise UndeterminedError(reason, ("FifoThroughputLimit",))


def _peaks(traffic: Mapping[str, object]) -> dict[str, float]:
    path = ("$traffic", "peak_messages_per_second")
    raw = traffic.get("peak_messages_per_second")
    peaks: Mapping[str, Any] = {} if raw is None else read(raw, mapping, path)
    return {name: read(value, number, (*path, name)) for name, value in peaks.items()}


@rule(
    "SQS016",
    "incomplete-high-throughput-mode",
    severity=Severity.HIGH,
    category=Category.PERFORMANCE,
    guide=GUIDE,
    applies_to=Queue,
    remediation=HIGH_THROUGHPUT,
)
def incomplete_high_throughput_mode(queue: Queue, _graph: Graph) -> Iterator[Match]:
    """A FIFO queue has only one of the two settings that high throughput needs.

    SQS refuses FifoThroughputLimit perMessageGroupId unless DeduplicationScope is messageGroup, so
    the queue is not created. The other way round the queue works, at normal throughput.

    Fine to accept where only deduplication per group is wanted, not the throughput.
    """
    if not queue.fifo:
        return
    scope, limit = queue.deduplication_scope, queue.throughput_limit
    grouped, unlimited = scope == "messageGroup", limit == "perMessageGroupId"
    shown = f"DeduplicationScope {scope or 'not set'}, FifoThroughputLimit {limit or 'not set'}"
    evidence = (shown,)
    if unlimited and not grouped:
        message = f"{queue.label} wants throughput per group without deduplication per group"
        yield Match(queue, message, ("DeduplicationScope",), evidence)
    elif grouped and limit is None:
        message = f"{queue.label} deduplicates per group, but stays at normal throughput"
        yield Match(
            queue, message, ("FifoThroughputLimit",), evidence,
            severity=Severity.LOW, confidence=Confidence.LOW,
        )  # fmt: skip
