"""One line of progress on standard error, for runs that take more than a second."""

from __future__ import annotations

import sys
import time

_PATIENCE_SECONDS = 1.0
_INTERVAL_SECONDS = 0.1
_CLEAR = "\r\x1b[2K"


class Progress:
    """Counts what is done and shows the latest; silent unless standard error is a terminal."""

    def __init__(self, noun: str) -> None:
        self._noun = noun
        self._count = 0
        self._shown = False
        self._next = time.monotonic() + _PATIENCE_SECONDS
        self._enabled = sys.stderr.isatty()

    def __call__(self, what: str) -> None:
        """One more is done."""
        self._count += 1
        if self._enabled and time.monotonic() >= self._next:
            self._next = time.monotonic() + _INTERVAL_SECONDS
            self._shown = True
            import shutil

            name = "".join(char if char.isprintable() else "?" for char in what)
            line = f"{self._count} {self._noun}: {name}"
            sys.stderr.write(f"{_CLEAR}{line[: shutil.get_terminal_size().columns - 1]}")
            sys.stderr.flush()

    def close(self) -> None:
        """Remove the line."""
        if self._shown:
            sys.stderr.write(_CLEAR)
            sys.stderr.flush()
