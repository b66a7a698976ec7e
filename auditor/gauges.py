"""From resources with metrics to how much of their limits they use.

Nothing is asked for this: a gauge shows only what rules had CloudWatch asked for.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from msgspec import Struct

from auditor.data import event_limits, limits
from auditor.data.regions import quota
from auditor.engine import subject_of
from auditor.resources import EventBus, Function, Queue, Resource, Stream, Topic
from auditor.traffic import METRICS, Measure, Series
from auditor.traffic.quotas import granted, publishing
from auditor.utilisation import Level, Row, Utilisation, ranked
from auditor.values import UndeterminedError

_MINUTE = 60
_FIVE_MINUTES = 300


class Gauge(Struct, frozen=True):
    """A measure and its limit, both in `unit`; sums are shown as rates.

    `limit` is asked with the resource and its peak, and is `None` where there is no such limit.
    `factor` turns CloudWatch's unit into the gauge's.
    """

    measure: Measure
    what: str
    unit: str
    limit: Callable[[Any, float], float | None]
    factor: float = 1

    def level(self, resource: Resource) -> Level | None:
        """What the gauge shows; raises `UndeterminedError` where data or the limit is missing."""
        if self.limit(resource, 0) is None:
            return None
        series = self._in_unit(self.measure.steady(resource))
        high, peak = series.percentile(99), series.maximum
        limit = self.limit(resource, peak)
        if not limit or limit < 0 or not all(map(math.isfinite, (high, peak, limit))):
            raise UndeterminedError("its limit or its metric makes no sense")
        days, course = series.days, series.sparkline()
        return Level(self.what, self.unit, limit, high, peak, days, course)

    def _in_unit(self, series: Series) -> Series:
        rated = series.per_second() if self.measure.statistic == "Sum" else series
        return rated.times(self.factor)


def _fifo_messages(queue: Queue, used: float) -> float | None:
    """Ten messages in each call, as CloudWatch counts no calls."""
    if not queue.fifo:
        return None
    calls: float = limits.FIFO_CALLS_PER_SECOND
    if queue.throughput_limit == "perMessageGroupId":
        calls = quota("sqs.fifo_high_throughput", queue.raw.region or "", used)
    return calls * limits.MESSAGES_PER_CALL


def _of_shards(each: float) -> Callable[[Stream, float], float | None]:
    def limit(stream: Stream, _used: float) -> float | None:
        if stream.on_demand:
            return None
        if not stream.shard_count:
            raise UndeterminedError("the number of shards is not known")
        return stream.shard_count * each

    return limit


def _granted(name: str) -> Callable[[EventBus, float], float]:
    return lambda bus, used: granted(bus, name, used)


def _concurrency(function: Function, _used: float) -> float:
    reserved = function.reserved_concurrency
    limit = function.quotas.get("lambda.concurrency") if reserved is None else reserved
    if limit is None:
        raise UndeterminedError("the concurrency that the account was granted is not known")
    return float(limit)


# Each measure is one that a rule needs, so that its course has been read.
GAUGES: tuple[Gauge, ...] = (
    *(
        Gauge(
            Measure(Queue, f"NumberOfMessages{what}", resolution=_MINUTE),
            f"messages {what.lower()}",
            "a second",
            _fifo_messages,
        )
        for what in ("Sent", "Received", "Deleted")
    ),
    Gauge(
        Measure(Queue, "ApproximateNumberOfMessagesNotVisible", "Maximum"),
        "messages in flight",
        "messages",
        lambda _queue, _used: limits.IN_FLIGHT_MAX,
    ),
    Gauge(
        Measure(Queue, "ApproximateAgeOfOldestMessage", "Maximum"),
        "age against retention",
        "seconds",
        lambda queue, _used: queue.retention_seconds,
    ),
    Gauge(
        Measure(Queue, "SentMessageSize", "Maximum"),
        "size of messages",
        "bytes",
        lambda queue, _used: queue.max_message_bytes,
    ),
    Gauge(
        Measure(Topic, "NumberOfMessagesPublished", resolution=_FIVE_MINUTES),
        "messages published",
        "a second",
        publishing,
    ),
    Gauge(
        Measure(Topic, "PublishSize", "Maximum"),
        "size of messages",
        "bytes",
        lambda topic, _used: topic.max_message_bytes,
    ),
    Gauge(
        Measure(EventBus, "InvocationsCreated", resolution=_FIVE_MINUTES),
        "invocations of the region",
        "a second",
        _granted("events.invocations"),
    ),
    Gauge(
        Measure(EventBus, "PutEventsApproximateCallCount", resolution=_FIVE_MINUTES),
        "PutEvents calls of the region",
        "a second",
        _granted("events.put_events"),
    ),
    Gauge(
        Measure(Stream, "IncomingBytes", resolution=_FIVE_MINUTES),
        "bytes written",
        "bytes a second",
        _of_shards(event_limits.SHARD_BYTES),
    ),
    Gauge(
        Measure(Stream, "IncomingRecords", resolution=_FIVE_MINUTES),
        "records written",
        "a second",
        _of_shards(event_limits.SHARD_RECORDS),
    ),
    Gauge(
        Measure(Stream, "GetRecords.Bytes", resolution=_FIVE_MINUTES),
        "bytes read",
        "bytes a second",
        _of_shards(event_limits.SHARD_BYTES_READ),
    ),
    Gauge(
        Measure(Stream, "GetRecords.IteratorAgeMilliseconds", "Maximum"),
        "age against retention",
        "seconds",
        lambda stream, _used: stream.retention_hours * 3_600,
        1 / 1_000,
    ),
    Gauge(
        Measure(Function, "Duration", "p99"),
        "duration against timeout",
        "seconds",
        lambda function, _used: function.timeout,
        1 / 1_000,
    ),
    Gauge(
        Measure(Function, "ConcurrentExecutions", "Maximum"),
        "concurrent executions",
        "executions",
        _concurrency,
    ),
)


def utilisation(resources: Iterable[Resource]) -> Utilisation:
    """The utilisation of those resources whose metrics were asked for."""
    return ranked(filter(None, map(_row, resources)))


def _row(resource: Resource) -> Row | None:
    """The nearest limit of a resource; nothing where no gauge is about it."""
    levels: list[Level] = []
    unknown: dict[str, str] = {}
    for gauge in _gauges(resource):
        try:
            level = gauge.level(resource)
        except UndeterminedError as doubt:
            unknown[gauge.what] = doubt.reason
        except (ArithmeticError, AttributeError, KeyError, TypeError, ValueError):
            # A snapshot may hold anything.
            unknown[gauge.what] = "its limit or its metric makes no sense"
        else:
            levels += [level] if level else []
    if not levels and not unknown:
        return None
    nearest = max(levels, key=lambda level: level.share, default=None)
    return Row(subject_of(resource.raw), nearest, tuple(unknown.items()))


def _gauges(resource: Resource) -> Iterator[Gauge]:
    """The gauges whose metric was asked for; that may have failed."""
    given = resource.peek(METRICS)
    asked = given if isinstance(given, Mapping) else {}
    for gauge in GAUGES:
        if gauge.measure.resource is type(resource) and gauge.measure.key in asked:
            yield gauge
