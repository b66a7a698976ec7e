"""Being gentle: how often a service is asked, and when to stop asking."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, wait
from typing import Any, TypeVar

from botocore.exceptions import BotoCoreError
from msgspec import Struct, field

# Calls a second that a service takes from an account in a region, for all of it or for one
# operation: Lambda's quota of its control plane, EventBridge's default, the models of SNS, Kinesis
# and Firehose in botocore, CloudWatch's quotas. Where none is published, back-off has to do.
RATES: Mapping[str, float] = {
    "cloudwatch.DescribeAlarms": 9,
    "cloudwatch.GetMetricData": 50,
    "eventbridge": 50,
    "firehose": 5,
    "kinesis.DescribeStreamSummary": 20,
    "kinesis.ListStreams": 5,
    "lambda": 15,
    "lambda.GetPolicy": 15,  # counted apart from the others
    "sns.ListSubscriptions": 30,
    "sns.ListSubscriptionsByTopic": 30,
    "sns.ListTopics": 30,
}

T = TypeVar("T")
_LOOK_SECONDS = 0.2


class InterruptedReadingError(BotoCoreError):
    """The user wants no more calls."""

    fmt = "the audit was interrupted before this was read"


class Pace:
    """A number of calls a second that is not exceeded, after a burst of as many at once."""

    def __init__(self, rate: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._interval = 1 / rate
        self._burst_seconds = max(0.0, 1 - self._interval)
        self._next = -math.inf
        self._lock = threading.Lock()

    def reserve(self) -> float:
        """Take the next place; the seconds to wait until its turn."""
        with self._lock:
            now = self._clock()
            self._next = max(self._next, now - self._burst_seconds) + self._interval
            return max(0.0, self._next - self._interval - now)


class Limits(Struct, dict=True):
    """What holds for all calls of a run.

    `max_rps` is the number of calls a second over all accounts, `rates` are those of a service or
    one of its operations, for each account and region. Once `stopped` is set every call fails, also
    one that waits for its turn. `sent` counts the attempts.
    """

    max_rps: float | None = None
    rates: Mapping[str, float] = field(default_factory=lambda: RATES)
    stopped: threading.Event = field(default_factory=threading.Event)
    sent: int = 0

    def __post_init__(self) -> None:
        self._overall = Pace(self.max_rps) if self.max_rps else None

    def watch(self, client: Any) -> None:
        """Hold back each attempt of a client's calls, also the repeated ones."""
        paces = {name: Pace(rate) for name, rate in self.rates.items()}

        def hold(event_name: str, **_: object) -> None:
            operation = event_name.removeprefix("before-send.")
            own = paces.get(operation) or paces.get(operation.partition(".")[0])
            wait = max((pace.reserve() for pace in (self._overall, own) if pace), default=0.0)
            if self.stopped.is_set() or (wait and self.stopped.wait(wait)):
                raise InterruptedReadingError
            self.sent += 1

        client.meta.events.register("before-send", hold)

    def gather(self, pending: Sequence[Future[T]]) -> list[T]:
        """What the futures give; Ctrl-C stops further calls, so that the rest follows at once.

        Nothing is waited for without end: Windows tells of Ctrl-C only between two waits.
        """
        try:
            while wait(pending, _LOOK_SECONDS).not_done:
                pass
        except KeyboardInterrupt:
            self.stopped.set()
        return [future.result() for future in pending]
