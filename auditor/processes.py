"""Processes that share the work on something large, which they inherit instead of being sent it."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, TypeVar, cast

if TYPE_CHECKING:
    from concurrent.futures import Future, ProcessPoolExecutor

    from auditor.tasks import Failure

S = TypeVar("S")
T = TypeVar("T")
R = TypeVar("R")

# Elsewhere a process would have to import everything anew, which takes longer than most scans.
CAN_FORK = sys.platform == "linux"


def available_processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if CAN_FORK else os.cpu_count() or 1


def side_by_side(
    function: Callable[[S, T], R], shared: S, items: Iterable[T], jobs: int
) -> Iterator[R | Failure]:
    """The function's results for `shared` and each item, in the order of the items.

    Up to `jobs` processes compute them; only items and results are sent from one to another. A
    failure stands for what killed its process again and again; raises what the function raises.
    """
    from concurrent.futures import BrokenExecutor

    from auditor.tasks import Failure, Workers, in_order, outcomes

    pool = _Pool(function, shared, jobs)
    try:
        for result in in_order(outcomes(_call, items, Workers(pool, 2 * jobs))):
            if isinstance(result, Failure) and not isinstance(result.error, BrokenExecutor):
                raise result.error
            yield cast("R | Failure", result)
    finally:
        pool.end()


class _Pool:
    """Processes, started anew when one was killed: then the others are of no more use."""

    def __init__(self, function: object, shared: object, jobs: int) -> None:
        self._shared = function, shared
        self._jobs = jobs
        self._pool = self._started()

    def _started(self) -> ProcessPoolExecutor:
        from concurrent.futures import ProcessPoolExecutor
        from multiprocessing import get_context

        context = get_context("fork")
        return ProcessPoolExecutor(self._jobs, context, _start, self._shared)

    def submit(self, function: Callable[[S], R], item: S, /) -> Future[R]:
        """See `Executor.submit`."""
        from concurrent.futures import BrokenExecutor

        try:
            return self._pool.submit(function, item)
        except BrokenExecutor:
            self.end()
            self._pool = self._started()
            return self._pool.submit(function, item)

    def end(self) -> None:
        """Wait for the processes, but for nothing that they have not begun."""
        self._pool.shutdown(cancel_futures=True)


_inherited: list[object] = []


def _start(function: object, shared: object) -> None:
    """Runs first in each process, which inherits both without any copy being sent."""
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that waits
    _inherited[:] = function, shared


def _call(item: object) -> object:
    function, shared = _inherited
    return cast("Callable[[object, object], object]", function)(shared, item)
