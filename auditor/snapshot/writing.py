"""Writing a snapshot, line by line."""

from __future__ import annotations

import gzip
import io
import json
import re
from collections.abc import Iterable, Mapping
from itertools import chain, count
from typing import Any, BinaryIO

from auditor.inventory import Unit
from auditor.resources.base import RawResource
from auditor.snapshot.coding import encoded
from auditor.snapshot.head import Head

_ACCOUNT = re.compile(r"(?<!\d)\d{12}(?!\d)")
# The highest level makes files a hundredth smaller, and takes three times as long.
_LEVEL = 6


def write(unit: Unit, file: BinaryIO, *, redact: bool = False) -> None:
    """Write the snapshot of a unit. With `redact`, other numbers stand in the place of accounts."""
    (reading,) = unit.readings
    write_lines(Head.of(unit), chain(reading.resources, reading.context), file, redact=redact)


def write_lines(
    head: Head, resources: Iterable[RawResource], file: BinaryIO, *, redact: bool = False
) -> None:
    """The same for resources that are made while they are written."""
    names = _Names() if redact else None
    # Neither a file name nor a date: equal collections are equal files.
    with (
        gzip.GzipFile("", "wb", _LEVEL, file, mtime=0) as packed,
        io.TextIOWrapper(packed, "utf-8", "surrogatepass", newline="\n") as text,
    ):
        for value in chain([head.written()], map(encoded, resources)):
            shown = value if names is None else _redacted(value, names)
            line = json.dumps(shown, separators=(",", ":"), ensure_ascii=False, default=str)
            text.write(f"{line}\n")


class _Names(dict[str, str]):
    """The account ids that were met, and what stands for each, in the order of their appearance."""

    def __init__(self) -> None:
        super().__init__()
        self._numbers = count(1)

    def __missing__(self, account: str) -> str:
        self[account] = f"{next(self._numbers):012}"
        return self[account]


def _redacted(value: Any, names: _Names) -> Any:
    if isinstance(value, str):
        return _ACCOUNT.sub(lambda match: names[match[0]], value)
    if isinstance(value, Mapping):
        return {_redacted(name, names): _redacted(item, names) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_redacted(item, names) for item in value]
    return value
