"""Every item has one outcome, whatever becomes of the tasks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from typing import Any

import pytest

from auditor import tasks
from auditor.tasks import Failure, Workers, in_order, outcomes

ITEMS = range(-8, 0)


class Flaky(ThreadPoolExecutor):
    """Takes each item only after it has failed so often; keeps what was tried."""

    def __init__(self, failing: dict[int, int]) -> None:
        super().__init__(2)
        self.failing = Counter(failing)
        self.tried: list[int] = []

    def submit(self, function: Any, item: Any, /) -> Future[Any]:  # type: ignore[override]
        self.tried.append(item)
        if self.failing[item]:
            self.failing[item] -= 1
            raise MemoryError(item)
        return super().submit(function, item)


def ran(executor: Any, in_flight: int = 3) -> dict[int, Any]:
    found = list(outcomes(abs, ITEMS, Workers(executor, in_flight)))
    assert len(dict(found)) == len(found)
    return dict(found)


def test_any_executor_will_do() -> None:
    with ThreadPoolExecutor(3) as executor:
        assert ran(executor) == {number: 8 - number for number in range(8)}


def test_no_more_is_taken_than_has_room() -> None:
    taken, received, waiting = list[int](), list[int](), list[int]()

    def items() -> Iterator[int]:
        for item in ITEMS:
            waiting.append(len(taken) - len(received))
            taken.append(item)
            yield item

    with ThreadPoolExecutor(8) as executor:
        for number, _ in outcomes(abs, items(), Workers(executor, in_flight=3)):
            received.append(number)
    assert sorted(received) == list(range(8))
    assert max(waiting) == 2


def test_what_fails_is_repeated() -> None:
    with Flaky({-8: 2, -5: 1}) as executor:
        assert ran(executor) == {number: 8 - number for number in range(8)}
    assert Counter(executor.tried) == {**dict.fromkeys(ITEMS, 1), -8: 3, -5: 2}


def test_what_fails_three_times_has_failed() -> None:
    with Flaky({-8: 3}) as executor:
        found = ran(executor)
    assert isinstance(failure := found.pop(0), Failure)
    assert isinstance(failure.error, MemoryError)
    assert found == {number: 8 - number for number in range(1, 8)}
    assert executor.tried.count(-8) == 3


def test_an_executor_that_has_ended() -> None:
    executor = ThreadPoolExecutor(1)
    executor.shutdown()
    assert all(isinstance(each, Failure) for each in ran(executor).values())


def test_why_a_task_failed() -> None:
    reasons = [
        Failure(error).reason for error in (MemoryError(), OSError("a\nb"), CancelledError())
    ]
    assert reasons == ["MemoryError", "OSError: a b", "the executor lost it"]


def test_order() -> None:
    assert list(in_order([(2, "c"), (0, "a"), (1, "b"), (3, "d")])) == ["a", "b", "c", "d"]


def test_a_worker_of_another_version(monkeypatch: pytest.MonkeyPatch) -> None:
    class Elsewhere(Flaky):
        def submit(self, function: Any, item: Any, /) -> Future[Any]:  # type: ignore[override]
            monkeypatch.setattr(tasks, "__version__", "0.0.1")
            return super().submit(function, item)

    with Elsewhere({}) as executor:
        (_, failure), *_ = outcomes(abs, [1], Workers(executor, attempts=1))
    assert isinstance(failure, Failure)
    assert "the worker has msgaudit 0.0.1" in str(failure.error)
