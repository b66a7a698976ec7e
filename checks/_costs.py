"""What rules on costs share: quantities that services bill, as docs/cost.md derives them."""

from __future__ import annotations

import math
from collections.abc import Mapping

from auditor.resources import Queue
from auditor.usage import HOURS_PER_MONTH

GB = 2**30
PUT_UNIT = 25 * 1_024
_KB = 1_024


def sqs_requests(queue: Queue, count: float) -> Mapping[str, float]:
    """So many calls about a queue, each of up to 64 KB."""
    kind = "fifo" if queue.fifo else "standard"
    return {f"sqs.{kind}-request": count}


def shard_hours(shards: int) -> Mapping[str, float]:
    """So many shards, for a month."""
    return {"kinesis.shard-hour": shards * HOURS_PER_MONTH}


def put_units(records: float, size: float) -> float:
    """The units of 25 KB that records of so many bytes in all take, if they are all alike."""
    return records * math.ceil(size / records / PUT_UNIT) if records else 0


def provisioned(shards: int, records: float, size: float) -> Mapping[str, float]:
    """A month of a provisioned stream into which so many records and bytes are written."""
    return {**shard_hours(shards), "kinesis.put-unit": put_units(records, size)}


def on_demand(records: float, size: float, read: float) -> Mapping[str, float]:
    """A month of a stream on demand; records are rounded up to a KB."""
    return {
        "kinesis.on-demand-stream-hour": HOURS_PER_MONTH,
        "kinesis.on-demand-gb-in": max(size, records * _KB) / GB,
        "kinesis.on-demand-gb-out": read / GB,
    }
