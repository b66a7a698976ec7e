"""An AWS Config that answers for an aggregator, from configuration items."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from auditor.collectors.aggregator import AggregatorCollector
from auditor.collectors.live import Scope
from auditor.inventory import Unit
from tests.live.faulty import Call, FaultyAws, Reply
from tests.live.reading import ACCOUNT, REGION

NAME = "company"
RECORDER = "AWS::Config::ConfigurationRecorder"
ALL: dict[str, Any] = {
    "AllSupported": True,
    "IncludeGlobalResourceTypes": True,
    "RecordingStrategy": {"UseOnly": "ALL_SUPPORTED_RESOURCE_TYPES"},
}
_TYPE = re.compile(r"resourceType = '([^']+)'")
_SELECTED = re.compile(r"SELECT (.+) WHERE")
Row = dict[str, Any]


@dataclass
class StubConfig:
    """`items` are what was recorded, `sources` the accounts and regions with their status.

    `left_out` are ids whose configuration only the call for many of them answers, `discovered`
    counts what is not recorded beside the items, `filters` are those of the aggregator.
    """

    items: list[Row] = field(default_factory=list)
    sources: list[Row] = field(default_factory=list)
    left_out: set[str] = field(default_factory=set)
    discovered: Counter[str] = field(default_factory=Counter)
    filters: Row = field(default_factory=dict)

    def serve(self) -> FaultyAws:
        """A server with this aggregator, and nothing else."""
        faulty = FaultyAws("http://127.0.0.1:9")
        faulty.faults |= {
            "BatchGetAggregateResourceConfig": self._batch,
            "DescribeConfigurationAggregatorSourcesStatus": self._status,
            "DescribeConfigurationAggregators": self._describe,
            "GetAggregateDiscoveredResourceCounts": self._counts,
            "GetCallerIdentity": _identity,
            "SelectAggregateResourceConfig": self._select,
        }
        return faulty

    def record(self, *rows: Row) -> StubConfig:
        """Add items."""
        self.items += rows
        return self

    def _describe(self, call: Call) -> Reply:
        if json.loads(call.body)["ConfigurationAggregatorNames"] != [NAME]:
            body = {"__type": "NoSuchConfigurationAggregatorException", "message": "none"}
            return 400, "application/x-amz-json-1.1", json.dumps(body).encode()
        described = {"ConfigurationAggregatorName": NAME, "AggregatorFilters": self.filters}
        return answer(ConfigurationAggregators=[described])

    def _status(self, call: Call) -> Reply:
        return paged("AggregatedSourceStatusList", self.sources, json.loads(call.body))

    def _counts(self, call: Call) -> Reply:
        counts = Counter(row["resourceType"] for row in self.items) + self.discovered
        groups = [{"GroupName": name, "ResourceCount": it} for name, it in sorted(counts.items())]
        total = {"TotalDiscoveredResources": counts.total()}
        return paged("GroupedResourceCounts", groups, json.loads(call.body), **total)

    def _select(self, call: Call) -> Reply:
        request = json.loads(call.body)
        expression = request["Expression"]
        type_, selected = _TYPE.search(expression), _SELECTED.match(expression)
        assert type_
        assert selected
        names = selected[1].replace(" ", "").split(",")
        rows = [
            json.dumps({name: row.get(name) for name in names if not self._omitted(name, row)})
            for row in self.items
            if row["resourceType"] == type_[1]
        ]
        return paged("Results", rows, request)

    def _omitted(self, name: str, row: Row) -> bool:
        return name.endswith("onfiguration") and row["resourceId"] in self.left_out

    def _batch(self, call: Call) -> Reply:
        wanted = json.loads(call.body)["ResourceIdentifiers"]
        assert len(wanted) <= 100
        ids = {(it["SourceAccountId"], it["SourceRegion"], it["ResourceId"]) for it in wanted}
        found = [
            {
                **{name: row[name] for name in ("accountId", "awsRegion", "resourceId")},
                "configuration": json.dumps(row["configuration"]),
                "supplementaryConfiguration": {
                    name: json.dumps(value)
                    for name, value in row["supplementaryConfiguration"].items()
                },
            }
            for row in self.items
            if (row["accountId"], row["awsRegion"], row["resourceId"]) in ids
        ]
        return answer(BaseConfigurationItems=found, UnprocessedResourceIdentifiers=[])


def answer(**body: object) -> Reply:
    """What AWS Config says."""
    return 200, "application/x-amz-json-1.1", json.dumps(body).encode()


def paged(name: str, items: Iterable[Any], request: Row, **more: object) -> Reply:
    """One page of a list, and where it is cut off."""
    listed, start = list(items), int(request.get("NextToken", 0))
    end = start + request["Limit"]
    following = {"NextToken": str(end)} if end < len(listed) else {}
    return answer(**{name: listed[start:end]}, **following, **more)


def _identity(_: Call) -> Reply:
    result = f"<GetCallerIdentityResult><Account>{ACCOUNT}</Account></GetCallerIdentityResult>"
    return 200, "text/xml", f"<R>{result}</R>".encode()


def item(  # as many parts as an item has
    type_: str, id_: str, arn: str, configuration: object, supplementary: Row | None = None,
    account: str = ACCOUNT, region: str = REGION, tags: object = (), time: str = "2026-11-01",
) -> Row:  # fmt: skip
    """A row of a query."""
    return {
        "resourceType": type_, "resourceId": id_, "resourceName": id_.rpartition("/")[2],
        "arn": arn, "accountId": account, "awsRegion": region, "tags": tags or [],
        "configuration": configuration, "supplementaryConfiguration": supplementary or {},
        "configurationItemCaptureTime": f"{time}T00:00:00.000Z",
    }  # fmt: skip


def recorder(
    group: Row | None = None, account: str = ACCOUNT, region: str = REGION, *, on: bool = True
) -> Row:
    """A recorder, by default of everything."""
    configuration = {"Name": "default", "Recording": on, "RecordingGroup": group or ALL}
    return item(RECORDER, "default", "", configuration, account=account, region=region)


def source(
    status: str = "SUCCEEDED", account: str = ACCOUNT, region: str = REGION, **more: object
) -> Row:
    """What became of the data of an account and region."""
    return {
        "SourceId": account, "SourceType": "ACCOUNT", "AwsRegion": region,
        "LastUpdateStatus": status, "LastUpdateTime": 1_764_000_000, **more,
    }  # fmt: skip


def read(faulty: FaultyAws, name: str = NAME) -> Unit:
    """What the aggregator tells; the server is closed."""
    try:
        (unit,) = AggregatorCollector(
            name, Scope(regions=(REGION,)), faulty.url, lambda _: None, attempts=1
        ).collect()
    finally:
        faulty.close()
    return unit
