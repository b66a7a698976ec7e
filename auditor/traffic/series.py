"""The course of one metric over a window, and its statistics.

A verdict rests on the whole window, never on a single point: percentiles are nearest-rank, a trend
counts only where a straight line explains it.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterable
from functools import cached_property

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


def packed(values: Iterable[float | None]) -> array[float]:
    """Values in a quarter of the memory; what is missing is no number."""
    return array("d", (math.nan if value is None else value for value in values))


def unpacked(values: array[float]) -> list[float | None]:
    """The same values as JSON can hold them."""
    return [None if math.isnan(value) else value for value in values]


class Series(Struct, frozen=True, dict=True):
    """One value for each hour of the window, oldest first; no number where CloudWatch has none.

    `resolution` is in seconds. Where it is finer than an hour, an hour's value is the highest of
    its periods, so that peaks are kept. What is worked out of the values is kept, as several rules
    ask for it.
    """

    name: str
    resolution: int
    values: array[float]

    @cached_property
    def known(self) -> array[float]:
        """The values that there are, oldest first."""
        return _known(self.values)

    @cached_property
    def _ranked(self) -> array[float]:
        return array("d", sorted(self.known))

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
        return self._ranked[-1]

    @property
    def mean(self) -> float:
        """The average of the hours that have a value."""
        return self.total / len(self.known)

    def percentile(self, percent: float) -> float:
        """The value that this share of the hours does not exceed.

        It is never the highest value alone, of which a short course knows no better.
        """
        rank = math.ceil(percent / 100 * len(self._ranked)) - 1
        return self._ranked[max(0, min(rank, len(self._ranked) - 2))]

    def first_day(self) -> array[float]:
        """The values of the first 24 hours."""
        return _known(self.values[:_HOURS_PER_DAY])

    def last_day(self) -> array[float]:
        """The values of the last 24 hours."""
        return _known(self.values[-_HOURS_PER_DAY:])

    @property
    def busy_hours(self) -> int:
        """The hours in which something was counted."""
        return sum(value > 0 for value in self.known)

    @property
    def days_since(self) -> int:
        """The whole days since something was counted; the whole window if nothing was."""
        hours = reversed(range(len(self.values)))
        last = next((hour for hour in hours if self.values[hour] > 0), -1)
        return (len(self.values) - 1 - last) // _HOURS_PER_DAY

    def times(self, factor: float) -> Series:
        """The same course in another unit."""
        values = array("d", [value * factor for value in self.values])
        return Series(self.name, self.resolution, values)

    def per_second(self) -> Series:
        """Sums as rates."""
        return self.times(1 / self.resolution)

    def days_until(self, limit: float) -> int | None:
        """In how many days growth reaches a limit; `None` where the trend is not clear.

        A line through the daily peaks; it must explain them, and is not drawn further than twice
        the window.
        """
        peaks = self._daily_peaks
        if len(peaks) < _DAYS_OF_A_TREND or len(set(peaks.values())) == 1:
            return None
        if self.days - 1 not in peaks:
            return None
        # Importing it takes longer than many a scan.
        import statistics

        days, heights = list(peaks), list(peaks.values())
        if statistics.correlation(days, heights) < _CLEAR:
            return None
        slope, base = statistics.linear_regression(days, heights)
        ahead = math.ceil((limit - base) / slope - days[-1])
        return ahead if 0 < ahead <= _FORESIGHT * self.days else None

    def sparkline(self) -> str:
        """The daily peaks as bars from zero; a day without data is a space."""
        peaks = self._daily_peaks
        top = max(peaks.values(), default=0) or 1
        return "".join(
            _BARS[round(max(peaks[day], 0) / top * (len(_BARS) - 1))] if day in peaks else " "
            for day in range(self.days)
        )

    @cached_property
    def _daily_peaks(self) -> dict[int, float]:
        """The highest value of each day that has one."""
        days = range(0, len(self.values), _HOURS_PER_DAY)
        parts = (_known(self.values[start : start + _HOURS_PER_DAY]) for start in days)
        return {day: max(part) for day, part in enumerate(parts) if part}

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


def _known(values: array[float]) -> array[float]:
    # A sum is no number if one of the values is none; most courses are whole.
    if not math.isnan(sum(values)):
        return values
    return array("d", [value for value in values if not math.isnan(value)])
