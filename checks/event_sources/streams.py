"""Event source mappings that read a Kinesis or DynamoDB stream."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.data import limits
from auditor.findings import Category, Match, Severity
from auditor.graph import Graph
from auditor.resources import EventSourceMapping
from auditor.rules import rule
from checks.event_sources._sources import GUIDE, reads_stream


@rule(
    "ESM010",
    "endless-stream-retries",
    severity=Severity.HIGH,
    category=Category.RELIABILITY,
    guide=GUIDE,
    applies_to=EventSourceMapping,
    remediation="""
        ClicksMapping:
          Type: AWS::Lambda::EventSourceMapping
          Properties:
            MaximumRetryAttempts: 3
            MaximumRecordAgeInSeconds: 3600
            BisectBatchOnFunctionError: true

        Live: aws lambda update-event-source-mapping --uuid UUID --maximum-retry-attempts 3
        --maximum-record-age-in-seconds 3600 --bisect-batch-on-function-error
    """,
)
def endless_stream_retries(mapping: EventSourceMapping, _graph: Graph) -> Iterator[Match]:
    """A mapping retries a failing batch of a stream until its records expire.

    Neither the number of attempts nor the age of records is limited (the default of both), so one
    record that always fails blocks its shard, and everything behind it, for a day or longer.

    Fine to accept where order matters more than progress and somebody is called at once.
    """
    if not reads_stream(mapping):
        return
    attempts, age = mapping.maximum_retry_attempts, mapping.maximum_record_age_seconds
    if attempts == age == limits.ENDLESS:
        yield Match(
            mapping,
            f"{mapping.label} retries a bad record until it expires and blocks the shard",
            ("MaximumRetryAttempts",),
            ("MaximumRetryAttempts -1, MaximumRecordAgeInSeconds -1",),
        )


@rule(
    "ESM011",
    "stream-without-failure-destination",
    severity=Severity.HIGH,
    category=Category.RELIABILITY,
    guide=GUIDE,
    applies_to=EventSourceMapping,
    remediation="""
        ClicksMapping:
          Type: AWS::Lambda::EventSourceMapping
          Properties:
            DestinationConfig:
              OnFailure:
                Destination: !GetAtt ClicksDlq.Arn

        Live: aws lambda update-event-source-mapping --uuid UUID
        --destination-config '{"OnFailure": {"Destination": "ARN"}}'
    """,
)
def stream_without_failure_destination(
    mapping: EventSourceMapping, _graph: Graph
) -> Iterator[Match]:
    """A mapping has no destination for records that failed, so they are dropped without a trace.

    When attempts or age run out, Lambda moves on. The destination gets shard and sequence numbers
    of what it gave up, with which the records can be read again while the stream keeps them.

    Fine to accept where later records replace lost ones.
    """
    if not reads_stream(mapping):
        return
    config = mapping.destination_config
    if config is None or config.on_failure is None:
        message = f"{mapping.label} drops failed records without a trace"
        yield Match(mapping, message, ("DestinationConfig", "OnFailure"))


@rule(
    "ESM012",
    "stream-batch-not-split",
    severity=Severity.MEDIUM,
    category=Category.RELIABILITY,
    guide=GUIDE,
    applies_to=EventSourceMapping,
    remediation="""
        ClicksMapping:
          Type: AWS::Lambda::EventSourceMapping
          Properties:
            BisectBatchOnFunctionError: true
            FunctionResponseTypes: [ReportBatchItemFailures]   # once the function returns them

        Live: aws lambda update-event-source-mapping --uuid UUID --bisect-batch-on-function-error
    """,
)
def stream_batch_not_split(mapping: EventSourceMapping, _graph: Graph) -> Iterator[Match]:
    """One bad record of a stream makes Lambda repeat its whole batch.

    Good records are processed again at each attempt, and given up together with the bad one.
    Bisecting finds the bad record by halves, and reporting item failures names it. A mapping that
    reads records one by one is exempt.

    Fine to accept where the function handles each record's failure itself.
    """
    if not reads_stream(mapping) or mapping.bisect_batch or mapping.batch_size == 1:
        return
    if "ReportBatchItemFailures" not in mapping.response_types:
        size = mapping.batch_size or limits.BATCH_SIZE_DEFAULT_STREAM
        yield Match(
            mapping,
            f"{mapping.label} repeats its whole batch for one bad record",
            ("BisectBatchOnFunctionError",),
            (f"BatchSize {size}, BisectBatchOnFunctionError false, no ReportBatchItemFailures",),
        )
