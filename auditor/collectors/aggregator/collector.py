"""The collector of an aggregator: its accounts and regions as one unit, like those of accounts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from math import ceil

from msgspec import Struct
from msgspec.structs import replace

from auditor.collectors.aggregator.asking import (
    PAGE,
    QUERY,
    UNREADABLE,
    Aggregator,
    Sources,
    coverage,
)
from auditor.collectors.aggregator.completeness import Completeness
from auditor.collectors.aggregator.completeness import gaps as gaps_of
from auditor.collectors.aggregator.items import GLOBAL, Item, tags
from auditor.collectors.aggregator.kept import kept
from auditor.collectors.aggregator.types import COLLECTED, IAM_TYPES, KINDS, UNREAD
from auditor.collectors.live.accounts import Scope, open_accounts
from auditor.collectors.live.collector import ATTEMPTS
from auditor.collectors.live.limits import Limits
from auditor.collectors.live.meter import Meter, Progress
from auditor.collectors.live.plan import Plan
from auditor.collectors.live.reader import Log, Reader
from auditor.collectors.live.session import THREADS
from auditor.collectors.live.shapes import MANAGED_BY, beside
from auditor.errors import NothingAuditedError
from auditor.findings import Gap
from auditor.inventory import Reading, Unit
from auditor.resources import TYPES
from auditor.resources.base import RawResource, unread_properties
from auditor.values import Unknown

_LEFT_OUT = Unknown("AWS Config leaves its configuration out")
_Items = Mapping[str, Sequence[Item]]


class AggregatorCollector(Struct, frozen=True):
    """Reads what AWS Config recorded, instead of the accounts themselves.

    `scope` leads to the account and the region of the aggregator. `progress` is told what has been
    read so far, `attempts` is how often a throttled or failed call is tried, `max_rps` the number
    of calls a second that is not exceeded.
    """

    name: str
    scope: Scope
    endpoint_url: str | None
    progress: Progress
    attempts: int = ATTEMPTS
    max_rps: float | None = None

    def collect(self) -> Iterator[Unit]:
        """All accounts as one unit.

        When interrupted, what was read until then, and gaps for the rest. Raises `UsageError` for
        an unknown profile, region or aggregator and `NothingAuditedError` when nothing answers.
        """
        limits = Limits(self.max_rps, {})
        with self._asking(limits) as aggregator:
            covered, sources = coverage(aggregator)
            counts = aggregator.counts()
            items = self._items(aggregator, counts, limits)
        log = aggregator.reader.log
        if not log.answers:
            raise _nothing(log.gaps())
        found = list(_resources(aggregator, items))
        yield _unit(found, Completeness(covered, items), sources, counts, log)

    def plan(self) -> Plan:
        """The calls that `collect` would make; raises what it raises."""
        with self._asking(Limits(self.max_rps, {})) as aggregator:
            coverage(aggregator)
            counts = aggregator.counts() or {}
        log = aggregator.reader.log
        pages = sum(ceil(counts.get(type_, 0) / PAGE) for type_ in KINDS)
        return Plan(Counter(log.answers), Counter({QUERY: pages}), log.gaps())

    @contextmanager
    def _asking(self, limits: Limits) -> Iterator[Aggregator]:
        accounts, _ = open_accounts(self.scope, self.endpoint_url, self.attempts, limits)
        account = accounts[0]
        with ThreadPoolExecutor(THREADS) as pool:
            reader = Reader(account.clients, account.regions[0], account.id, pool, Log())
            yield Aggregator(self.name, reader)

    def _items(
        self, aggregator: Aggregator, counts: Mapping[str, int] | None, limits: Limits
    ) -> _Items:
        """The items of all types; of what is not counted there are none to be asked for."""
        wanted = [type_ for type_ in KINDS if counts is None or counts.get(type_)]
        meter = Meter(self.progress, limits, [aggregator.reader.log], len(wanted))

        def read(type_: str) -> list[Item]:
            items = aggregator.items(type_, KINDS[type_].types)
            meter.add(f"{len(items)} resources of {type_}")
            return items

        pending = [aggregator.reader.pool.submit(read, type_) for type_ in wanted]
        try:
            found = [future.result() for future in pending]
        except KeyboardInterrupt:
            limits.stopped.set()
            found = [future.result() for future in pending]
        return dict(zip(wanted, found, strict=True))


def _resources(aggregator: Aggregator, items: _Items) -> Iterator[RawResource]:
    """What the items become, each in its account and region, by account, type and id."""
    homes = _homes(items)
    found: list[RawResource] = []
    for type_, several in items.items():
        kind = KINDS[type_]
        seen = kind.seen(several)
        for item in _newest(several):
            region = item.region
            if region == GLOBAL:
                region = homes.get(item.account, aggregator.reader.region)
            for raw in _made(aggregator, type_, item):
                complete = kind.completed(raw, seen)
                found.append(replace(complete, account=item.account, region=region))
    order = {type_: position for position, type_ in enumerate(COLLECTED)}
    return iter(sorted(kept(found), key=lambda raw: (raw.account, order[raw.type], raw.id)))


def _made(aggregator: Aggregator, type_: str, item: Item) -> Iterator[RawResource]:
    kind = KINDS[type_]
    if item.configuration is None:
        properties = unread_properties({}, _LEFT_OUT)
        arn = item.arn or item.id
        yield RawResource(kind.types[0], arn, properties, name=item.name, arn=item.arn or None)
        return
    try:
        tagged = tags(item)
        for raw in list(kind.transform(item)):
            yield beside(raw, "Tags", tagged) if tagged else raw
    except UNREADABLE as error:
        aggregator.misunderstood(type_, error, kind.types)


def _newest(items: Iterable[Item]) -> Iterable[Item]:
    """Each resource once: those of IAM are recorded in several regions."""
    found: dict[tuple[str, str, str], Item] = {}
    for item in items:
        key = (item.account, item.region, item.id)
        if key not in found or found[key].captured < item.captured:
            found[key] = item
    return found.values()


def _homes(items: _Items) -> dict[str, str]:
    """For each account a region, to which what has none is counted, as live collectors do."""
    found: dict[str, str] = {}
    for several in items.values():
        for item in several:
            if item.region != GLOBAL:
                found[item.account] = min(item.region, found.get(item.account, item.region))
    return found


def _unit(
    resources: Sequence[RawResource],
    completeness: Completeness,
    sources: Sources,
    counts: Mapping[str, int] | None,
    log: Log,
) -> Unit:
    others = dict.fromkeys(sorted(TYPES.keys() - {*COLLECTED}), "AWS Config is not asked for it")
    unread = {type_: f"{type_}: {why}" for type_, why in (others | UNREAD).items()}
    gaps = [Gap(type_, why) for type_, why in UNREAD.items()]
    for type_, items in completeness.items.items():
        kind = KINDS[type_]
        if items:
            unread |= kind.unseen(kind.seen(items))
        discovered = (counts or {}).get(type_, 0)
        if type_ not in IAM_TYPES and len(items) < discovered and type_ not in log.unread:
            why = f"of {discovered} that AWS Config discovered it tells of {len(items)}"
            gaps.append(Gap(type_, why))
            unread |= dict.fromkeys(kind.types, f"{type_}: {why}")
    if doubt := completeness.coverage.doubt:
        gaps.append(Gap("what AWS Config records", doubt))
        every = (type_ for kind in KINDS.values() for type_ in kind.types)
        unread |= dict.fromkeys(every, f"what AWS Config records is not known: {doubt}")
    doubts = completeness.doubts()
    gaps += [*sources.gaps, *gaps_of(doubts), *log.gaps()]
    own = tuple(raw for raw in resources if MANAGED_BY not in raw.properties)
    managed = tuple(raw for raw in resources if MANAGED_BY in raw.properties)
    reading = Reading(own, unread | log.unread, managed, unread_in=completeness.unread_in(doubts))
    accounts = tuple(sorted({str(raw.account) for raw in resources}))
    regions = tuple(sorted({region for _, region in completeness.read}))
    return Unit("", (reading,), tuple(gaps), accounts, regions, as_of=sources.as_of)


def _nothing(gaps: Sequence[Gap]) -> NothingAuditedError:
    first = gaps[0]
    message = f"the aggregator could not be read: {first.what}: {first.reason}"
    hint = "check the network, the region and --endpoint-url"
    if any(gap.permission for gap in gaps):
        hint = "grant what `msgaudit iam-policy --config-aggregator` prints"
    return NothingAuditedError(message, hint)
