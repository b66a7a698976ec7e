"""Quotas, bounds and defaults of EventBridge, Kinesis and Firehose.

Read on 2026-11-23. "API" is the text of the operation in the service model of botocore 1.44.5.
"""

from __future__ import annotations

# API PutEvents: the size of an entry.
EVENT_BYTES_MAX = 1_048_576
# API PutTargets; not adjustable.
TARGETS_PER_RULE = 5
# EventBridge user guide, quotas of event buses: adjustable, and lower in two Regions.
RULES_PER_BUS = 300
RULES_PER_BUS_IN_SMALL_REGIONS = 100
WILDCARD_RULES_PER_BUS = 30
SMALL_REGIONS = frozenset({"af-south-1", "eu-south-1"})
# API RetryPolicy: the least that can be asked for.
EVENT_AGE_MIN_SECONDS = 60
# API InputTransformer.
INPUT_PATHS = 100
INPUT_TEMPLATE_LENGTH = 8_192

# API IncreaseStreamRetentionPeriod and DecreaseStreamRetentionPeriod.
RETENTION_MIN_HOURS = 24
RETENTION_MAX_HOURS = 8_760
# API CreateStream and GetRecords: what a shard takes in a second, and gives to all readers without
# throughput of their own.
SHARD_RECORDS = 1_000
SHARD_BYTES = 1_048_576
SHARD_BYTES_READ = 2 * SHARD_BYTES
# API RegisterStreamConsumer: the quota without On-demand Advantage.
REGISTERED_CONSUMERS = 20
# API GetRecords: all readers without throughput of their own share five reads and 2 MiB a second
# of a shard, and Lambda polls each shard once a second; beyond two they delay each other.
SHARED_READERS_SENSIBLE_MAX = 2
# Lambda developer guide, quotas: payload of an invocation. Records travel in Base64 (4 for 3).
INVOCATION_PAYLOAD_KIB = 6 * 1_024
BASE64_GROWTH = 4 / 3
