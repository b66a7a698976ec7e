"""The calls to an aggregator."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice
from typing import Any, TypeVar

from msgspec import Struct

from auditor.collectors.aggregator.items import Item, fetched, queried
from auditor.collectors.aggregator.recorders import (
    RECORDER,
    SUCCEEDED,
    Coverage,
    Place,
    recorders_of,
)
from auditor.collectors.live.faults import MALFORMED, CallError
from auditor.collectors.live.reader import Reader, some_of
from auditor.errors import UsageError
from auditor.findings import Gap
from auditor.values import Unknown

T = TypeVar("T")
# Account, region and id of a resource.
_Key = tuple[str, str, str]

_COUNTS = "config:GetAggregateDiscoveredResourceCounts"
QUERY = "config:SelectAggregateResourceConfig"
_BATCH = "config:BatchGetAggregateResourceConfig"
_DESCRIBE = "config:DescribeConfigurationAggregators"
_STATUS = "config:DescribeConfigurationAggregatorSourcesStatus"
# As many of them AWS Config answers in a page, or takes in a call.
PAGE = 100
# A query tells neither of what is deleted nor of what is not recorded.
_EXPRESSION = (
    "SELECT accountId, awsRegion, arn, resourceId, resourceName, configurationItemCaptureTime,"
    " tags, configuration, supplementaryConfiguration"
    " WHERE resourceType = '{}' AND configurationItemStatus IN ('OK', 'ResourceDiscovered')"
)
# Deep nesting makes Python's own reader of JSON give up, and no whole number is infinite.
UNREADABLE = (*MALFORMED, OverflowError, RecursionError)


class Sources(Struct, frozen=True):
    """Whether data came through from each place, gaps where not, and the age of the oldest."""

    status: Mapping[Place, str]
    gaps: tuple[Gap, ...]
    as_of: str


class Aggregator(Struct, frozen=True):
    """Asks one aggregator; whatever it cannot answer is kept in the log of the reader."""

    name: str
    reader: Reader

    def filtered(self) -> frozenset[str] | Unknown | None:
        """The types that it takes, `None` for all.

        Raises `UsageError` where there is no such aggregator.
        """
        answer = self.reader.detail(_DESCRIBE, self.name, ConfigurationAggregatorNames=[self.name])
        if answer is None:
            message = f"there is no aggregator {self.name} in {self.reader.region}"
            hint = "Choose its region with --region, and its account with --profile."
            raise UsageError(message, hint)
        if isinstance(answer, Unknown):
            return answer
        described: Mapping[str, Any] = next(iter(answer["ConfigurationAggregators"]), {})
        filters = described.get("AggregatorFilters") or {}
        if (filters.get("ServicePrincipal") or {}).get("Value"):
            return Unknown("the aggregator has only what recorders of AWS services record")
        types = (filters.get("ResourceType") or {}).get("Value")
        return frozenset(types) if types else None

    def sources(self) -> Sources | Unknown:
        """How old its data is, and what did not come through."""
        listed = self.reader.details(
            _STATUS, "AggregatedSourceStatusList", self.name,
            ConfigurationAggregatorName=self.name, Limit=PAGE,
        )  # fmt: skip
        return self._understood(_STATUS, _sources, listed)

    def counts(self) -> Mapping[str, int] | None:
        """How many resources of each type were discovered; `None` when that is not known."""
        listed = self.reader.details(
            _COUNTS, "GroupedResourceCounts", self.name,
            ConfigurationAggregatorName=self.name, GroupByKey="RESOURCE_TYPE", Limit=1000,
        )  # fmt: skip
        counted = self._understood(_COUNTS, _counts, listed)
        return None if isinstance(counted, Unknown) else counted

    def _understood(
        self, action: str, make: Callable[[list[Any]], T], listed: list[Any] | Unknown | None
    ) -> T | Unknown:
        """What a list says, unknown with a gap where it makes no sense."""
        if listed is None or isinstance(listed, Unknown):
            return listed or Unknown(f"{action} does not know the aggregator any more")
        try:
            return make(listed)
        except UNREADABLE as error:
            reason = f"the answer could not be understood: {error!r}"
            self.reader.fail(action, self.name, CallError(reason))
            return Unknown(f"{action}: {reason}")

    def items(self, type_: str, types: Sequence[str]) -> list[Item]:
        """All items of a type, which makes resources of these types."""
        rows = self.reader.listing(
            QUERY, "Results", *types, subject=type_,
            ConfigurationAggregatorName=self.name, Expression=_EXPRESSION.format(type_), Limit=PAGE,
        )  # fmt: skip
        found: list[Item] = []
        for row in rows:
            try:
                found.append(queried(row))
            except UNREADABLE as error:
                self.misunderstood(type_, error, types)
        return self._complete(type_, found, types)

    def misunderstood(
        self, type_: str, error: Exception, types: Sequence[str], action: str = QUERY
    ) -> None:
        """Keep that an item of a type makes no sense."""
        reason = f"an item could not be understood: {type(error).__name__}"
        self.reader.fail(action, type_, CallError(reason), types)

    def _complete(self, type_: str, items: list[Item], types: Sequence[str]) -> list[Item]:
        """The items, with the configuration of those whose row left it out."""
        lacking = {_key(item): item for item in items if item.configuration is None}
        found: dict[_Key, Item] = {}
        rest = iter(lacking)
        while batch := list(islice(rest, PAGE)):
            for answer in self._fetched(type_, batch):
                try:
                    item = lacking[answer["accountId"], answer["awsRegion"], answer["resourceId"]]
                    found[_key(item)] = fetched(item, answer)
                except UNREADABLE as error:
                    self.misunderstood(type_, error, types, _BATCH)
        if len(found) < len(lacking):
            why = f"{_BATCH} does not tell every configuration of {type_}"
            for made in types:
                self.reader.log.unread.setdefault(made, why)
        return [found.get(_key(item), item) for item in items]

    def _fetched(self, type_: str, keys: Iterable[_Key]) -> list[Any]:
        wanted = [
            {"SourceAccountId": account, "SourceRegion": region, "ResourceId": id_,
             "ResourceType": type_}
            for account, region, id_ in keys
        ]  # fmt: skip
        answer = self.reader.detail(
            _BATCH, type_, ConfigurationAggregatorName=self.name, ResourceIdentifiers=wanted
        )
        if answer is None or isinstance(answer, Unknown):
            return []
        if left := len(answer.get("UnprocessedResourceIdentifiers") or ()):
            reason = f"AWS Config did not tell {left} of {len(wanted)} configurations"
            self.reader.fail(_BATCH, type_, CallError(reason))
        return list(answer["BaseConfigurationItems"])


def _key(item: Item) -> _Key:
    return item.account, item.region, item.id


def coverage(aggregator: Aggregator) -> tuple[Coverage, Sources]:
    """What the aggregator can know; raises `UsageError` where there is none of that name."""
    nothing = Sources({}, (), "")
    filtered = aggregator.filtered()
    sources = aggregator.sources()
    items = aggregator.items(RECORDER, (RECORDER,))
    doubts = [it.reason for it in (filtered, sources) if isinstance(it, Unknown)]
    known = nothing if isinstance(sources, Unknown) else sources
    if why := aggregator.reader.log.unread.pop(RECORDER, ""):
        doubts.append(why)
    try:
        recorders = recorders_of(items)
    except UNREADABLE as error:
        aggregator.misunderstood(RECORDER, error, ())
        return Coverage(doubt="a recorder could not be understood"), known
    taken = None if isinstance(filtered, Unknown) else filtered
    return Coverage(recorders, known.status, taken, next(iter(doubts), "")), known


def _sources(listed: Sequence[Mapping[str, Any]]) -> Sources:
    accounts = [item for item in listed if item["SourceType"] == "ACCOUNT"]
    status = {(each["SourceId"], each["AwsRegion"]): each["LastUpdateStatus"] for each in accounts}
    failed = [item for item in listed if item["LastUpdateStatus"] != SUCCEEDED]
    times: list[dt.datetime] = [item["LastUpdateTime"] for item in accounts]
    oldest = min(times).astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%MZ") if times else ""
    return Sources(status, _failures(failed), oldest)


def _counts(listed: Sequence[Mapping[str, Any]]) -> Mapping[str, int]:
    return {item["GroupName"]: item["ResourceCount"] for item in listed}


def _failures(failed: Sequence[Mapping[str, Any]]) -> tuple[Gap, ...]:
    """One gap for each status and code, naming the first source and counting the others."""
    groups: dict[tuple[str, str], list[str]] = {}
    for item in failed:
        where = " in ".join(filter(None, (item["SourceId"], item.get("AwsRegion"))))
        key = (item["LastUpdateStatus"], str(item.get("LastErrorCode") or ""))
        groups.setdefault(key, []).append(where)
    return tuple(
        Gap(f"the data of {some_of(sorted(places))}", f"{status} {code}".strip())
        for (status, code), places in sorted(groups.items())
    )
