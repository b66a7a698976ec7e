"""Resources as JSON, which lacks unknown values and mappings that were read in parts."""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from sys import intern
from typing import Any

from auditor.resources.base import RawResource
from auditor.traffic.series import packed, unpacked
from auditor.values import Block, Unknown

# Stand for what JSON lacks. A mapping that has such a key itself is written as a block.
UNKNOWN, BLOCK = "$unknown", "$block"
# The keys of the course of a metric; nothing else has a number as its `resolution`.
_COURSE = {"resolution", "values"}


def encoded(raw: RawResource) -> list[Any]:
    """The resource as a list: type, id, name, ARN, account, region, URL and properties."""
    name, properties = _encoded(raw.name), _encoded(raw.properties)
    return [raw.type, raw.id, name, raw.arn, raw.account, raw.region, raw.url, properties]


def decoded(item: list[Any]) -> RawResource:
    """The resource of such a list; raises `TypeError` or `ValueError` for any other."""
    type_, id_, name, arn, account, region, url, properties = item
    return RawResource(
        intern(type_), id_, _decoded(properties), _decoded(name), id_ if arn == id_ else arn,
        account and intern(account), region and intern(region), url=url,
    )  # fmt: skip


def _encoded(value: object) -> object:
    if isinstance(value, Unknown):
        return {UNKNOWN: [value.reason, value.text, value.external]}
    if isinstance(value, Mapping):
        items = {name: _encoded(item) for name, item in value.items()}
        unread = getattr(value, "unread", None)
        if unread or UNKNOWN in items or BLOCK in items:
            return {BLOCK: [items, _encoded(unread)]}
        return items
    if isinstance(value, array):
        return unpacked(value)
    return [_encoded(item) for item in value] if isinstance(value, list | tuple) else value


def _decoded(value: Any) -> Any:
    if isinstance(value, list):
        return [_decoded(item) for item in value]
    if not isinstance(value, dict):
        return value
    if UNKNOWN in value:
        return Unknown(*value[UNKNOWN])
    if BLOCK in value:
        items, unread = value[BLOCK]
        return Block(_items(items), unread=_decoded(unread))
    if value.keys() == _COURSE and isinstance(value["resolution"], int):
        return {**value, "values": _numbers(value["values"])}
    return _items(value)


def _numbers(values: Any) -> Any:
    try:
        return packed(values)
    except TypeError:
        return _decoded(values)


def _items(value: dict[str, Any]) -> dict[str, Any]:
    # A million resources have the same few names of properties: each is kept once.
    return {intern(name): _decoded(item) for name, item in value.items()}
