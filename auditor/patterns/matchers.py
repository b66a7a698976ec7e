"""What a single value is compared with."""

from __future__ import annotations

import ipaddress
from functools import cached_property

from msgspec import Struct

from auditor.values import Unknown

Scalar = str | int | float | bool | None
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class Exact(Struct, frozen=True):
    """The same value; a number is the same however it is written."""

    value: Scalar

    def accepts(self, value: Scalar) -> bool:
        """Whether a value is meant; text, numbers and truth values never equal each other."""
        if isinstance(self.value, bool) or isinstance(value, bool):
            return self.value is value
        return self.value == value


class Affix(Struct, frozen=True):
    """Text that begins (or ends) with another."""

    text: str
    at_end: bool = False
    ignore_case: bool = False

    def accepts(self, value: Scalar) -> bool:
        """Whether a value is meant."""
        if not isinstance(value, str):
            return False
        if self.ignore_case:
            value, text = value.lower(), self.text.lower()
        else:
            text = self.text
        return value.endswith(text) if self.at_end else value.startswith(text)


class IgnoreCase(Struct, frozen=True):
    """The same text but for case."""

    text: str

    def accepts(self, value: Scalar) -> bool:
        """Whether a value is meant."""
        return isinstance(value, str) and value.lower() == self.text.lower()


def fits(parts: tuple[str, ...], text: str) -> bool:
    """Whether a text is these parts in this order, with any text between them.

    Each part is looked for once, at its first place, so that time is linear.
    """
    first, *others = parts
    if not others:
        return text == first
    if not text.startswith(first):
        return False
    position = len(first)
    for part in others[:-1]:
        found = text.find(part, position)
        if found < 0:
            return False
        position = found + len(part)
    return len(text) - len(others[-1]) >= position and text.endswith(others[-1])


class Wildcard(Struct, frozen=True, dict=True):
    """Text in which each star stands for any text."""

    text: str

    @cached_property
    def parts(self) -> tuple[str, ...]:
        """The texts between the stars; a backslash makes the next character an ordinary one."""
        parts, escaped = [""], False
        for character in self.text:
            if escaped or character not in "*\\":
                parts[-1] += character
                escaped = False
            elif character == "*":
                parts.append("")
            else:
                escaped = True
        return tuple(parts)

    def accepts(self, value: Scalar) -> bool:
        """Whether a value is meant."""
        return isinstance(value, str) and fits(self.parts, value)


class Range(Struct, frozen=True):
    """Numbers between two ends, each of which may belong to the range or not."""

    low: float = float("-inf")
    high: float = float("inf")
    with_low: bool = True
    with_high: bool = True

    def accepts(self, value: Scalar) -> bool:
        """Whether a value is meant; numbers written as text are not numbers."""
        if isinstance(value, bool) or not isinstance(value, int | float):
            return False
        above = value >= self.low if self.with_low else value > self.low
        below = value <= self.high if self.with_high else value < self.high
        return above and below

    @property
    def empty(self) -> bool:
        """Whether no number is in it."""
        if self.low == self.high:
            return not (self.with_low and self.with_high)
        return self.low > self.high


class Addresses(Struct, frozen=True):
    """IP addresses of a network."""

    network: Network

    def accepts(self, value: Scalar) -> bool:
        """Whether a value is meant."""
        if not isinstance(value, str):
            return False
        try:
            return ipaddress.ip_address(value) in self.network
        except ValueError:
            return False


class Exists(Struct, frozen=True):
    """Whether there is a value at all; what it is does not matter."""

    wanted: bool

    def accepts(self, _value: Scalar) -> bool:
        """Whether a value that is there is meant."""
        return self.wanted


Positive = Exact | Affix | IgnoreCase | Wildcard | Range | Addresses | Exists


class AnythingBut(Struct, frozen=True):
    """Every value that is there, except some."""

    excluded: tuple[Positive, ...]

    def accepts(self, value: Scalar) -> bool:
        """Whether a value is meant."""
        return not any(each.accepts(value) for each in self.excluded)


Known = Positive | AnythingBut
# One of which nothing is known may mean any value, or none.
Matcher = Known | Unknown


def takes_any_text(matcher: Matcher) -> bool:
    """Whether every text is meant."""
    match matcher:
        case Affix(text=""):
            return True
        case Wildcard(text="*"):
            return True
        case Exists(wanted=True):
            return True
    return False
