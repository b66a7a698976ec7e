"""The guide's decision tree (lines 24 to 73), without the numbers that nobody can confirm.

Where it departs from the guide: no rate makes a stream of a queue by itself, as standard queues
have no such limit; and replay, which the guide leaves out, needs something that keeps messages.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from enum import StrEnum

from msgspec import Struct

from auditor.advice.services import Limit, Service, services
from auditor.data.event_limits import SHARD_RECORDS
from auditor.data.limits import FIFO_CALLS_PER_SECOND


class Pattern(StrEnum):
    """How components talk to each other."""

    EVENTS = "events"
    JOBS = "jobs"
    WORKFLOW = "workflow"
    REQUEST = "request"


class Needs(Struct, frozen=True):
    """What is asked of the messaging. `rate` is in messages a second, at peak, of a Region."""

    pattern: Pattern
    ordering: bool = False
    fan_out: bool = False
    filtering: bool = False
    replay: bool = False
    streaming: bool = False
    low_latency: bool = False
    low_cost: bool = False
    rate: int = 0
    region: str = ""


class Advice(Struct, frozen=True):
    """The answer.

    `binding` are the limits that the rate exceeds, in the Region or, where none was given, in some
    of them. `unweighed` are the needs that made no difference to the pattern.
    """

    services: tuple[Service, ...]
    reasons: tuple[str, ...]
    binding: tuple[Limit, ...]
    unweighed: tuple[str, ...] = ()


def advise(needs: Needs) -> Advice:
    """The services that the tree ends at, with the reason of each turn."""
    steps = list(_BRANCHES[needs.pattern](needs))
    chosen = [services()[key] for key in dict.fromkeys(key for key, _ in steps)]
    binding = tuple(
        limit
        for service in chosen
        for limit in service.limits
        if (most := limit.least(needs.region)) is not None and needs.rate > most
    )
    weighed = _WEIGHED[needs.pattern]
    unweighed = tuple(name for name in _FLAGS if getattr(needs, name) and name not in weighed)
    return Advice(tuple(chosen), tuple(reason for _, reason in steps), binding, unweighed)


Step = tuple[str, str]


def _rate_limit(service: str) -> Limit:
    """The limit of a service that counts messages."""
    return next(limit for limit in services()[service].limits if limit.per_second is not None)


def _events(needs: Needs) -> Iterator[Step]:
    if needs.streaming or (needs.replay and needs.ordering):
        yield "kinesis", _of_stream("a stream keeps the records of a key in order", needs)
        if needs.replay and not needs.streaming:
            yield (
                "kinesis",
                "a FIFO topic with an ArchivePolicy can replay as well, to its queues only",
            )
    elif needs.ordering:
        also = "; its filter policies choose, but transform nothing" if needs.filtering else ""
        why = "a FIFO topic keeps the order of each message group, a bus does not"
        yield "sns-fifo", f"{why}{also}"
    elif needs.filtering and needs.low_cost and not needs.replay:
        yield "sns", "filter policies of subscriptions cost nothing extra, rules of a bus do"
    elif needs.filtering or needs.replay:
        what = "an archive can replay events" if needs.replay else "rules filter and transform"
        yield "events", f"{what}, and partners and AWS services publish to buses"
    else:
        why = "a simple broadcast" if needs.fan_out else "neither filters nor a stream are needed"
        yield "sns", f"{why}: topics push to many subscribers"


def _jobs(needs: Needs) -> Iterator[Step]:
    if needs.replay or needs.streaming:
        yield "kinesis", _of_stream("a queue forgets what was processed, a stream does not", needs)
        return
    topic = "sns-fifo" if needs.ordering else "sns"
    if needs.fan_out:
        yield topic, "a queue gives each message to one consumer: a topic copies it to a queue each"
    fifo = _rate_limit("sqs-fifo")
    if not needs.ordering:
        yield "sqs", "consumers pull at their own pace, and order does not matter"
    elif needs.rate > (fifo.per_second or 0):
        beyond = f"above {fifo.per_second:,} messages a second ({fifo.source})"
        yield "sqs-fifo-high", f"strict order within message groups, {beyond}"
    else:
        batches = f"; above {FIFO_CALLS_PER_SECOND} messages a second in batches only"
        few = needs.rate <= FIFO_CALLS_PER_SECOND
        yield "sqs-fifo", f"strict order within message groups{'' if few else batches}"
    if needs.filtering:
        yield topic, "a queue does not route: let a topic filter what reaches it"


def _of_stream(why: str, needs: Needs) -> str:
    """The reason for a stream, with the shards that the rate asks for."""
    if not needs.rate:
        return why
    shards = math.ceil(needs.rate / SHARD_RECORDS)
    size = f"{needs.rate:,} records a second need {shards:,} or more, or a stream on demand"
    few = shards == 1 and not needs.replay
    little = "; without replay a queue or topic costs less for so few" if few else ""
    return f"{why}; with 1,000 records a second for a shard {size}{little}"


def _workflow(needs: Needs) -> Iterator[Step]:
    if needs.low_latency or needs.low_cost:
        why = "can be waited for, and is billed by request and duration: short and frequent ones"
        yield "states-express", f"an Express workflow {why} cost less"
    else:
        yield "states-standard", "a Standard workflow runs each step once, for up to a year"
    if needs.fan_out:
        yield "sns", "a topic tells many others what the workflow did"


def _request(_: Needs) -> Iterator[Step]:
    yield "request", "the caller waits for an answer, which queues and topics do not give"


_FLAGS = (
    "ordering", "fan_out", "filtering", "replay", "streaming", "low_latency", "low_cost", "rate",
)  # fmt: skip
# Which needs can change the answer, or its limits.
_WEIGHED: Mapping[Pattern, tuple[str, ...]] = {
    Pattern.EVENTS: (
        "ordering", "fan_out", "filtering", "replay", "streaming", "low_cost", "rate",
    ),
    Pattern.JOBS: ("ordering", "fan_out", "filtering", "replay", "streaming", "rate"),
    Pattern.WORKFLOW: ("fan_out", "low_latency", "low_cost"),
    Pattern.REQUEST: (),
}  # fmt: skip
_BRANCHES = {
    Pattern.EVENTS: _events,
    Pattern.JOBS: _jobs,
    Pattern.WORKFLOW: _workflow,
    Pattern.REQUEST: _request,
}
