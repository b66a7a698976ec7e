"""Judging in several processes where that pays; results come in the order of the units."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Any, Protocol, runtime_checkable

from msgspec import Struct
from msgspec.structs import replace

from auditor.engine import Verdict, judge
from auditor.inventory import Collector, Unit
from auditor.portions import divisible, judge_in_portions
from auditor.processes import CAN_FORK, side_by_side
from auditor.rules import Rule
from auditor.suppressions import Acceptance

# Starting the processes takes about as long as judging one batch.
_WORTHWHILE = 4


@runtime_checkable
class Divisible(Collector, Protocol):
    """A collector whose units can be read in batches, each by another process."""

    def batches(self) -> Sequence[range]:
        """Batches that are each worth the way to another process."""

    def collect(self, batch: range | None = None) -> Iterator[Unit]:
        """The units of one batch, or all."""


class Work(Struct, frozen=True):
    """What is done to every unit."""

    rules: Sequence[Rule[Any]]
    acceptance: Acceptance | None
    draw: bool
    jobs: int = 1


class Judged(Struct, frozen=True):
    """The verdict on a unit, and the unit without its readings; `read` says that it had some."""

    unit: Unit
    read: bool
    verdict: Verdict


def judge_all(
    collector: Collector,
    rules: Sequence[Rule[Any]],
    jobs: int,
    acceptance: Acceptance | None = None,
    draw: bool = False,
) -> Iterator[Judged]:
    """Collect and judge every unit, in up to `jobs` processes."""
    batches = collector.batches() if isinstance(collector, Divisible) else ()
    if jobs > 1 and len(batches) >= _WORTHWHILE and CAN_FORK:
        shared = collector, Work(rules, acceptance, draw)
        judged = side_by_side(_judge_batch, shared, batches, min(jobs, len(batches)))
        yield from chain.from_iterable(judged)
    else:
        yield from _judged(collector.collect(), Work(rules, acceptance, draw, jobs))


def _judged(units: Iterable[Unit], work: Work) -> Iterator[Judged]:
    for unit in units:
        if divisible(unit):
            verdict = judge_in_portions(unit, work.rules, work.jobs, work.draw)
        else:
            verdict = judge(unit, work.rules, work.draw)
        if work.acceptance:
            work.acceptance.apply(verdict, unit, work.rules)
        bare = replace(unit, readings=(), gaps=(), suppressions=())
        yield Judged(bare, bool(unit.readings), verdict)


def _judge_batch(shared: tuple[Any, Work], batch: range) -> list[Judged]:
    collector, work = shared
    return list(_judged(collector.collect(batch), work))
