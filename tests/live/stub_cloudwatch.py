"""A CloudWatch that answers GetMetricData with given courses, over two pages each."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from auditor.traffic import METRICS, Measure
from auditor.values import Unknown
from tests.live.faulty import Call, Reply

_HOUR = 3_600
# Namespace, metric, statistic, period, dimensions, and how parts are summed up.
Key = tuple[str, str, str, int, frozenset[tuple[str, str]], str]
_SEARCH = re.compile(
    r"(MAX|AVG)\(SEARCH\('\{([^,]+),ShardId,StreamName\} MetricName=\"([^\"]+)\""
    r" StreamName=\"([^\"]+)\"', '(\w+)', (\d+)\)\)"
)


@dataclass
class StubCloudWatch:
    """`courses` maps a metric to its values by hours, or to why it cannot be had.

    `asked` counts the queries of each call, those of a further page apart.
    """

    courses: dict[Key, list[float | None] | Unknown] = field(default_factory=dict)
    asked: list[int] = field(default_factory=list)
    pages: int = 0

    def learn(self, resources: Iterable[Any], measures: Iterable[Measure]) -> None:
        """Take over the metrics that resources of a fixture have."""
        for measure in measures:
            for raw in resources:
                dimensions = measure.dimensions(raw)
                given = raw.properties.get(METRICS, {}).get(measure.key)
                if dimensions is not None and given is not None:
                    values = given if isinstance(given, Unknown) else given["values"]
                    self.courses[_key(measure, dimensions)] = values

    def __call__(self, call: Call) -> Reply:
        """The answer to a call: first the newer half of the window, then the older."""
        request = json.loads(call.body)
        older = "NextToken" in request
        if older:
            self.pages += 1
        else:
            self.asked.append(len(request["MetricDataQueries"]))
        results = [self._result(query, request, older) for query in request["MetricDataQueries"]]
        body: dict[str, Any] = {"MetricDataResults": results, "Messages": []}
        if not older:
            body["NextToken"] = "older"
        return 200, "application/x-amz-json-1.0", json.dumps(body).encode()

    def _result(
        self, query: Mapping[str, Any], request: Mapping[str, Any], older: bool
    ) -> dict[str, Any]:
        key = _asked(query)
        course = self.courses.get(key, [])
        answer = {"Id": query["Id"], "Label": key[1]}
        if isinstance(course, Unknown):
            return {**answer, "StatusCode": "InternalError", "Timestamps": [], "Values": []}
        start, end = request["StartTime"], request["EndTime"]
        points = [
            (start + hour * _HOUR, value) for hour, value in enumerate(course) if value is not None
        ]
        middle = (start + end) / 2
        half = [point for point in points if (point[0] < middle) == older][::-1]
        return {
            **answer,
            "StatusCode": "Complete" if older else "PartialData",
            "Timestamps": [time for time, _ in half],
            "Values": [value for _, value in half],
        }


def _key(measure: Measure, dimensions: Mapping[str, str]) -> Key:
    return (
        measure.namespace,
        measure.metric,
        measure.statistic,
        measure.resolution,
        frozenset(dimensions.items()),
        measure.across,
    )


def _asked(query: Mapping[str, Any]) -> Key:
    """What a query is about; fails for metric math that CloudWatch would not understand."""
    if "Expression" in query:
        found = _SEARCH.fullmatch(query["Expression"])
        assert found, query
        across, namespace, metric, stream, statistic, period = found.groups()
        assert int(period) == query["Period"]
        dimensions = frozenset({("StreamName", stream)})
        return namespace, metric, statistic, int(period), dimensions, across
    stat = query["MetricStat"]
    metric = stat["Metric"]
    dimensions = frozenset((each["Name"], each["Value"]) for each in metric["Dimensions"])
    return metric["Namespace"], metric["MetricName"], stat["Stat"], stat["Period"], dimensions, ""
