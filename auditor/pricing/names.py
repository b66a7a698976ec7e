"""The names of prices, and what one unit of each is."""

from __future__ import annotations

# GB are of 2^30 bytes.
UNITS = {
    "events.custom-event": "64 KB of an event put on a bus",
    "kinesis.extended-shard-hour": "an hour of a shard that keeps records longer than a day",
    "kinesis.fan-out-gb": "a GB that enhanced fan-out delivers",
    "kinesis.fan-out-shard-hour": "an hour of an enhanced fan-out consumer, for each shard",
    "kinesis.long-term-gb-month": "a GB kept longer than seven days, for a month",
    "kinesis.on-demand-gb-in": "a GB written into a stream on demand",
    "kinesis.on-demand-gb-out": "a GB read from a stream on demand",
    "kinesis.on-demand-stream-hour": "an hour of a stream on demand",
    "kinesis.put-unit": "25 KB of a record written",
    "kinesis.shard-hour": "an hour of a shard",
    "kms.request": "a call of KMS",
    "sns.publish": "64 KB of a message published",
    "sqs.fifo-request": "64 KB of a call about a FIFO queue",
    "sqs.standard-request": "64 KB of a call about a standard queue",
    "states.express-gb-second": "a GB of memory for a second of an Express execution",
    "states.express-request": "the start of an Express execution",
    "states.transition": "a state that a Standard execution enters",
}
