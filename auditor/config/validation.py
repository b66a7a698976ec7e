"""Validates settings against the shipped JSON Schema, in the part of its language that this uses.

A general validator takes longer to import than a scan takes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from msgspec import Struct

from auditor.config.files import KeyPath
from auditor.suppressions.reading import is_date

SCHEMA = Path(__file__).parent / "schema" / "msgaudit-configuration-1.schema.json"
_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "number": (int, float),
    "array": (list,),
    "object": (dict,),
}
_NAMES = {"string": "text", "boolean": "true or false", "array": "a list", "object": "a mapping"}


class Problem(Struct, frozen=True):
    """What is wrong with the value at `path`, and perhaps what was meant."""

    path: KeyPath
    message: str
    hint: str = ""

    def __str__(self) -> str:
        where = ".".join(map(str, self.path))
        return f"{where}: {self.message}" if where else self.message


@cache
def schema() -> Mapping[str, Any]:
    """The JSON Schema of the configuration."""
    content: Mapping[str, Any] = json.loads(SCHEMA.read_text(encoding="utf-8"))
    return content


def problems(value: object, form: Mapping[str, Any], path: KeyPath = ()) -> Iterator[Problem]:
    """Everything that is wrong with a value."""
    if "$ref" in form:
        form = schema()["$defs"][form["$ref"].rpartition("/")[2]]
    if not _has_type(value, form.get("type", ())):
        yield Problem(path, f"{_shown(value)} is not {_expected(form['type'])}")
        return
    if "enum" in form and value not in form["enum"]:
        known = ", ".join(map(str, form["enum"]))
        yield Problem(path, f"{_shown(value)} is none of {known}", meant(str(value), form["enum"]))
    if isinstance(value, str):
        yield from _text_problems(value, form, path)
    elif isinstance(value, list):
        if len(value) < form.get("minItems", 0):
            yield Problem(path, "the list is empty")
        for number, item in enumerate(value):
            yield from problems(item, form.get("items", {}), (*path, number))
    elif isinstance(value, dict):
        yield from _mapping_problems(value, form, path)


def _mapping_problems(
    value: dict[str, Any], form: Mapping[str, Any], path: KeyPath
) -> Iterator[Problem]:
    known = form.get("properties", {})
    other = form.get("additionalProperties", {})
    for key, item in value.items():
        if "propertyNames" in form:
            yield from problems(key, form["propertyNames"], (*path, key))
        if key in known:
            yield from problems(item, known[key], (*path, key))
        elif other is False:
            yield Problem((*path, key), "there is no such setting", meant(key, known))
        else:
            yield from problems(item, other, (*path, key))
    for key in form.get("required", ()):
        if key not in value:
            yield Problem(path, f"{key} is missing")
    if len(value) < form.get("minProperties", 0):
        yield Problem(path, "it is empty")


def _text_problems(value: str, form: Mapping[str, Any], path: KeyPath) -> Iterator[Problem]:
    if "pattern" in form and not re.search(form["pattern"], value):
        yield Problem(path, f"{_shown(value)} is not {form.get('title', 'of the expected form')}")
    if form.get("format") == "date" and not is_date(value):
        yield Problem(path, f"{_shown(value)} is not a date such as 2030-12-31")


def _has_type(value: object, wanted: str | list[str]) -> bool:
    names = [wanted] if isinstance(wanted, str) else wanted
    # Python's booleans are integers, JSON's are not.
    return not names or any(
        isinstance(value, _TYPES[name]) and (name == "boolean") == isinstance(value, bool)
        for name in names
    )


def _expected(wanted: str | list[str]) -> str:
    names = [wanted] if isinstance(wanted, str) else wanted
    return " or ".join(_NAMES.get(name, "a number") for name in dict.fromkeys(names))


def _shown(value: object) -> str:
    text = json.dumps(value, ensure_ascii=True, default=str)
    return text if len(text) <= 60 else f"{text[:57]}..."


def meant(word: str, known: Iterable[str]) -> str:
    """`Did you mean …?`, or nothing where no known word is similar."""
    from difflib import get_close_matches

    close = get_close_matches(word.lower().replace("_", "-"), list(known), n=1)
    return f"Did you mean {close[0]}?" if close else ""
