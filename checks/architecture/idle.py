"""What nothing uses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from auditor.findings import Category, Confidence, Match, Severity
from auditor.graph import Graph
from auditor.resources import Queue, Resource, Stream
from auditor.rules import rule
from auditor.traffic import Measure
from auditor.usage import HOURS_PER_MONTH, Usage
from checks._costs import shard_hours, sqs_requests
from checks._shared import is_dead_letter_queue
from checks.kinesis._load import shards_of

SENT = Measure(Queue, "NumberOfMessagesSent")
RECEIVED = Measure(Queue, "NumberOfMessagesReceived")
WAITING = Measure(Queue, "ApproximateNumberOfMessagesVisible", "Minimum")
EMPTY = Measure(Queue, "NumberOfEmptyReceives")
WRITTEN = Measure(Stream, "IncomingRecords")
LAG = Measure(Stream, "GetRecords.IteratorAgeMilliseconds", "Maximum")


@rule(
    "COST019",
    "unused-resource",
    severity=Severity.LOW,
    category=Category.COST,
    confidence=Confidence.MEDIUM,
    guide="SQS Cost Optimization (lines 961-974)",
    applies_to=(Queue, Stream),
    needs=(SENT, RECEIVED, WAITING, EMPTY, WRITTEN, LAG),
    remediation="""
        Delete the resource, or mend what should write into it.

        Live: aws sqs delete-queue --queue-url URL, or aws kinesis delete-stream --stream-name NAME
    """,
)
def unused_resource(resource: Resource, graph: Graph) -> Iterator[Match]:
    """Nothing was written into a queue or stream in the whole window, though it was watched.

    CloudWatch has values of it from the first day to the last, so that it is not new, and what
    counts traffic stayed at zero. Without such values the result is undetermined: CloudWatch says
    nothing about a resource that nobody touches. Dead-letter queues are left out, as empty is what
    they should be.

    Fine to accept for what is needed once in a while.
    """
    if not isinstance(resource, Queue | Stream):
        return
    if isinstance(resource, Queue) and is_dead_letter_queue(resource, graph):
        return
    watched = (WAITING if isinstance(resource, Queue) else LAG).whole(resource)
    if not _traffic(resource):
        usage = Usage(_billed(resource), {}, "polling and shards only")
        message = f"nothing was written into {resource.label} in {watched.days} days"
        yield Match(resource, message, evidence=(watched.summary(),), usage=usage)


def _traffic(resource: Queue | Stream) -> bool:
    if isinstance(resource, Stream):
        return WRITTEN.counted(resource) > 0
    waiting = WAITING.seen(resource).maximum
    return waiting + SENT.counted(resource) + RECEIVED.counted(resource) > 0


def _billed(resource: Queue | Stream) -> Mapping[str, float]:
    if isinstance(resource, Queue):
        return sqs_requests(resource, EMPTY.counted_monthly(resource))
    if resource.on_demand:
        return {"kinesis.on-demand-stream-hour": HOURS_PER_MONTH}
    return shard_hours(shards_of(resource))
