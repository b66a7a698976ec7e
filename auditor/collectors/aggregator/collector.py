"""The collector of an aggregator: its accounts and regions as one unit, like those of accounts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from math import ceil

from msgspec import Struct
from msgspec.structs import replace

from auditor.collectors.aggregator.asking import PAGE, QUERY, Aggregator, Sources, coverage
from auditor.collectors.aggregator.completeness import Completeness
from auditor.collectors.aggregator.completeness import gaps as gaps_of
from auditor.collectors.aggregator.items import GLOBAL
from auditor.collectors.aggregator.kept import kept
from auditor.collectors.aggregator.making import Recorded, recorded
from auditor.collectors.aggregator.recorders import Place
from auditor.collectors.aggregator.types import COLLECTED, IAM_TYPES, KINDS, UNREAD
from auditor.collectors.live.accounts import Scope, open_accounts
from auditor.collectors.live.collector import ATTEMPTS
from auditor.collectors.live.limits import Limits
from auditor.collectors.live.meter import Meter, Progress
from auditor.collectors.live.plan import Plan
from auditor.collectors.live.reader import Log, Reader
from auditor.collectors.live.session import THREADS
from auditor.collectors.live.shapes import MANAGED_BY
from auditor.errors import NothingAuditedError
from auditor.findings import Gap
from auditor.inventory import Reading, Unit
from auditor.resources import TYPES
from auditor.resources.base import RawResource


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
            recorded = self._recorded(aggregator, counts, limits)
        log = aggregator.reader.log
        if not log.answers:
            raise _nothing(log.gaps())
        places = {type_: each.places for type_, each in recorded.items()}
        completeness = Completeness(covered, places)
        resources = _placed(recorded.values(), completeness.read, aggregator.reader.region)
        gaps, unread = _missing(recorded, counts, log)
        yield _unit(resources, completeness, sources, (gaps, unread), log)

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

    def _recorded(
        self, aggregator: Aggregator, counts: Mapping[str, int] | None, limits: Limits
    ) -> dict[str, Recorded]:
        """What is recorded of each type; what is not counted is not asked for."""
        wanted = [type_ for type_ in KINDS if counts is None or counts.get(type_)]
        meter = Meter(self.progress, limits, [aggregator.reader.log], len(wanted))

        def read(type_: str) -> Recorded:
            found = recorded(aggregator, type_)
            meter.add(f"{found.count} items of {type_}")
            return found

        pending = [aggregator.reader.pool.submit(read, type_) for type_ in wanted]
        return dict(zip(wanted, limits.gather(pending), strict=True))


def _placed(
    recorded: Iterable[Recorded], places: Iterable[Place], otherwise: str
) -> list[RawResource]:
    """All resources that count, by account, type and id.

    Those of no region count to the first region of their account, as live collectors have them.
    """
    homes: dict[str | None, str] = dict(sorted(places, reverse=True))
    found = [
        raw if raw.region != GLOBAL else replace(raw, region=homes.get(raw.account, otherwise))
        for each in recorded
        for raw in each.resources
    ]
    order = {type_: position for position, type_ in enumerate(COLLECTED)}
    return sorted(kept(found), key=lambda raw: (raw.account, order[raw.type], raw.id))


def _missing(
    recorded: Mapping[str, Recorded], counts: Mapping[str, int] | None, log: Log
) -> tuple[list[Gap], dict[str, str]]:
    """What is missing everywhere: gaps, and the types with the reason."""
    others = dict.fromkeys(sorted(TYPES.keys() - {*COLLECTED}), "AWS Config is not asked for it")
    unread = {type_: f"{type_}: {why}" for type_, why in (others | UNREAD).items()}
    gaps = [Gap(type_, why) for type_, why in UNREAD.items()]
    for type_, each in recorded.items():
        unread |= each.unseen
        discovered = (counts or {}).get(type_, 0)
        if type_ not in IAM_TYPES and each.count < discovered and type_ not in log.unread:
            why = f"of {discovered} that AWS Config discovered it tells of {each.count}"
            gaps.append(Gap(type_, why))
            unread |= dict.fromkeys(KINDS[type_].types, f"{type_}: {why}")
    return gaps, unread


def _unit(
    resources: Sequence[RawResource],
    completeness: Completeness,
    sources: Sources,
    missing: tuple[list[Gap], dict[str, str]],
    log: Log,
) -> Unit:
    gaps, unread = missing
    if doubt := completeness.coverage.doubt:
        gaps.append(Gap("what AWS Config records", doubt))
        unread |= dict.fromkeys(COLLECTED, f"what AWS Config records is not known: {doubt}")
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
