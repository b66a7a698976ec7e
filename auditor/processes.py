"""Processes that share the work on something large, which they inherit instead of being sent it."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
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
    from auditor.crew import Crew
    from auditor.tasks import in_order

    crew = Crew[T, R](partial(function, shared), jobs)
    try:
        yield from in_order(crew.outcomes(items))
    finally:
        crew.end()
