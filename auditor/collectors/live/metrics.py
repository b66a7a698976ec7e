"""Metrics of resources, in as few calls as the API allows: 500 of them in each."""

from __future__ import annotations

import datetime as dt
import math
from array import array
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice
from typing import Any, NamedTuple

from msgspec import Struct

from auditor.collectors.live.faults import MALFORMED, CallError
from auditor.collectors.live.reader import Reader
from auditor.collectors.live.shapes import MANAGED_BY, beside
from auditor.resources.base import RawResource, Resource
from auditor.traffic import METRICS, Measure
from auditor.traffic.series import HOUR
from auditor.values import Unknown

_ACTION = "cloudwatch:GetMetricData"
DAYS = 14
# API GetMetricData: queries in a call.
_QUERIES = 500
# API GetMetricData: values of a minute are kept for 15 days, those of five minutes for 63.
_DAYS_OF_MINUTES = 15
DAYS_MAX = 63
_COARSER = 300


class Traffic(Struct, frozen=True):
    """What to ask CloudWatch for: these measures over so many days."""

    measures: Sequence[Measure] = ()
    days: int = DAYS

    def of(self, resource: type[Resource]) -> list[Measure]:
        """The measures of one type of resource."""
        return [measure for measure in self.measures if measure.resource is resource]


class _Query(NamedTuple):
    id: str
    measure: Measure
    dimensions: Mapping[str, str]
    resolution: int


class _Window(NamedTuple):
    start: dt.datetime
    end: dt.datetime

    @property
    def hours(self) -> int:
        return int((self.end - self.start).total_seconds()) // HOUR


def with_metrics(
    readers: Iterable[Reader], resources: Sequence[RawResource], traffic: Traffic
) -> list[RawResource]:
    """The same resources, with `$metrics` where a measure is about them."""
    end = dt.datetime.now(dt.UTC).replace(minute=0, second=0, microsecond=0)
    window = _Window(end - dt.timedelta(days=traffic.days), end)
    found: dict[str, dict[str, Any]] = defaultdict(dict)
    for reader in readers:
        queries = _planned(reader, resources, traffic)
        batches = list(_batches(queries))
        for answers in reader.each(_ask(reader, window), batches):
            for query, answer in answers:
                found[query.id][query.measure.key] = answer
    return [beside(raw, METRICS, found[raw.id]) if raw.id in found else raw for raw in resources]


def _planned(
    reader: Reader, resources: Sequence[RawResource], traffic: Traffic
) -> Iterable[_Query]:
    minutes = traffic.days <= _DAYS_OF_MINUTES
    by_type = {each.resource.type: traffic.of(each.resource) for each in traffic.measures}
    for raw in resources:
        if raw.region != reader.region or MANAGED_BY in raw.properties:
            continue
        for measure in by_type.get(raw.type, ()):
            dimensions = measure.dimensions(raw)
            if dimensions is not None:
                resolution = measure.resolution if minutes else max(measure.resolution, _COARSER)
                yield _Query(raw.id, measure, dimensions, resolution)


def _batches(queries: Iterable[_Query]) -> Iterable[list[_Query]]:
    rest = iter(queries)
    while batch := list(islice(rest, _QUERIES)):
        yield batch


def _ask(
    reader: Reader, window: _Window
) -> Callable[[list[_Query]], list[tuple[_Query, dict[str, Any] | Unknown]]]:
    def ask(batch: list[_Query]) -> list[tuple[_Query, dict[str, Any] | Unknown]]:
        results = reader.details(
            _ACTION, "MetricDataResults", f"{len(batch)} metrics",
            MetricDataQueries=[_query(number, query) for number, query in enumerate(batch)],
            StartTime=window.start, EndTime=window.end,
        )  # fmt: skip
        if results is None or isinstance(results, Unknown):
            why = results or Unknown(f"{_ACTION} is not available")
            return [(query, why) for query in batch]
        try:
            return _answers(batch, results, window)
        except MALFORMED as error:
            reason = f"the answer could not be understood: {error!r}"
            reader.fail(_ACTION, f"{len(batch)} metrics", CallError(reason))
            return [(query, Unknown(f"{_ACTION}: {reason}")) for query in batch]

    return ask


def _answers(
    batch: Sequence[_Query], results: Sequence[Mapping[str, Any]], window: _Window
) -> list[tuple[_Query, dict[str, Any] | Unknown]]:
    parts: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for result in results:
        parts[result["Id"]].append(result)
    return [
        (query, series(parts[f"m{number}"], window, query.resolution))
        for number, query in enumerate(batch)
    ]


def _query(number: int, query: _Query) -> dict[str, Any]:
    if query.measure.part:
        return {"Id": f"m{number}", "Expression": _search(query), "Period": query.resolution}
    dimensions = [{"Name": name, "Value": value} for name, value in query.dimensions.items()]
    metric = {
        "Namespace": query.measure.namespace,
        "MetricName": query.measure.metric,
        "Dimensions": dimensions,
    }
    stat = {"Metric": metric, "Period": query.resolution, "Stat": query.measure.statistic}
    return {"Id": f"m{number}", "MetricStat": stat}


def _search(query: _Query) -> str:
    """Metric math over the parts of a resource; names have no quotes (API CreateStream)."""
    measure = query.measure
    schema = ",".join((measure.namespace, measure.part, *query.dimensions))
    wanted = {"MetricName": measure.metric, **query.dimensions}
    terms = " ".join(f'{name}="{value}"' for name, value in wanted.items())
    search = f"SEARCH('{{{schema}}} {terms}', '{measure.statistic}', {query.resolution})"
    return f"{measure.across}({search})"


def series(
    parts: Sequence[Mapping[str, Any]], window: _Window, resolution: int
) -> dict[str, Any] | Unknown:
    """One metric's values by hours; its values may be spread over several pages."""
    values, start = array("d", [math.nan]) * window.hours, window.start.timestamp()
    if not parts:
        return Unknown("CloudWatch left a metric out of its answer")
    for part in parts:
        if part.get("StatusCode", "Complete") not in ("Complete", "PartialData"):
            return Unknown(f"CloudWatch could not give a metric: {part['StatusCode']}")
        for time, value in zip(_seconds(part["Timestamps"]), part["Values"], strict=True):
            hour = int(time - start) // HOUR
            if 0 <= hour < window.hours:
                known = values[hour]
                values[hour] = value if math.isnan(known) else max(known, value)
    return {"resolution": resolution, "values": values}


def _seconds(times: array[float] | Sequence[dt.datetime]) -> Iterable[float]:
    """Times since 1970, which are given as such or as botocore reads them."""
    return times if isinstance(times, array) else [time.timestamp() for time in times]
