"""From what an API answers to CloudFormation's words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from msgspec.structs import replace

from auditor.resources.base import RawResource
from auditor.values import Block, Unknown, document

# Marks what belongs to AWS, beside CloudFormation's own properties.
MANAGED_BY = "$managed_by"

_NOTHING: tuple[object, ...] = (None, "", [], {})


def pick(answer: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    """The named values that are set to something; empty ones mean absent in every API read here."""
    return prune({name: answer.get(name) for name in names})


def prune(values: Mapping[str, Any]) -> dict[str, Any]:
    """The mapping without empty values, on every level."""
    return present({name: _pruned(value) for name, value in values.items()})


def present(values: Mapping[str, Any]) -> dict[str, Any]:
    """The mapping without empty values, on its own level only: in a policy they have a meaning."""
    return {name: value for name, value in values.items() if value not in _NOTHING}


def _pruned(value: object) -> object:
    if isinstance(value, Mapping):
        return prune(value)
    if isinstance(value, list):
        return [_pruned(item) for item in value]
    return value.isoformat() if isinstance(value, dt.datetime) else value


def beside(raw: RawResource, name: str, value: object) -> RawResource:
    """The resource with something beside CloudFormation's own properties."""
    unread = getattr(raw.properties, "unread", None)
    return replace(raw, properties=Block({**raw.properties, name: value}, unread=unread))


def pascal(value: object) -> object:
    """The same value with all keys capitalised, for APIs that spell them `likeThis`."""
    if isinstance(value, Mapping):
        return {name[:1].upper() + name[1:]: pascal(item) for name, item in value.items()}
    return [pascal(item) for item in value] if isinstance(value, list) else value


def numbers(attributes: Mapping[str, str], names: Iterable[str]) -> dict[str, int]:
    """Attributes that CloudFormation has as whole numbers, and an API as text."""
    return {name: int(attributes[name]) for name in names if attributes.get(name)}


def booleans(attributes: Mapping[str, str], names: Iterable[str]) -> dict[str, bool]:
    """Attributes that CloudFormation has as truth values, and an API as text."""
    return {name: attributes[name] == "true" for name in names if attributes.get(name)}


def documents(attributes: Mapping[str, str], names: Iterable[str]) -> dict[str, object]:
    """Attributes that CloudFormation has as mappings, and an API as JSON text."""
    return {name: document(attributes[name]) for name in names if attributes.get(name)}


def concealed(values: Mapping[str, Any], why: str) -> dict[str, Unknown]:
    """The names without their values, which may be secrets."""
    return dict.fromkeys(values, Unknown(why))


def last(arn: str, separator: str = ":") -> str:
    """The last part of an ARN or URL: the name."""
    return arn.rpartition(separator)[2]
