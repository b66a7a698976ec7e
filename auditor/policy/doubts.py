"""Putting off a doubt until everything that can be read was read."""

from __future__ import annotations

from types import TracebackType

from auditor.values import UndeterminedError


class Doubts:
    """Holds back `UndeterminedError`, so that one unread part does not hide what the others show.

    Use it as a context around each part and call `settle` at the end.
    """

    def __init__(self) -> None:
        self.first: UndeterminedError | None = None

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
        self.first = self.first or error
        return True

    def settle(self) -> None:
        """Raise the first doubt that was held back, if there was any."""
        if self.first is not None:
            raise self.first
