"""Configuration items: what AWS Config recorded of a resource, as it answers it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from msgspec import Struct

# Where AWS Config records what belongs to no region.
GLOBAL = "global"
_NO_TAGS: tuple[object, ...] = ()


class Item(Struct, frozen=True):
    """A configuration item.

    `id` is what AWS Config calls the resource, `captured` when it recorded it. The `configuration`
    is `None` where the answer leaves it out. `tags` are none of CloudFormation's words yet.
    """

    id: str
    name: str
    arn: str
    account: str
    region: str
    captured: str
    configuration: Mapping[str, Any] | None
    supplementary: Mapping[str, Any]
    tags: object = _NO_TAGS


def queried(row: str) -> Item:
    """The item of a row of a query; raises `LookupError`, `TypeError` or `ValueError` for others.

    A query answers nested values as JSON or as text that holds JSON, after the type.
    """
    answer = json.loads(row)
    configuration = _mapping(answer.get("configuration"))
    return Item(
        text(answer["resourceId"]), text(answer.get("resourceName") or ""),
        text(answer.get("arn") or (configuration or {}).get("Arn") or ""),
        text(answer["accountId"]), text(answer["awsRegion"]),
        str(answer.get("configurationItemCaptureTime") or ""),
        configuration,
        _mapping(answer.get("supplementaryConfiguration")) or {},
        decoded(answer.get("tags")),
    )  # fmt: skip


def fetched(item: Item, answer: Mapping[str, Any]) -> Item:
    """The item with the configuration that a call for many of them answers; raises the same."""
    return Item(
        item.id, item.name, item.arn, item.account, item.region, item.captured,
        _mapping(answer["configuration"]), _mapping(answer.get("supplementaryConfiguration")) or {},
        item.tags,
    )  # fmt: skip


def tags(item: Item) -> list[dict[str, str]]:
    """Tags in CloudFormation's words; AWS Config has a list, and for some types a mapping."""
    if isinstance(item.tags, Mapping):
        return [{"Key": str(key), "Value": str(value)} for key, value in item.tags.items()]
    listed = item.tags if isinstance(item.tags, list) else []
    return [{"Key": str(tag["key"]), "Value": str(tag["value"])} for tag in listed]


def decoded(value: object) -> object:
    """What JSON text says, also where that is JSON text again; everything else as it is."""
    while isinstance(value, str) and value.lstrip().startswith(("{", "[", '"')):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            break
    return value


def policy(value: object) -> object:
    """A policy of IAM, which AWS Config keeps as IAM answers it: as JSON in the code of URLs."""
    if isinstance(value, str) and not value.lstrip().startswith("{"):
        value = unquote(value)
    return decoded(value)


def text(value: object) -> str:
    """A text; raises `TypeError` for anything else."""
    if isinstance(value, str):
        return value
    message = f"it is not a text but {type(value).__name__}"
    raise TypeError(message)


def _mapping(value: object) -> Mapping[str, Any] | None:
    found = decoded(value) or None
    if found is None or isinstance(found, Mapping):
        return found
    message = f"a configuration is not a mapping but {type(found).__name__}"
    raise TypeError(message)
