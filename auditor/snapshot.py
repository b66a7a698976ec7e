"""A collection kept in a file: every resource, gap and doubt, so that it can be judged again.

The file is JSON, compressed with gzip. The same collection gives the same bytes, whenever it is
written: the order is that of the collection, and no date is kept.
"""

from __future__ import annotations

import gzip
import json
import re
import zlib
from collections.abc import Iterator, Mapping
from itertools import count
from pathlib import Path
from typing import Any

from msgspec import Struct

from auditor.errors import UsageError
from auditor.findings import Gap
from auditor.inventory import Reading, Unit
from auditor.resources.base import RawResource
from auditor.values import Block, Unknown

VERSION = 1
# Stand for what JSON lacks. A mapping that has such a key itself is written as a block.
_UNKNOWN, _BLOCK = "$unknown", "$block"
_ACCOUNT = re.compile(r"(?<!\d)\d{12}(?!\d)")
# Takes more memory than any account fills; a small file can claim to be endless.
_MAX_BYTES = 2 * 1024**3
_NOT_ONE = "Give a file that `msgaudit collect` wrote."


def dump(unit: Unit, *, redact: bool = False) -> bytes:
    """The file's content. With `redact`, other numbers stand in the place of account ids."""
    (reading,) = unit.readings
    content: Any = {
        "format": "msgaudit snapshot",
        "version": VERSION,
        "accounts": unit.accounts,
        "regions": unit.regions,
        "resources": [_resource(raw) for raw in reading.resources],
        "context": [_resource(raw) for raw in reading.context],
        "unread": reading.unread,
        "unread_in": reading.unread_in,
        "gaps": [[gap.what, gap.reason, gap.permission] for gap in unit.gaps],
    }
    if redact:
        content = _redacted(content, _Names())
    text = json.dumps(content, separators=(",", ":"), ensure_ascii=False, default=str)
    return gzip.compress(text.encode(errors="surrogatepass"), mtime=0)


class SnapshotCollector(Struct, frozen=True):
    """Reads a snapshot in the place of the accounts that it was made of."""

    path: str

    def collect(self) -> Iterator[Unit]:
        """The one unit; raises `UsageError` when the file is not a snapshot."""
        content = _content(self.path)
        try:
            yield _unit(content)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise UsageError(f"{self.path} is damaged: {error!r}", _NOT_ONE) from None


def _content(path: str) -> Any:
    try:
        with gzip.open(Path(path), "rb") as file:
            packed = file.read(_MAX_BYTES + 1)
        content = json.loads(packed[:_MAX_BYTES].decode(errors="surrogatepass"))
    except FileNotFoundError:
        raise UsageError(f"{path}: no such file", _NOT_ONE) from None
    except (OSError, EOFError, zlib.error, ValueError, RecursionError) as error:
        raise UsageError(f"{path} is not a snapshot: {error}", _NOT_ONE) from None
    if not isinstance(content, dict) or content.get("format") != "msgaudit snapshot":
        raise UsageError(f"{path} is not a snapshot", _NOT_ONE)
    if content.get("version") != VERSION:
        message = f"{path} has version {content.get('version')} of the format, not {VERSION}"
        raise UsageError(message, "Collect again with this version of msgaudit.")
    return content


def _unit(content: Mapping[str, Any]) -> Unit:
    reading = Reading(
        tuple(map(_raw, content["resources"])),
        dict(content["unread"]),
        tuple(map(_raw, content["context"])),
        unread_in={account: dict(unread) for account, unread in content["unread_in"].items()},
    )
    gaps = tuple(Gap(what, reason, permission) for what, reason, permission in content["gaps"])
    return Unit("", (reading,), gaps, tuple(content["accounts"]), tuple(content["regions"]))


def _resource(raw: RawResource) -> list[Any]:
    properties = _encoded(raw.properties)
    return [
        raw.type,
        raw.id,
        _encoded(raw.name),
        raw.arn,
        raw.account,
        raw.region,
        raw.url,
        properties,
    ]


def _raw(item: list[Any]) -> RawResource:
    type_, id_, name, arn, account, region, url, properties = item
    return RawResource(
        str(type_), str(id_), _decoded(properties), _decoded(name), arn, account, region, url=url
    )


def _encoded(value: object) -> object:
    if isinstance(value, Unknown):
        return {_UNKNOWN: [value.reason, value.text, value.external]}
    if isinstance(value, Mapping):
        items = {name: _encoded(item) for name, item in value.items()}
        unread = getattr(value, "unread", None)
        if unread or _UNKNOWN in items or _BLOCK in items:
            return {_BLOCK: [items, _encoded(unread)]}
        return items
    return [_encoded(item) for item in value] if isinstance(value, list | tuple) else value


def _decoded(value: Any) -> Any:
    if isinstance(value, list):
        return [_decoded(item) for item in value]
    if not isinstance(value, dict):
        return value
    if _UNKNOWN in value:
        return Unknown(*value[_UNKNOWN])
    if _BLOCK in value:
        items, unread = value[_BLOCK]
        return Block(
            {name: _decoded(item) for name, item in items.items()}, unread=_decoded(unread)
        )
    return {name: _decoded(item) for name, item in value.items()}


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
