"""`DefinitionSubstitutions` of a state machine, put in the place of their names."""

from __future__ import annotations

import re

from auditor.values import Block, Listing, Unknown, document

_NAME = re.compile(r"\$\{(\w+)\}")


def with_substitutions(properties: Block) -> Block:
    """The properties with `${Name}` in the definition replaced by what it stands for."""
    given = properties.get("DefinitionSubstitutions", properties.unread)
    if given is None:
        return properties
    values = given if isinstance(given, Block) else Block(unread=_why(given))
    replaced = {
        name: _substituted(document(properties[name]), values)
        for name in ("Definition", "DefinitionString")
        if name in properties
    }
    return Block(dict(properties) | replaced, properties.origin, properties.unread)


def _why(given: object) -> Unknown:
    return given if isinstance(given, Unknown) else Unknown("the substitutions are not a mapping")


def _substituted(value: object, values: Block) -> object:
    if isinstance(value, str):
        return _text(value, values)
    if isinstance(value, dict):
        items = {name: _substituted(item, values) for name, item in value.items()}
        return Block(items, getattr(value, "origin", None), getattr(value, "unread", None))
    if isinstance(value, list):
        items_ = [_substituted(item, values) for item in value]
        return Listing(items_, getattr(value, "origin", None))
    return value


def _text(text: str, values: Block) -> object:
    # A reference that was written as an intrinsic function holds symbols, which look the same.
    names = (
        [] if "${AWS::" in text else [name for name in _NAME.findall(text) if _has(values, name)]
    )
    if not names:
        return text
    if text == f"${{{names[0]}}}":
        return _value(values, names[0])
    unread: Unknown | None = None
    for name in names:
        value = _value(values, name)
        if isinstance(value, Unknown):
            unread = value
        else:
            text = text.replace(f"${{{name}}}", str(value))
    return Unknown(unread.reason, text, unread.external) if unread else text


def _has(values: Block, name: str) -> bool:
    return name in values or values.unread is not None


def _value(values: Block, name: str) -> object:
    return values.get(name, values.unread)
