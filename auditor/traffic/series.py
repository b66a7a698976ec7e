"""The course of one metric over a window, and its statistics.

A verdict rests on the whole window, never on a single point: percentiles are nearest-rank, a trend
counts only where a straight line explains it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from msgspec import Struct

from auditor.usage import HOURS_PER_MONTH

HOUR = 3_600
_HOURS_PER_DAY = 24
# Our choices: less than a week shows no trend; below this correlation a line is no explanation;
# further ahead than twice the window looked back nobody knows.
_DAYS_OF_A_TREND = 7
_CLEAR = 0.9
_FORESIGHT = 2
_BARS = "▁▂▃▄▅▆▇█"


class Series(Struct, frozen=True):
    """One value for each hour of the window, oldest first; `None` where CloudWatch has none.

    `resolution` is in seconds. Where it is finer than an hour, an hour's value is the highest of
    its periods, so that peaks are kept.
    """

    name: str
    resolution: int
    values: tuple[float | None, ...]

    @property
    def known(self) -> list[float]:
        """The values that there are, oldest first."""
        return [value for value in self.values if value is not None]

    @property
    def days(self) -> int:
        """The length of the window."""
        return len(self.values) // _HOURS_PER_DAY

    @property
    def total(self) -> float:
        """The sum of the values: of a counter, only where the resolution is an hour."""
        return math.fsum(self.known)

    @property
    def monthly(self) -> float:
        """What the total of the window comes to in a month; hours without data count as zero."""
        return self.total * HOURS_PER_MONTH / len(self.values)

    @property
    def maximum(self) -> float:
        """The highest value."""
        return max(self.known)

    @property
    def mean(self) -> float:
        """The average of the hours that have a value."""
        return self.total / len(self.known)

    def percentile(self, percent: float) -> float:
        """The value that this share of the hours does not exceed."""
        ranked = sorted(self.known)
        return ranked[max(0, math.ceil(percent / 100 * len(ranked)) - 1)]

    def first_day(self) -> list[float]:
        """The values of the first 24 hours."""
        return [value for value in self.values[:_HOURS_PER_DAY] if value is not None]

    def last_day(self) -> list[float]:
        """The values of the last 24 hours."""
        return [value for value in self.values[-_HOURS_PER_DAY:] if value is not None]

    def times(self, factor: float) -> Series:
        """The same course in another unit."""
        return self._each(lambda value: value * factor)

    def per_second(self) -> Series:
        """Sums as rates."""
        return self.times(1 / self.resolution)

    def _each(self, function: Callable[[float], float]) -> Series:
        values = tuple(None if value is None else function(value) for value in self.values)
        return Series(self.name, self.resolution, values)

    def days_until(self, limit: float) -> int | None:
        """In how many days growth reaches a limit; `None` where the trend is not clear.

        A line through the daily peaks; it must explain them, and is not drawn further than twice
        the window.
        """
        peaks = self._daily_peaks()
        if len(peaks) < _DAYS_OF_A_TREND or len({peak for _, peak in peaks}) == 1:
            return None
        # Importing it takes longer than many a scan.
        import statistics

        days, heights = zip(*peaks, strict=True)
        if statistics.correlation(days, heights) < _CLEAR:
            return None
        slope, base = statistics.linear_regression(days, heights)
        ahead = math.ceil((limit - base) / slope - days[-1])
        return ahead if 0 < ahead <= _FORESIGHT * self.days else None

    def sparkline(self) -> str:
        """The daily peaks as bars from zero; a day without data is a space."""
        peaks = dict(self._daily_peaks())
        top = max(peaks.values(), default=0) or 1
        return "".join(
            _BARS[round(max(peaks[day], 0) / top * (len(_BARS) - 1))] if day in peaks else " "
            for day in range(self.days)
        )

    def _daily_peaks(self) -> list[tuple[float, float]]:
        parts = (
            self.values[start : start + _HOURS_PER_DAY]
            for start in range(0, len(self.values), _HOURS_PER_DAY)
        )
        return [(day, peak) for day, part in enumerate(parts) if (peak := _peak(part)) is not None]

    def summary(self, unit: str = "") -> str:
        """The course on one line, as evidence."""
        middle, high, top = self.percentile(50), self.percentile(99), self.maximum
        shown = f"p50 {brief(middle)}, p99 {brief(high)}, max {brief(top)}"
        unit = f" {unit}" if unit else ""
        return f"{self.name}: {shown}{unit} in {self.days} days {self.sparkline()}".rstrip()


def brief(value: float) -> str:
    """A number as people read it: 1,234,000, 12.3 or 0.0123."""
    if abs(value) >= 100 or float(value).is_integer():
        return f"{value:,.0f}"
    return f"{value:.3g}"


def _peak(part: Sequence[float | None]) -> float | None:
    return max((value for value in part if value is not None), default=None)
