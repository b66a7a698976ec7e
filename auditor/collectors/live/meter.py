"""How far a run is: what has been read, how many calls that took, and how long the rest will."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence

from auditor.collectors.live.limits import Limits
from auditor.collectors.live.reader import Log

Progress = Callable[[str], None]


class Meter:
    """Tells `progress` after each service of each region, of so many `parts` in all."""

    def __init__(self, progress: Progress, limits: Limits, logs: Sequence[Log], parts: int) -> None:
        self._limits = limits
        self._progress = progress
        self._logs = logs
        self._parts = parts
        self._done = 0
        self._start = time.monotonic()
        self._lock = threading.Lock()

    def add(self, what: str) -> None:
        """One more part is read."""
        with self._lock:
            self._done += 1
            left = self._parts - self._done
            seconds = (time.monotonic() - self._start) / self._done * left
            gaps = sum(len(log.failures) for log in self._logs)
            self._progress(
                f"{left} of {self._parts} left, about {seconds:.0f} s;"
                f" {self._limits.sent} calls, {gaps} failed; {what}"
            )
