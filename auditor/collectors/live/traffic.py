"""How busy FIFO queues have been, which no setting tells."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from auditor.collectors.live.reader import Reader
from auditor.resources import Queue
from auditor.resources.base import RawResource
from auditor.values import Block, Unknown

TRAFFIC = "$traffic"
WINDOW_DAYS = 14
# CloudWatch keeps one-minute values for 15 days, and SQS publishes every minute.
_PERIOD_SECONDS = 60
_METRICS = ("NumberOfMessagesSent", "NumberOfMessagesReceived", "NumberOfMessagesDeleted")


def with_traffic(reader: Reader, resources: Sequence[RawResource]) -> Iterator[RawResource]:
    """The same resources, FIFO queues with their busiest minute as `$traffic`.

    One queue's metrics are 60,000 values, which is about what one call may ask for.
    """
    return reader.each(lambda raw: _measured(reader, raw), resources)


def _measured(reader: Reader, raw: RawResource) -> RawResource:
    if raw.type != Queue.type or not raw.properties.get("FifoQueue"):
        return raw
    traffic = _traffic(reader, str(raw.name))
    if traffic is None:
        return raw
    unread = getattr(raw.properties, "unread", None)
    return replace(raw, properties=Block({**raw.properties, TRAFFIC: traffic}, unread=unread))


def _traffic(reader: Reader, queue: str) -> dict[str, Any] | Unknown | None:
    end = dt.datetime.now(dt.UTC).replace(second=0, microsecond=0)
    results = reader.details(
        "cloudwatch:GetMetricData", "MetricDataResults", queue,
        MetricDataQueries=[_query(queue, metric) for metric in _METRICS],
        StartTime=end - dt.timedelta(days=WINDOW_DAYS), EndTime=end,
    )  # fmt: skip
    if results is None or isinstance(results, Unknown):
        return results
    peaks = busiest(results)
    return {"window_days": WINDOW_DAYS, "peak_messages_per_second": peaks} if peaks else None


def _query(queue: str, metric: str) -> dict[str, Any]:
    dimensions = [{"Name": "QueueName", "Value": queue}]
    identified = {"Namespace": "AWS/SQS", "MetricName": metric, "Dimensions": dimensions}
    stat = {"Metric": identified, "Period": _PERIOD_SECONDS, "Stat": "Sum"}
    return {"Id": metric[:1].lower() + metric[1:], "Label": metric, "MetricStat": stat}


def busiest(results: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    """The highest rate of each metric per second; its values may be spread over several results."""
    peaks: dict[str, float] = {}
    for result in results:
        if result.get("Values"):
            peak = max(result["Values"]) / _PERIOD_SECONDS
            peaks[result["Label"]] = max(peak, peaks.get(result["Label"], 0.0))
    return peaks
