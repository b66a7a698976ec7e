"""Throughput of FIFO queues."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from auditor.data import limits
from auditor.data.regions import quota
from auditor.findings import Category, Confidence, Match, Severity
from auditor.graph import Graph
from auditor.resources import Queue, RawResource
from auditor.rules import rule
from auditor.traffic import Measure
from auditor.values import UndeterminedError
from checks._traffic import near_limit, worst

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


def _fifo(raw: RawResource) -> bool:
    return bool(raw.properties.get("FifoQueue"))


# SQS publishes every minute; a quota per second wants the finest there is.
MESSAGES = tuple(
    Measure(Queue, f"NumberOfMessages{what}", resolution=60, only=_fifo)
    for what in ("Sent", "Received", "Deleted")
)


@rule(
    "SQS015",
    "fifo-near-throughput-quota",
    severity=Severity.HIGH,
    category=Category.PERFORMANCE,
    confidence=Confidence.MEDIUM,
    guide=GUIDE,
    applies_to=Queue,
    needs=MESSAGES,
    remediation=HIGH_THROUGHPUT,
)
def fifo_near_throughput_quota(queue: Queue, _graph: Graph) -> Iterator[Match]:
    """A FIFO queue is close to the throughput at which SQS starts to throttle it.

    Without high throughput mode each action is limited to 300 calls a second, with it to a number
    that differs between regions; a call carries at most ten messages. CloudWatch counts messages,
    not calls: above 80% of ten times the quota the queue is near it however it is called, above 80%
    of the quota itself that depends on the batching and the result is undetermined. The peaks are
    averages over a minute, so the true peak is higher.

    Fine to accept where producers and consumers back off and a delay does no harm.
    """
    if not queue.fifo:
        return
    sent, received, deleted = (each.steady(queue).per_second() for each in MESSAGES)
    actions = sorted((sent, received, deleted), key=lambda series: -series.maximum)
    busiest, path = actions[0], ("FifoThroughputLimit",)
    calls = _calls_per_second(queue, busiest.maximum)
    messages = calls * limits.MESSAGES_PER_CALL
    what = f"the throughput of {queue.label}"
    near = (near_limit(queue, each, messages, what, unit="a second", path=path) for each in actions)
    matches = list(worst(chain.from_iterable(near)))
    yield from matches
    if not matches and busiest.maximum > limits.QUOTA_WARNING_SHARE * calls:
        reason = (
            f"a peak of {busiest.maximum:.0f} messages a second ({busiest.name}) is near the quota"
            f" of {calls:,.0f} calls only if calls carry few messages"
        )
        raise UndeterminedError(reason, path)


def _calls_per_second(queue: Queue, used: float) -> float:
    """The quota of each action on the queue."""
    if queue.throughput_limit != "perMessageGroupId":
        return limits.FIFO_CALLS_PER_SECOND
    return quota("sqs.fifo_high_throughput", queue.raw.region or "", used)


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
