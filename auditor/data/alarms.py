"""What the numbers of an alarm mean for the metrics of the messaging services.

Read on 2026-11-23. "API" is the text of PutMetricAlarm in the service model of botocore 1.44.5.
"""

from __future__ import annotations

# API: periods of 10, 20 or 30 seconds are only for metrics with a resolution of one second, which
# AWS's own metrics of these services do not have.
METRIC_RESOLUTION_SECONDS = 60

# States, not counts. AWS's recommended alarms take the maximum of ages (the console's metric
# metadata of 2025-07-03); for the depth of a queue they take the average, so that is no mistake.
DEPTHS = frozenset({
    "ApproximateNumberOfMessagesDelayed",
    "ApproximateNumberOfMessagesNotVisible",
    "ApproximateNumberOfMessagesVisible",
})  # fmt: skip
MILLISECONDS_BEHIND = frozenset({
    "GetRecords.IteratorAge",
    "GetRecords.IteratorAgeMilliseconds",
    "IteratorAgeMilliseconds",
    "SubscribeToShardEvent.MillisBehindLatest",
})  # fmt: skip
AGES = MILLISECONDS_BEHIND | {
    "ApproximateAgeOfOldestMessage",
    "IteratorAge",
    "KinesisMillisBehindLatest",
}

# Metrics whose single peaks mean nothing; our choice.
NOISY = DEPTHS | {"ConcurrentExecutions", "Duration", "IncomingBytes", "IncomingRecords"}

# API CreateStream of Kinesis: what one shard takes in a second, 1,000 records and 1 MiB.
SHARD_RECORDS_PER_SECOND = 1_000
SHARD_BYTES_PER_SECOND = 1_048_576


def longest_evaluation(period: int) -> int:
    """How far back an alarm with this period may look, in seconds (API, `Period`)."""
    return 604_800 if period >= 3_600 else 86_400
