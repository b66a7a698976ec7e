"""Judging in several processes where that pays; results come in the order of the units."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from auditor.engine import Verdict, judge
from auditor.inventory import Collector, Unit
from auditor.rules import Rule
from auditor.suppressions import Acceptance

if TYPE_CHECKING:
    from concurrent.futures import ProcessPoolExecutor

# Elsewhere a process would have to import everything anew, which takes longer than most scans.
_CAN_FORK = sys.platform == "linux"
# Starting the processes takes about as long as judging one batch.
_WORTHWHILE = 4


@runtime_checkable
class Divisible(Collector, Protocol):
    """A collector whose units can be read in batches, each by another process."""

    def batches(self) -> Sequence[range]:
        """Batches that are each worth the way to another process."""

    def collect(self, batch: range | None = None) -> Iterator[Unit]:
        """The units of one batch, or all."""


@dataclass(frozen=True, slots=True)
class Work:
    """What is done to every unit."""

    rules: Sequence[Rule[Any]]
    acceptance: Acceptance | None
    draw: bool


@dataclass(frozen=True, slots=True)
class Judged:
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
    work = Work(rules, acceptance, draw)
    batches = collector.batches() if isinstance(collector, Divisible) else ()
    if jobs > 1 and len(batches) >= _WORTHWHILE and _CAN_FORK:
        yield from _in_processes(collector, batches, work, min(jobs, len(batches)))
    else:
        yield from _judged(collector.collect(), work)


def available_processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if _CAN_FORK else os.cpu_count() or 1


def _judged(units: Iterable[Unit], work: Work) -> Iterator[Judged]:
    for unit in units:
        verdict = judge(unit, work.rules, work.draw)
        if work.acceptance:
            work.acceptance.apply(verdict, unit, work.rules)
        bare = replace(unit, readings=(), gaps=(), suppressions=())
        yield Judged(bare, bool(unit.readings), verdict)


def _in_processes(
    collector: Any, batches: Sequence[range], work: Work, jobs: int
) -> Iterator[Judged]:
    from concurrent.futures.process import BrokenProcessPool

    pool = _pool(collector, work, jobs)
    waiting = [pool.submit(_judge_batch, batch) for batch in batches]
    try:
        for batch, future in zip(batches, waiting, strict=True):
            try:
                found = future.result()
            except BrokenProcessPool:  # killed, most likely for memory: one process needs less
                found = list(_judged(collector.collect(batch), work))
            yield from found
    finally:
        pool.shutdown(cancel_futures=True)


def _pool(collector: Any, work: Work, jobs: int) -> ProcessPoolExecutor:
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    return ProcessPoolExecutor(
        jobs, get_context("fork"), initializer=_start, initargs=(collector, work)
    )


_inherited: list[Any] = []


def _start(collector: Any, work: Work) -> None:
    """Runs first in each process, which inherits both without any copy being sent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that waits
    _inherited[:] = collector, work


def _judge_batch(batch: range) -> list[Judged]:
    collector, work = _inherited
    return list(_judged(collector.collect(batch), work))
