"""Tasks for other processes and machines: some at a time, and again when one fails."""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from msgspec import Struct

from auditor import __version__
from auditor.errors import InstallationError

if TYPE_CHECKING:
    from concurrent.futures import Future

S = TypeVar("S")
R = TypeVar("R")


class Submitting(Protocol):
    """What is needed of an executor."""

    def submit(self, function: Callable[[S], R], item: S, /) -> Future[R]:
        """See `Executor.submit`."""


class Workers(Struct, frozen=True):
    """An executor, how many tasks it is given at a time, and how often one that fails."""

    executor: Submitting
    in_flight: int = 64
    attempts: int = 3


class Failure(Struct, frozen=True):
    """Why a task has no result."""

    error: BaseException

    @property
    def reason(self) -> str:
        """What to tell a person."""
        from concurrent.futures import CancelledError

        if isinstance(self.error, ChildProcessError):
            return str(self.error)
        if isinstance(self.error, CancelledError):
            return "the executor lost it"  # with its scheduler, most likely
        words = [f"{type(self.error).__name__}:", *str(self.error).split()]
        return " ".join(words).removesuffix(":")


class _Task(Struct, Generic[S]):
    """One item; `attempts` are left."""

    number: int
    item: S
    attempts: int


def outcomes(
    function: Callable[[S], R], items: Iterable[S], workers: Workers
) -> Iterator[tuple[int, R | Failure]]:
    """The function's result for each item, with its number, as soon as it is known.

    Items are taken only when there is room for them. One that failed is repeated alone, so that
    what kills its process takes nothing with it.
    """
    todo = (_Task(number, item, workers.attempts) for number, item in enumerate(items))
    from concurrent.futures import FIRST_COMPLETED, wait

    again = deque[_Task[S]]()
    pending: dict[Future[R], _Task[S]] = {}
    try:
        while True:
            if not again:
                for task in islice(todo, workers.in_flight - len(pending)):
                    pending[_submitted(workers, function, task.item)] = task
            elif not pending:
                task = again.popleft()
                pending[_submitted(workers, function, task.item)] = task
            if not pending:
                return
            done, _ = wait(pending, return_when=FIRST_COMPLETED)
            for future in done:
                task = pending.pop(future)
                task.attempts -= 1
                outcome = _outcome(future)
                if isinstance(outcome, Failure) and task.attempts:
                    again.append(task)
                else:
                    yield task.number, outcome
    finally:
        for future in pending:
            future.cancel()


def in_order(numbered: Iterable[tuple[int, R]]) -> Iterator[R]:
    """Results in the order of their numbers; those that come too early wait."""
    waiting: dict[int, R] = {}
    following = 0
    for number, result in numbered:
        waiting[number] = result
        while following in waiting:
            yield waiting.pop(following)
            following += 1


def _submitted(workers: Workers, function: Callable[[S], R], item: S) -> Future[R]:
    from concurrent.futures import Future

    try:
        return workers.executor.submit(partial(_run, tool(), function), item)
    except Exception as error:  # the executor has ended, or cannot send the item
        future: Future[R] = Future()
        future.set_exception(error)
        return future


def tool() -> str:
    """What workers must have in common: what they send each other has no other promise."""
    return f"msgaudit {__version__} with Python {sys.version_info.major}.{sys.version_info.minor}"


def _run(wanted: str, function: Callable[[S], R], item: S) -> R:
    if tool() != wanted:
        raise InstallationError(f"the worker has {tool()}, not {wanted}")
    return function(item)


def _outcome(future: Future[R]) -> R | Failure:
    try:
        return future.result()
    except Exception as error:
        return Failure(error)
