"""Quotas, bounds, defaults and recommended values; seconds, counts or calls per second.

Collected on 2026-11-23. "API" is the text of the operation in the service model of botocore 1.44.5;
developer guides are cited as stored copies of 2022 to 2026 quote them, not all from AWS's own site.
"""

from __future__ import annotations

# SQS developer guide, quotas of messages (through a mirror of that page): FIFO without high
# throughput, per API action; a call carries at most 10 messages (API SendMessageBatch).
FIFO_CALLS_PER_SECOND = 300
MESSAGES_PER_CALL = 10
# API ChangeMessageVisibility: messages that were received and not yet deleted, standard and FIFO.
IN_FLIGHT_MAX = 120_000
# API CreateTopic: of a FIFO topic whose FifoThroughputScope is Topic, the default.
FIFO_TOPIC_MESSAGES_PER_SECOND = 3_000
# AWS general reference, quotas of SNS: of a topic, and of an account until somebody confirms.
SUBSCRIPTIONS_MAX = 12_500_000
FIFO_SUBSCRIPTIONS_MAX = 100
PENDING_SUBSCRIPTIONS_MAX = 5_000
# Beyond this share of a quota a peak leaves no room for the next one; our choice.
QUOTA_WARNING_SHARE = 0.8

# SQS developer guide, "Configure a dead-letter queue": maxReceiveCount is between 1 and 1,000.
RECEIVE_COUNT_MIN = 1
RECEIVE_COUNT_MAX = 1_000
# Lambda developer guide, "Using Lambda with Amazon SQS": at least 5 for a queue that a function
# reads, as throttled invocations count as receives.
RECEIVE_COUNT_MIN_FOR_LAMBDA = 5
# Our choice: a message that failed a hundred times will not succeed the next time.
RECEIVE_COUNT_SENSIBLE_MAX = 100

# Lambda developer guide, "Using Lambda with Amazon SQS": the visibility timeout is at least six
# times the function's timeout, plus the batching window.
VISIBILITY_PER_FUNCTION_TIMEOUT = 6

# API CreateEventSourceMapping: default batch sizes.
BATCH_SIZE_DEFAULT_SQS = 10
BATCH_SIZE_DEFAULT_STREAM = 100
# API CreateEventSourceMapping: bounds of batches, also those of FIFO queues, which know no batching
# window (Lambda developer guide, "Lambda parameters for Amazon SQS event source mappings"). Above
# 10 messages a queue needs a window.
BATCH_SIZE_MAX = 10_000
BATCH_SIZE_MAX_FIFO = 10
BATCH_SIZE_MAX_WITHOUT_WINDOW = 10
BATCHING_WINDOW_MAX_SECONDS = 300
# Lambda developer guide, "Using Lambda with Amazon SQS": a consumer needs 5 or more, as Lambda
# begins to poll with five concurrent batches.
RESERVED_CONCURRENCY_MIN_FOR_QUEUE = 5
# API CreateEventSourceMapping: -1 stands for "until the record expires", and is the default.
ENDLESS = -1

# API CreateQueue: bounds of the attributes of a queue, in seconds.
RETENTION_MIN = 60
RETENTION_MAX = 1_209_600
DELAY_MAX = 900
VISIBILITY_MAX = 43_200
WAIT_MAX = 20
KEY_REUSE_MIN = 60
KEY_REUSE_MAX = 86_400
KEY_REUSE_DEFAULT = 300

# API PutEvents: size of an event, in bytes.
EVENT_BYTES_MAX = 1_048_576
# API CreateTopic: above this size, in bytes, a topic has at most 100 subscriptions and delivers
# only to queues, functions and Firehose.
TOPIC_BYTES_DEFAULT = 262_144
SUBSCRIPTIONS_MAX_WITH_LARGE_MESSAGES = 100
# AWS General Reference, quotas of SNS: Firehose subscriptions per topic and owner.
FIREHOSE_SUBSCRIPTIONS_MAX = 5
# SNS developer guide, "Amazon SNS message delivery retries": of all retries to a web server.
WEB_RETRY_SECONDS_MAX = 3_600

# EventBridge user guide, "Amazon SQS as a source" of pipes: the visibility timeout is at least six
# times the combined runtime of enrichment and target.
VISIBILITY_PER_PIPE_RUNTIME = 6

# Our choices: above this many sources nobody knows whose dead letters they are; with fewer
# subscribers filters save little.
SOURCES_PER_DLQ_SENSIBLE_MAX = 5
SUBSCRIBERS_WORTH_FILTERING = 3

# AWS General Reference, quotas of SNS: filter policies per topic, adjustable.
FILTER_POLICIES_PER_TOPIC = 200
# Our choices for patterns that only hint: what counts as several of a kind.
QUEUES_OF_ONE_SENDER = 3
FUNCTIONS_OF_ONE_CALLER = 3
FUNCTIONS_OF_A_CHAIN = 3
