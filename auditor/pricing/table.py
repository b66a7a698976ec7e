"""A table of prices: the one that is shipped, or a file of the same form."""

from __future__ import annotations

import datetime as dt
import json
import math
import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from msgspec import Struct

from auditor.errors import UsageError
from auditor.pricing.names import UNITS

_CURRENCY = re.compile(r"[A-Z]{3}")
_FIELDS: Mapping[str, type | tuple[type, ...]] = {
    "region": str,
    "name": str,
    "price": (int, float),
    "source": str,
    "date": str,
}
_FORM = "docs/cost.md shows what a file of prices looks like."


class Price(Struct, frozen=True):
    """What one unit costs in a region, where that was read and when."""

    amount: float
    source: str
    date: str


class Prices(Struct, frozen=True):
    """Prices of one currency, by region and name."""

    currency: str
    by_place: Mapping[tuple[str, str], Price]


@lru_cache(maxsize=1)
def shipped() -> Prices:
    """The table that comes with msgaudit: a few regions, each price with its source and date."""
    path = Path(__file__).with_name("prices.json")
    return parsed(json.loads(path.read_text(encoding="utf-8")), path.name)


def prices_in(file: str) -> Prices:
    """The prices of a file, which stand in the place of the shipped ones.

    Raises `UsageError` for what is not such a file.
    """
    try:
        content = json.loads(Path(file).read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}", _FORM) from None
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{file} cannot be read as JSON: {error}", _FORM) from None
    return parsed(content, file)


def parsed(content: Any, file: str) -> Prices:
    """The table of a file's content; raises `UsageError` that names the entry at fault."""
    if not isinstance(content, dict) or content.keys() != {"currency", "prices"}:
        raise UsageError(f"{file} is no table of prices: it needs `currency` and `prices`", _FORM)
    currency, entries = content["currency"], content["prices"]
    if not isinstance(currency, str) or not _CURRENCY.fullmatch(currency):
        raise UsageError(f"{file}: `currency` has to be a code like USD", _FORM)
    if not isinstance(entries, list) or not entries:
        raise UsageError(f"{file}: `prices` has to be a list of at least one price", _FORM)
    found: dict[tuple[str, str], Price] = {}
    for number, entry in enumerate(entries, 1):
        if problem := _problem(entry):
            raise UsageError(f"{file}: price {number} {problem}", _FORM)
        place = (entry["region"], entry["name"])
        if place in found:
            raise UsageError(f"{file}: price {number} gives {' '.join(place)} again", _FORM)
        found[place] = Price(float(entry["price"]), entry["source"], entry["date"])
    return Prices(currency, found)


def _problem(entry: Any) -> str:
    """What is wrong with one price, nothing if it is empty."""
    if not isinstance(entry, dict) or entry.keys() != _FIELDS.keys():
        return f"needs exactly {', '.join(_FIELDS)}"
    for name, kind in _FIELDS.items():
        value = entry[name]
        if not isinstance(value, kind) or isinstance(value, bool) or value == "":
            return f"has no usable `{name}`"
    if entry["name"] not in UNITS:
        return f"is called {entry['name']!r}, which is none of {', '.join(UNITS)}"
    if not math.isfinite(entry["price"]) or entry["price"] < 0:
        return "is no amount of money"
    try:
        dt.date.fromisoformat(entry["date"])
    except ValueError:
        return "has a `date` that is not YYYY-MM-DD"
    return ""
