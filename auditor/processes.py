"""Processes that share the work on something large, which they inherit instead of being sent it."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar, cast

S = TypeVar("S")
T = TypeVar("T")
R = TypeVar("R")

# Elsewhere a process would have to import everything anew, which takes longer than most scans.
CAN_FORK = sys.platform == "linux"


def available_processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if CAN_FORK else os.cpu_count() or 1


def side_by_side(
    function: Callable[[S, T], R], shared: S, items: Sequence[T], jobs: int
) -> Iterator[R]:
    """The function's results for `shared` and each item, in the order of the items.

    Up to `jobs` processes compute them; only items and results are sent from one to another.
    """
    from concurrent.futures import ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool
    from multiprocessing import get_context

    pool = ProcessPoolExecutor(
        jobs, get_context("fork"), initializer=_start, initargs=(function, shared)
    )
    waiting = [pool.submit(_call, item) for item in items]
    waiting.reverse()  # a result is let go of as soon as it is taken
    try:
        for item in items:
            try:
                result = waiting.pop().result()
            except BrokenProcessPool:  # killed, most likely for memory: one process needs less
                yield function(shared, item)
            else:
                yield cast("R", result)
    finally:
        pool.shutdown(cancel_futures=True)


_inherited: list[object] = []


def _start(function: object, shared: object) -> None:
    """Runs first in each process, which inherits both without any copy being sent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that waits
    _inherited[:] = function, shared


def _call(item: object) -> object:
    function, shared = _inherited
    return cast("Callable[[object, object], object]", function)(shared, item)
