"""Patterns before their deployment: what they compare with may not have its value yet."""

from __future__ import annotations

from auditor.arns import symbolic
from auditor.values import Block, Unknown, document

# AWS refuses patterns that deep.
_DEEPEST = 100


def opened(value: object, depth: int = 0) -> object:
    """A pattern in which what only a deployment names stands for any text."""
    value = document(value)
    if depth > _DEEPEST:
        return value
    if isinstance(value, dict):
        unread = getattr(value, "unread", None)
        return Block({name: opened(item, depth + 1) for name, item in value.items()}, unread=unread)
    if isinstance(value, list):
        return [opened(item, depth + 1) for item in value]
    if isinstance(value, str) and symbolic(value):
        return Unknown(f"{value} gets its value when it is deployed", value)
    return value
