"""Judges here, in several processes, or on other machines, and keeps the order of the units."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any, Protocol, TypeVar, runtime_checkable

from msgspec import Struct, field
from msgspec.structs import replace

from auditor.engine import Verdict, judge
from auditor.inventory import Collector, Unit
from auditor.portions import divisible, judge_in_portions
from auditor.processes import CAN_FORK, side_by_side
from auditor.rules import Rule
from auditor.suppressions import Acceptance, Tags, tags_by_id
from auditor.tasks import Failure, Workers, in_order, outcomes

B = TypeVar("B")

# Starting the processes takes about as long as judging two batches: half of four.
_WORTHWHILE = 4


class Opened(Collector, Protocol):
    """Reads what was sent."""

    @property
    def lacked(self) -> Collection[str]:
        """What it looked for in vain."""


class Parcel(Protocol):
    """Some units with all that they are read from, for a process that has nothing else."""

    def opened(self) -> Opened:
        """What is in it."""


@runtime_checkable
class Divisible(Collector, Protocol[B]):
    """A collector whose units can be read in batches, each by another process."""

    def batches(self, jobs: int = 1) -> Sequence[B]:
        """Batches that are each worth the way to another process; up to `jobs` help to tell."""

    def parcels(self, batch: B) -> Sequence[Parcel]:
        """What another process needs to read a batch, in parts."""

    def knows(self, lacked: Collection[str]) -> bool:
        """Whether any of what was looked for in vain elsewhere is here."""

    def unread(self, batch: B, reason: str) -> Iterator[Unit]:
        """What is left of a batch that nobody could read: gaps."""

    def collect(self, batch: B | None = None) -> Iterator[Unit]:
        """The units of one batch, or all."""


class Memory(Protocol):
    """Knows what was judged before."""

    def recall(self, parcel: Parcel, judge: Callable[[Parcel], Answer]) -> Answer:
        """The answer about a parcel, from `judge` where it is not known."""


class Work(Struct, frozen=True):
    """What is done to every unit; `tags` asks for those of resources."""

    rules: Sequence[Rule[Any]]
    draw: bool
    tags: bool
    jobs: int = 1
    memory: Memory | None = None


class Judged(Struct, frozen=True):
    """The verdict on a unit, and the unit without its readings; `read` says that it had some."""

    unit: Unit
    read: bool
    verdict: Verdict
    tags: Mapping[str, Tags] = field(default_factory=dict)


class Answer(Struct, frozen=True):
    """What was judged of a parcel, and what was looked for in vain."""

    judged: Sequence[Judged]
    lacked: Collection[str]


def judge_all(
    collector: Collector,
    rules: Sequence[Rule[Any]],
    jobs: int,
    acceptance: Acceptance | None = None,
    draw: bool = False,
    workers: Workers | None = None,
    cache: Path | None = None,
) -> Iterator[Judged]:
    """Collect and judge every unit: with `workers`, or else in up to `jobs` processes.

    `cache` is the folder of what was judged before; workers elsewhere have none.
    """
    work = Work(rules, draw, acceptance is not None and acceptance.by_tags, jobs)
    if cache and not workers and isinstance(collector, Divisible):
        from auditor.cache import remembering

        work = replace(work, memory=remembering(cache, work))
    for judged in _everywhere(collector, work, workers):
        if acceptance:
            acceptance.apply(judged.verdict, judged.unit, rules, judged.tags)
        yield judged


def _everywhere(collector: Collector, work: Work, workers: Workers | None) -> Iterator[Judged]:
    if isinstance(collector, Divisible):
        if workers:
            return _elsewhere(collector, work, workers)
        if work.jobs > 1 or work.memory:
            return _in_batches(collector, work)
    return _judged(collector.collect(), work)


def _in_batches(collector: Divisible[Any], work: Work) -> Iterator[Judged]:
    """Judge batches, in several processes where that is worth while."""
    batches = collector.batches(work.jobs)
    look = partial(_judged_batch, (collector, batches, work))
    found: Iterator[Sequence[Judged] | Failure] = map(look, range(len(batches)))
    if work.jobs > 1 and len(batches) >= _WORTHWHILE and CAN_FORK:
        jobs = min(work.jobs, len(batches))
        found = side_by_side(_judged_batch, (collector, batches, work), range(len(batches)), jobs)
    for batch, judged in zip(batches, found, strict=True):
        if isinstance(judged, Failure):
            yield from _unread(collector, batch, work, judged)
        else:
            yield from judged


def _judged_batch(whole: tuple[Divisible[B], Sequence[B], Work], number: int) -> Sequence[Judged]:
    """Judge a batch, or recall what was judged of it."""
    collector, batches, work = whole
    batch = batches[number]
    if work.memory:
        answers = judge_parcels(work, collector.parcels(batch))
        if not _lacking(collector, answers):
            return tuple(chain.from_iterable(answer.judged for answer in answers))
    return tuple(_judged(collector.collect(batch), work))


def _elsewhere(collector: Divisible[Any], work: Work, workers: Workers) -> Iterator[Judged]:
    """Judge batches with workers; what one lacked is judged here."""
    batches = collector.batches()
    parcels = map(collector.parcels, batches)
    found = in_order(outcomes(partial(judge_parcels, work), parcels, workers))
    for batch, answers in zip(batches, found, strict=True):
        if isinstance(answers, Failure):
            yield from _unread(collector, batch, work, answers)
        elif _lacking(collector, answers):
            yield from _judged(collector.collect(batch), work)
        else:
            yield from chain.from_iterable(answer.judged for answer in answers)


def _lacking(collector: Divisible[Any], answers: Iterable[Answer]) -> bool:
    """Whether a parcel lacked something that is here."""
    return any(collector.knows(answer.lacked) for answer in answers)


def _unread(collector: Divisible[B], batch: B, work: Work, why: Failure) -> Iterator[Judged]:
    reason = f"no process could judge it: {why.reason}"
    return _judged(collector.unread(batch, reason), work)


def judge_parcels(work: Work, parcels: Sequence[Parcel]) -> tuple[Answer, ...]:
    """Read and judge what is in parcels, wherever they were sent."""
    judge = partial(_answer, work)
    if work.memory is None:
        return tuple(map(judge, parcels))
    return tuple(work.memory.recall(parcel, judge) for parcel in parcels)


def _answer(work: Work, parcel: Parcel) -> Answer:
    opened = parcel.opened()
    return Answer(tuple(_judged(opened.collect(), work)), opened.lacked)


def _judged(units: Iterable[Unit], work: Work) -> Iterator[Judged]:
    for unit in units:
        if divisible(unit):
            verdict = judge_in_portions(unit, work.rules, work.jobs, work.draw)
        else:
            verdict = judge(unit, work.rules, work.draw)
        tags = tags_by_id(unit) if work.tags or not unit.path else {}
        yield Judged(replace(unit, readings=(), gaps=()), bool(unit.readings), verdict, tags)
