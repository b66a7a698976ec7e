"""How loaded the shards of a stream are."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.data import event_limits
from auditor.resources import Stream
from auditor.traffic import Measure, Series
from auditor.values import UndeterminedError

# Kinesis publishes every minute; five minutes keep peaks at a fifth of the answers.
_RESOLUTION = 300
BYTES = Measure(Stream, "IncomingBytes", resolution=_RESOLUTION)
RECORDS = Measure(Stream, "IncomingRecords", resolution=_RESOLUTION)
READ_BYTES = Measure(Stream, "GetRecords.Bytes", resolution=_RESOLUTION)
# Hours are exact sums, which is what is billed.
BYTES_IN = Measure(Stream, "IncomingBytes")
RECORDS_IN = Measure(Stream, "IncomingRecords")
BYTES_OUT = Measure(Stream, "GetRecords.Bytes")
WRITES_THROTTLED = Measure(Stream, "WriteProvisionedThroughputExceeded")
READS_THROTTLED = Measure(Stream, "ReadProvisionedThroughputExceeded")


def shards_of(stream: Stream) -> int:
    """The number of shards; raises `UndeterminedError` where the stream does not tell."""
    if not stream.shard_count:
        raise UndeterminedError("the number of shards is not known")
    return stream.shard_count


def writes(stream: Stream) -> Iterator[tuple[Series, int, str]]:
    """Rates of bytes and records, each with what one shard takes in a second, and its unit."""
    yield BYTES.steady(stream).per_second(), event_limits.SHARD_BYTES, "bytes a second"
    yield RECORDS.steady(stream).per_second(), event_limits.SHARD_RECORDS, "records a second"
