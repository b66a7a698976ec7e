"""The collector of accounts: every service of every region, side by side, in a fixed order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from functools import partial
from itertools import chain
from typing import NamedTuple

from msgspec import Struct, field
from msgspec.structs import replace

from auditor.arns import Arn
from auditor.collectors.live import (
    aliases,
    analytics,
    apigateway,
    applications,
    archives,
    channels,
    cloudwatch,
    events,
    firehose,
    functions,
    iam,
    iot,
    kinesis,
    kms,
    pipes,
    restapis,
    s3,
    scheduler,
    schemas,
    sns,
    sqs,
    stepfunctions,
    subnets,
    vpc,
)
from auditor.collectors.live.accounts import Account, Scope, open_accounts
from auditor.collectors.live.faults import MALFORMED, CallError
from auditor.collectors.live.limits import RATES, Limits
from auditor.collectors.live.meter import Meter, Progress
from auditor.collectors.live.metrics import Traffic, with_metrics
from auditor.collectors.live.plan import Plan
from auditor.collectors.live.quotas import with_quotas
from auditor.collectors.live.reader import Log, Reader
from auditor.collectors.live.session import THREADS
from auditor.collectors.live.shapes import MANAGED_BY
from auditor.collectors.live.tags import with_tags
from auditor.errors import NothingAuditedError
from auditor.findings import Gap
from auditor.inventory import Reading, Unit
from auditor.resources import TYPES
from auditor.resources.base import RawResource

ATTEMPTS = 5
# So many accounts are read at a time: their clients take memory.
_ACCOUNTS = 4


class Service(NamedTuple):
    """What a person calls it, the types it yields, and what reads them."""

    name: str
    types: Sequence[str]
    collect: Callable[[Reader], Iterator[RawResource]]
    everywhere_the_same: bool = False


class FollowUp(NamedTuple):
    """What reads more about resources of the same region, once all services have been read.

    Where some of the types that it follows are unread, it cannot know all that it should ask for.
    """

    name: str
    types: Sequence[str]
    collect: Callable[[Reader, Sequence[RawResource]], Iterator[RawResource]]
    follows: Sequence[str] = ()


SERVICES = (
    Service("SQS", sqs.TYPES, sqs.collect),
    Service("SNS", sns.TYPES, sns.collect),
    Service("Mobile push", applications.TYPES, applications.collect),
    Service("EventBridge", events.TYPES, events.collect),
    Service("Archives", archives.TYPES, archives.collect),
    Service("Pipes", pipes.TYPES, pipes.collect),
    Service("Scheduler", scheduler.TYPES, scheduler.collect),
    Service("Kinesis", kinesis.TYPES, kinesis.collect),
    Service("Firehose", firehose.TYPES, firehose.collect),
    Service("Analytics", analytics.TYPES, analytics.collect),
    Service("Lambda", functions.TYPES, functions.collect),
    Service("Step Functions", stepfunctions.TYPES, stepfunctions.collect),
    Service("CloudWatch", cloudwatch.TYPES, cloudwatch.collect),
    Service("IoT", iot.TYPES, iot.collect),
    Service("S3", s3.TYPES, s3.collect),
    Service("API Gateway", apigateway.TYPES, apigateway.collect),
    Service("REST APIs", restapis.TYPES, restapis.collect),
    Service("VPC endpoints", vpc.TYPES, vpc.collect),
    Service("IAM", iam.TYPES, iam.collect, everywhere_the_same=True),
)
FOLLOW_UPS = (
    FollowUp("Lambda aliases", aliases.TYPES, aliases.collect),
    FollowUp("Channels", channels.TYPES, channels.collect, kinesis.TYPES[:1]),
    FollowUp("Schema discoverers", schemas.TYPES, schemas.collect, events.TYPES),
    FollowUp("Subnets", subnets.TYPES, subnets.collect, functions.TYPES[:1]),
    FollowUp("KMS", kms.TYPES, kms.collect, kms.ENCRYPTED),
)
COLLECTED = frozenset(type_ for part in (*SERVICES, *FOLLOW_UPS) for type_ in part.types)


def _silent(_: str) -> None:
    """Progress that nobody wants to see."""


class LiveCollector(Struct, frozen=True):
    """Reads the accounts of a scope side by side, as one unit: messages cross their borders.

    `progress` is told what has been read so far, `attempts` is how often a throttled or failed
    call is tried, `max_rps` the number of calls a second that is not exceeded. The quotas of
    services are kept where they hold: not at another endpoint than AWS's own. `traffic` is what
    CloudWatch is asked for, by default nothing. One that is not `whole` reads a part of a larger
    audit, with what is the same in every region only as the `first` of an account.
    """

    scope: Scope = field(default_factory=Scope)
    endpoint_url: str | None = None
    progress: Progress = _silent
    attempts: int = ATTEMPTS
    max_rps: float | None = None
    paced: bool = True
    traffic: Traffic = field(default_factory=Traffic)
    whole: bool = True
    first: bool = True

    def collect(self) -> Iterator[Unit]:
        """All accounts as one unit.

        When interrupted, what was read until then, and gaps for the rest. Raises `UsageError` for
        an unknown profile or region and `NothingAuditedError` when no account can be read.
        """
        accounts, gaps, logs, resources = self._collect(planning=False)
        gaps += [gap for log in logs for gap in log.gaps()]
        if not any(log.answers for log in logs):
            raise _nothing(accounts[0].id, gaps)
        yield Unit(
            "", (reading_of(resources, accounts, logs),), tuple(gaps),
            tuple(account.id for account in accounts if account.id),
            tuple(dict.fromkeys(region for account in accounts for region in account.regions)),
        )  # fmt: skip

    def plan(self) -> Plan:
        """The calls that `collect` would make, as far as lists tell; raises what it raises."""
        _, gaps, logs, _ = self._collect(planning=True)
        return Plan.of(logs, gaps)

    def _collect(
        self, *, planning: bool
    ) -> tuple[list[Account], list[Gap], list[Log], list[RawResource]]:
        limits = Limits(self.max_rps, RATES if self.paced and not self.endpoint_url else {})
        accounts, gaps = open_accounts(self.scope, self.endpoint_url, self.attempts, limits)
        several = len(accounts) + len(gaps) > 1 or not self.whole
        logs = [Log(str(account.id) if several else "") for account in accounts]
        meter = Meter(self.progress, limits, logs, sum(map(_parts, accounts)))
        with (
            ThreadPoolExecutor(THREADS) as calls,
            ThreadPoolExecutor(THREADS) as services,
            ThreadPoolExecutor(_ACCOUNTS) as pool,
        ):
            # Each waits for the next: accounts for services, and these for calls on resources.
            pending = [
                pool.submit(
                    _read_account,
                    [Reader(account.clients, region, account.id, calls, log, planning)
                     for region in account.regions],
                    services, meter, self.traffic, self.first,
                )
                for account, log in zip(accounts, logs, strict=True)
            ]  # fmt: skip
            found = limits.gather(pending)
        return accounts, gaps, logs, unique(chain.from_iterable(found))


def _parts(account: Account) -> int:
    once = sum(service.everywhere_the_same for service in SERVICES)
    return len(account.regions) * (len(SERVICES) - once) + once


def _read_account(
    readers: Sequence[Reader],
    services: Executor,
    meter: Meter,
    traffic: Traffic,
    first: bool,
) -> list[RawResource]:
    pending = [
        (reader.region, service, services.submit(_read_service, service, reader))
        for position, reader in enumerate(readers)
        for service in SERVICES
        if (first and position == 0) or not service.everywhere_the_same
    ]
    resources: list[RawResource] = []
    for region, service, future in pending:
        found = future.result()
        meter.add(f"{region}: {len(found)} resources of {service.name}")
        resources += found
    follow_ups = [services.submit(_follow_up, reader, resources) for reader in readers]
    resources += chain.from_iterable([future.result() for future in follow_ups])
    resources = with_quotas(readers, resources, traffic)
    resources = with_metrics(readers, with_tags(readers, resources), traffic)
    readers[0].clients.forget()
    return resources


def unique(resources: Iterable[RawResource]) -> list[RawResource]:
    """Each resource once: two accounts may both see it, and one of them less of it."""
    found: dict[str, RawResource] = {}
    for raw in resources:
        known = found.get(raw.id)
        if known is None or getattr(known.properties, "unread", None):
            found[raw.id] = raw
    return list(found.values())


def reading_of(
    resources: Sequence[RawResource], accounts: Sequence[Account], logs: Sequence[Log]
) -> Reading:
    """Everything that was read of accounts, each with its log, as one reading."""
    unread = {type_: _never(type_) for type_ in sorted(TYPES.keys() - COLLECTED)}
    unread_in: dict[str, Mapping[str, str]] = {}
    for account, log in zip(accounts, logs, strict=True):
        if account.id and len(accounts) > 1:
            unread_in[account.id] = log.unread
        else:
            unread |= log.unread
    own = tuple(raw for raw in resources if MANAGED_BY not in raw.properties)
    managed = tuple(raw for raw in resources if MANAGED_BY in raw.properties)
    return Reading(own, unread, context=managed, unread_in=unread_in)


def _read_service(service: Service, reader: Reader) -> list[RawResource]:
    return _kept(service, reader, partial(service.collect, reader))


def _follow_up(reader: Reader, resources: Sequence[RawResource]) -> list[RawResource]:
    """One follow-up after the other, as each may look at what the earlier ones found."""
    here = [raw for raw in resources if raw.region == reader.region]
    found: list[RawResource] = []
    for part in FOLLOW_UPS:
        known = [*here, *found]
        _pass_on(part, reader, known)
        found += _kept(part, reader, partial(part.collect, reader, known))
    return found


def _pass_on(part: FollowUp, reader: Reader, known: Sequence[RawResource]) -> None:
    """Mark the types of a follow-up as not completely read where those that it follows are not."""
    unread = reader.log.unread
    reasons = [unread[type_] for type_ in part.follows if type_ in unread]
    reasons += [
        why.reason
        for raw in known
        if raw.type in part.follows and (why := getattr(raw.properties, "unread", None))
    ]
    for type_ in part.types if reasons else ():
        unread.setdefault(type_, reasons[0])


def _kept(
    part: Service | FollowUp, reader: Reader, collect: Callable[[], Iterable[RawResource]]
) -> list[RawResource]:
    """What is collected, in a fixed order, with a gap where an answer makes no sense."""
    found: dict[str, RawResource] = {}
    try:
        for raw in collect():
            found[raw.id] = _placed(raw, reader)
    except MALFORMED as error:
        reason = f"an answer could not be understood: {error!r}"
        reader.fail(part.name, "", CallError(reason), part.types)
    return sorted(found.values(), key=lambda raw: (part.types.index(raw.type), raw.id))


def _placed(raw: RawResource, reader: Reader) -> RawResource:
    arn = Arn.parse(raw.id)
    account = (arn.account if arn else None) or reader.account
    return replace(raw, account=account, region=reader.region)


def _never(type_: str) -> str:
    return f"{type_} is not collected from accounts yet"


def _nothing(account: str | None, gaps: Sequence[Gap]) -> NothingAuditedError:
    where = f"account {account}" if account else "the account"
    first = gaps[0]
    message = f"nothing could be read from {where}: {first.what}: {first.reason}"
    denied = any(gap.permission for gap in gaps)
    hint = "check the network, the region and --endpoint-url"
    if denied:
        hint = "grant the permissions that `msgaudit iam-policy` prints"
    return NothingAuditedError(message, hint)
