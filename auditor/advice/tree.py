"""The guide's decision tree (lines 24 to 73), without the numbers that nobody can confirm.

Where it departs from the guide: no rate makes a stream of a queue by itself, as standard queues
have no such limit; and replay, which the guide leaves out, needs something that keeps messages.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

from msgspec import Struct

from auditor.advice.services import Limit, Service, services


class Pattern(StrEnum):
    """How components talk to each other."""

    EVENTS = "events"
    JOBS = "jobs"
    WORKFLOW = "workflow"
    REQUEST = "request"


class Needs(Struct, frozen=True):
    """What is asked of the messaging. `rate` is in messages a second, at peak."""

    pattern: Pattern
    ordering: bool = False
    fan_out: bool = False
    filtering: bool = False
    replay: bool = False
    streaming: bool = False
    low_latency: bool = False
    low_cost: bool = False
    rate: int = 0


class Advice(Struct, frozen=True):
    """The answer. `binding` are the limits that the rate exceeds."""

    services: tuple[Service, ...]
    reasons: tuple[str, ...]
    binding: tuple[Limit, ...]


def advise(needs: Needs) -> Advice:
    """The services that the tree ends at, with the reason of each turn."""
    steps = list(_BRANCHES[needs.pattern](needs))
    chosen = [services()[key] for key in dict.fromkeys(key for key, _ in steps)]
    binding = tuple(
        limit
        for service in chosen
        for limit in service.limits
        if limit.per_second is not None and needs.rate > limit.per_second
    )
    return Advice(tuple(chosen), tuple(reason for _, reason in steps), binding)


Step = tuple[str, str]


def _rate_limit(service: str) -> Limit:
    """The limit of a service that counts messages."""
    return next(limit for limit in services()[service].limits if limit.per_second is not None)


def _events(needs: Needs) -> Iterator[Step]:
    if needs.streaming or (needs.replay and needs.ordering):
        yield "kinesis", "a stream keeps records in order, to be read again by several readers"
    elif needs.ordering:
        yield "sns-fifo", "a FIFO topic keeps the order of each message group, a bus does not"
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
        yield "kinesis", "a queue forgets what was processed, a stream can be read again"
        return
    if needs.fan_out:
        topic = "sns-fifo" if needs.ordering else "sns"
        yield topic, "a queue gives each message to one consumer: a topic copies it to a queue each"
    fifo = _rate_limit("sqs-fifo")
    if not needs.ordering:
        yield "sqs", "consumers pull at their own pace, and order does not matter"
    elif needs.rate > (fifo.per_second or 0):
        beyond = f"above {fifo.per_second:,} messages a second ({fifo.source})"
        yield "sqs-fifo-high", f"strict order within message groups, {beyond}"
    else:
        yield "sqs-fifo", "strict order within message groups"
    if needs.filtering:
        yield "sns", "a queue does not route: let a topic filter what reaches it"


def _workflow(needs: Needs) -> Iterator[Step]:
    if needs.low_latency or needs.low_cost:
        why = "starts at once and is billed by request and duration"
        yield "states-express", f"an Express workflow {why}"
    else:
        yield "states-standard", "a Standard workflow runs each step once, for up to a year"
    if needs.fan_out:
        yield "sns", "a topic tells many others what the workflow did"


def _request(_: Needs) -> Iterator[Step]:
    yield "request", "the caller waits for an answer, which queues and topics do not give"


_BRANCHES = {
    Pattern.EVENTS: _events,
    Pattern.JOBS: _jobs,
    Pattern.WORKFLOW: _workflow,
    Pattern.REQUEST: _request,
}
