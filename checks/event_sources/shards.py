"""Where in a stream a mapping begins, and how it keeps order."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.findings import Category, Confidence, Match, Severity
from auditor.graph import Graph
from auditor.resources import EventSourceMapping
from auditor.rules import rule
from checks.event_sources._sources import GUIDE, reads_stream


@rule(
    "ESM019",
    "shard-read-in-parallel",
    severity=Severity.LOW,
    category=Category.RELIABILITY,
    confidence=Confidence.LOW,
    guide=GUIDE,
    applies_to=EventSourceMapping,
    remediation="""
        ClicksMapping:
          Type: AWS::Lambda::EventSourceMapping
          Properties:
            ParallelizationFactor: 1

        Live: aws lambda update-event-source-mapping --uuid UUID --parallelization-factor 1
    """,
    pedantic=True,
)
def shard_read_in_parallel(mapping: EventSourceMapping, _graph: Graph) -> Iterator[Match]:
    """A mapping processes several batches of one shard at the same time.

    Lambda then keeps the order of records with the same partition key only, no longer that of the
    shard. A consumer that compares records of different keys sees them out of order.

    Fine to accept where order matters only within a key, as it mostly does.
    """
    if reads_stream(mapping) and (factor := mapping.parallelization_factor) > 1:
        message = f"{mapping.label} keeps no order between the partition keys of a shard"
        evidence = (f"ParallelizationFactor {factor}",)
        yield Match(mapping, message, ("ParallelizationFactor",), evidence)


@rule(
    "ESM020",
    "first-records-skipped",
    severity=Severity.LOW,
    category=Category.RELIABILITY,
    confidence=Confidence.MEDIUM,
    guide=GUIDE,
    applies_to=EventSourceMapping,
    remediation="""
        ClicksMapping:
          Type: AWS::Lambda::EventSourceMapping
          Properties:
            StartingPosition: TRIM_HORIZON   # or AT_TIMESTAMP with StartingPositionTimestamp

        Live: aws lambda create-event-source-mapping --function-name NAME --event-source-arn ARN
        --starting-position TRIM_HORIZON        # the position of a mapping cannot be changed
    """,
)
def first_records_skipped(mapping: EventSourceMapping, _graph: Graph) -> Iterator[Match]:
    """A mapping starts with the latest record, so it skips those that arrive while it is created.

    Lambda takes minutes to begin polling, and also after an update it may miss records. (Lambda
    developer guide, "Polling and stream starting positions".)

    Fine to accept where old records are worthless, or the function must not see the backlog.
    """
    if reads_stream(mapping) and mapping.starting_position == "LATEST":
        message = f"{mapping.label} skips the records that arrive while it is created"
        yield Match(mapping, message, ("StartingPosition",), ("StartingPosition LATEST",))
