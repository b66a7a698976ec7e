"""Putting off a doubt until everything that can be read was read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from types import TracebackType
from typing import Generic, TypeVar

from auditor.values import PropertyPath, UndeterminedError

T = TypeVar("T")


class Doubts:
    """Holds back `UndeterminedError`, so that one unread part does not hide what the others show.

    Use it as a context around each part and call `settle` at the end.
    """

    __slots__ = ("first",)

    def __init__(self) -> None:
        # Not the error itself: it holds the frames that it came through, and these hold the doubts.
        self.first: tuple[str, PropertyPath] | None = None

    def __enter__(self) -> None:
        """Start one part."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool:
        """Keep the first doubt; let every other error through."""
        if not isinstance(error, UndeterminedError):
            return False
        self.first = self.first or (error.reason, error.path)
        return True

    def settle(self) -> None:
        """Raise the first doubt that was held back, if there was any."""
        if self.first is not None:
            raise UndeterminedError(*self.first)


def any_of(items: Iterable[T], holds: Callable[[T], bool]) -> bool:
    """Whether something holds for one of the items.

    Raises `UndeterminedError` when it may hold, but only for what could not be read.
    """
    doubts = Doubts()
    with doubts:
        for item in items:
            with doubts:
                if holds(item):
                    return True
    doubts.settle()
    return False


class Kept(Generic[T]):
    """What an iterator gave and the doubt that ended it, to be gone through any number of times."""

    __slots__ = ("_doubts", "_items")

    def __init__(self, found: Iterable[T]) -> None:
        self._items: list[T] = []
        self._doubts = Doubts()
        with self._doubts:
            self._items.extend(found)

    def __iter__(self) -> Iterator[T]:
        return iter(self._items) if self._doubts.first is None else self._with_doubt()

    def _with_doubt(self) -> Iterator[T]:
        yield from self._items
        self._doubts.settle()
