"""Forked processes that are given one item after another.

The executors of the standard library take a tenth of a small scan, for imports and for threads that
wait for each other, and give up all of their processes where one is killed.
"""

from __future__ import annotations

import os
import pickle
import select
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from itertools import count, islice
from typing import BinaryIO, Generic, NoReturn, TypeVar, cast

from msgspec import Struct

from auditor.errors import UsageError, where
from auditor.tasks import Failure

T = TypeVar("T")
R = TypeVar("R")

_ATTEMPTS = 3


class _Task(Struct, Generic[T]):
    """One item; `attempts` are left."""

    number: int
    item: T
    attempts: int = _ATTEMPTS


class _Raised(Struct):
    """What stands for a result where the function raised an exception."""

    error: Exception


class _Member(Generic[T]):
    """A process, and the task that it works on."""

    def __init__(self, function: Callable[[T], object], others: Iterable[_Member[T]]) -> None:
        self.task: _Task[T] | None = None
        tasks, self._tasks = _pipe()
        self.answers, answers = _pipe()
        with tasks, answers:
            try:
                self._process = os.fork()
            except OSError:
                self.hang_up()
                raise
            if not self._process:
                _serve(function, tasks, answers, [self, *others])

    def give(self, task: _Task[T]) -> None:
        """Let the process work on a task."""
        self.task = task
        task.attempts -= 1
        with suppress(BrokenPipeError):  # it was killed, which `result` will notice
            _send(self._tasks, pickle.dumps(task.item, pickle.HIGHEST_PROTOCOL))

    def result(self) -> object:
        """What became of the task; raises `ChildProcessError` if the process was killed."""
        try:
            return pickle.load(self.answers)  # noqa: S301 # from a process of ours
        except (EOFError, pickle.UnpicklingError):
            code = self.end()
        cause = signal.Signals(-code).name if code < 0 else f"exit status {code}"
        raise ChildProcessError(f"the last one ended with {cause}")

    def hang_up(self) -> None:
        """Close both pipes."""
        with suppress(BrokenPipeError):  # what could not be sent
            self._tasks.close()
        self.answers.close()

    def end(self) -> int:
        """Wait for the process, which begins with nothing more, and give its exit status."""
        self.hang_up()
        return os.waitstatus_to_exitcode(os.waitpid(self._process, 0)[1])


class Crew(Generic[T, R]):
    """Up to `size` processes, each started when there is something to do for it."""

    def __init__(self, function: Callable[[T], R], size: int) -> None:
        self._function = function
        self._size = size
        self._members = list[_Member[T]]()

    def outcomes(self, items: Iterable[T]) -> Iterator[tuple[int, R | Failure]]:
        """The function's result for each item, with its number, as soon as it is known.

        What was under way when its process was killed is repeated alone: most likely there was not
        enough memory. Raises what the function raises.
        """
        todo, again = map(_Task, count(), items), deque[_Task[T]]()
        known = list[tuple[int, R | Failure]]()
        while True:
            self._distribute(todo, again)
            yield from known  # while the processes work
            known = []
            busy = {each.answers.fileno(): each for each in self._members if each.task}
            if not busy:
                return
            for number in _readable(busy):
                task, outcome = self._outcome(busy[number])
                if isinstance(outcome, Failure) and task.attempts:
                    again.append(task)
                else:
                    known.append((task.number, outcome))

    def end(self) -> None:
        """Wait for the processes, but for nothing that they have not begun."""
        for member in self._members:
            member.end()
        self._members.clear()

    def _distribute(self, todo: Iterator[_Task[T]], again: deque[_Task[T]]) -> None:
        """Give every process a task that has none; what is repeated gets a new one for itself."""
        free = self._size - sum(each.task is not None for each in self._members)
        if not again:
            for task in islice(todo, free):
                self._free().give(task)
        elif free == self._size:
            self.end()
            self._started().give(again.popleft())

    def _free(self) -> _Member[T]:
        idle = (member for member in self._members if member.task is None)
        return next(idle, None) or self._started()

    def _started(self) -> _Member[T]:
        # A Ctrl-C in between would leave a process that nobody knows of.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            self._members.append(_Member(self._function, self._members))
        except OSError as error:  # a limit of processes, or of memory
            reason = f"another process cannot be started: {error.strerror}"
            raise UsageError(reason, "Use fewer with --jobs; --jobs 1 needs none.") from None
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        return self._members[-1]

    def _outcome(self, member: _Member[T]) -> tuple[_Task[T], R | Failure]:
        task, member.task = cast("_Task[T]", member.task), None
        try:
            result = member.result()
        except ChildProcessError as error:
            self._members.remove(member)
            return task, Failure(error)
        if isinstance(result, _Raised):
            raise result.error
        return task, cast("R", result)


def _serve(
    function: Callable[[T], object], tasks: BinaryIO, answers: BinaryIO,
    inherited: Iterable[_Member[T]],
) -> NoReturn:  # fmt: skip
    """Answer one item after another, until nobody asks any more."""
    status = 1
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that waits
        for each in inherited:  # or else this process would itself keep open what it waits for
            each.hang_up()
        with suppress(EOFError, BrokenPipeError):
            while True:
                _send(answers, _answer(function, pickle.load(tasks)))  # noqa: S301
        status = 0
    finally:
        os._exit(status)  # what called this goes on in the other process only


def _answer(function: Callable[[T], object], item: T) -> bytes:
    try:
        return pickle.dumps(function(item), pickle.HIGHEST_PROTOCOL)
    except Exception as error:
        return _raised(error)


def _raised(error: Exception) -> bytes:
    """What to send of an exception: its traceback cannot be, and some others cannot either."""
    try:
        error.add_note(where(error))
        content = pickle.dumps(_Raised(error))
        pickle.loads(content)  # noqa: S301
    except Exception:
        other = RuntimeError(f"{type(error).__name__}: {error}")
        other.add_note(where(error))
        return pickle.dumps(_Raised(other))
    return content


def _readable(descriptors: Iterable[int]) -> list[int]:
    """Those of some file descriptors that have something to read; waits for the first one."""
    poll = select.poll()
    for each in descriptors:
        poll.register(each, select.POLLIN)
    return [number for number, _ in poll.poll()]


def _pipe() -> tuple[BinaryIO, BinaryIO]:
    to_read, to_write = os.pipe()
    return os.fdopen(to_read, "rb"), os.fdopen(to_write, "wb")


def _send(pipe: BinaryIO, content: bytes) -> None:
    pipe.write(content)
    pipe.flush()
