"""Reads a pattern, and says what is wrong with it."""

from __future__ import annotations

import json
import re
from math import prod

from auditor.patterns.dialects import OPERATORS, Dialect
from auditor.patterns.nodes import Group, Leaf, Node, leaves
from auditor.patterns.operators import Reader
from auditor.patterns.pattern import Pattern
from auditor.patterns.problems import Kind, Problem
from auditor.values import PropertyPath, Unknown, document

# Far more than anybody writes, and far less than what Python's stack holds.
_DEEPEST = 64
_SYMBOL = re.compile(r"\$\{[^}]*\}")
_shortest = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False, default=lambda _: "").encode


def parse(raw: object, dialect: Dialect) -> Pattern:
    """A pattern from a mapping or from JSON text, parts of which may be unknown."""
    raw = document(raw)
    reader = Reader(dialect)
    if isinstance(raw, Unknown):
        return Pattern(raw, (), dialect)
    if not isinstance(raw, dict):
        text = "it is not a JSON object" if _is_json(raw) else "it is not valid JSON"
        return Pattern(Group(), (Problem(Kind.FORM, text),), dialect)
    root = _group(reader, raw, ())
    return Pattern(root, (*reader.problems, *_limits(raw, root, dialect)), dialect)


def _is_json(raw: object) -> bool:
    try:
        json.loads(raw) if isinstance(raw, str) else None
    except (ValueError, RecursionError):
        return False
    return True


def _group(reader: Reader, raw: dict[str, object], path: PropertyPath) -> Group:
    unread = getattr(raw, "unread", None)
    if not raw and unread is None and (path or not reader.dialect.may_be_empty):
        reader.note(Kind.FORM, "an object without fields matches nothing", path)
    fields: list[tuple[str, Node]] = []
    alternatives: list[tuple[Node, ...]] = []
    for name, value in raw.items():
        if name == "$or" and _is_or(value):
            alternatives.append(_alternatives(reader, value, (*path, name)))
        else:
            fields.append((name, _node(reader, value, (*path, name))))
    return Group(tuple(fields), tuple(alternatives), unread)


def _is_or(value: object) -> bool:
    """Whether `$or` is the operator; it also may be the name of a field."""
    return (
        isinstance(value, list)
        and bool(value)
        and all(isinstance(item, dict) and not OPERATORS & item.keys() for item in value)
    )


def _alternatives(reader: Reader, value: object, path: PropertyPath) -> tuple[Node, ...]:
    items = value if isinstance(value, list) else []
    if len(items) < 2:
        reader.note(Kind.FORM, "$or takes two or more alternatives", path)
    return tuple(_node(reader, item, (*path, index)) for index, item in enumerate(items))


def _node(reader: Reader, value: object, path: PropertyPath) -> Node:
    if isinstance(value, Unknown):
        return value
    if len(path) > _DEEPEST:
        return Unknown(f"the pattern is more than {_DEEPEST} levels deep")
    if isinstance(value, dict):
        if not reader.dialect.nested and path[-2:-1] != ("$or",):
            text = "only a filter on the message body can look inside of a field"
            reader.note(Kind.FORM, text, path)
        return _group(reader, value, path)
    if not isinstance(value, list):
        reader.note(Kind.FORM, "a field is compared with a list", path)
        return Leaf((), path)
    if not value:
        reader.note(Kind.FORM, "an empty list matches nothing", path)
    found = [reader.value(item, (*path, index)) for index, item in enumerate(value)]
    return Leaf(tuple(matcher for matcher in found if matcher is not None), path)


def _limits(raw: dict[str, object], root: Group, dialect: Dialect) -> list[Problem]:
    problems: list[Problem] = []
    length = _length(raw) if dialect.length is not None else 0
    if dialect.length is not None and length > dialect.length:
        # What can be raised has an end, too.
        kind = Kind.LIMIT if length <= (dialect.raised_to or 0) else Kind.FORM
        problems.append(Problem(kind, f"it is longer than {dialect.length:,} characters"))
    found = [(leaf, depth) for leaf, depth in leaves(root) if isinstance(leaf, Leaf)]
    if dialect.keys is not None and len({leaf.path for leaf, _ in found}) > dialect.keys:
        problems.append(Problem(Kind.FORM, f"it has more than {dialect.keys} keys"))
    count = prod(max(1, len(leaf.matchers)) * depth for leaf, depth in found)
    if dialect.combinations is not None and count > dialect.combinations:
        text = f"it has {count:,} combinations of values, more than {dialect.combinations}"
        problems.append(Problem(Kind.FORM, text))
    return problems


def _length(raw: dict[str, object]) -> int:
    """The least number of characters: symbols may become short, and what is unknown empty."""
    return len(_SYMBOL.sub("", _shortest(raw)))
