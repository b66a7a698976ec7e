"""Events made from patterns: each is a witness for what a pattern matches or does not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain, product
from math import isfinite
from typing import Any

from auditor.patterns.choices import Leaves, leaves_of
from auditor.patterns.dialects import Dialect, Shape
from auditor.patterns.matchers import (
    Addresses,
    Affix,
    AnythingBut,
    Exact,
    IgnoreCase,
    Known,
    Range,
    Scalar,
    Wildcard,
)
from auditor.patterns.matching import compare
from auditor.patterns.nodes import Node
from auditor.values import Unknown

Path = tuple[str, ...]
Event = dict[str, Any]
_ABSENT: Any = object()
# Values that hardly any pattern names.
_STRANGE: tuple[Any, ...] = ("~", "~~", 7_654_321.5, True, None, _ABSENT)


def common_events(one: Node, other: Node, dialect: Dialect) -> Iterator[Event]:
    """Events with one value in each field, which both patterns ask for.

    Raises `UndeterminedError` when there are too many combinations of `$or`.
    """
    for mine, theirs in product(leaves_of(one), leaves_of(other)):
        yield from _event(_chosen(mine + theirs), dialect)


def varied_events(narrow: Node, wide: Node, dialect: Dialect) -> Iterator[Event]:
    """Events that the first pattern asks for, in which one field is something else.

    Raises `UndeterminedError` when there are too many combinations of `$or`.
    """
    expected = tuple(chain.from_iterable(leaves_of(wide)))
    for mine in leaves_of(narrow):
        chosen = _chosen(mine)
        yield from _event(chosen, dialect)
        for path in dict.fromkeys(path for path, _ in mine + expected):
            for value in _values(path, mine + expected):
                yield from _event({**chosen, path: value}, dialect)


def _chosen(leaves: Leaves) -> dict[Path, Any]:
    """A value for each field, which all leaves there accept if there is one."""
    return {
        path: next((it for it in _mixed(path, leaves) if _accepted(it, path, leaves)), _ABSENT)
        for path, _ in leaves
    }


def _accepted(value: Any, path: Path, leaves: Leaves) -> bool:
    given = [] if value is _ABSENT else value
    return all(compare(leaf, given) is True for where, leaf in leaves if where == path)


def _values(path: Path, leaves: Leaves) -> Iterator[Any]:
    """Values that the leaves of a field speak of, and strange ones."""
    for where, leaf in leaves:
        if where == path:
            for matcher in leaf.matchers:
                yield from () if isinstance(matcher, Unknown) else _spoken_of(matcher)
    yield from _STRANGE


def _mixed(path: Path, leaves: Leaves) -> Iterator[Any]:
    """Those values, and others between two numbers or made of two texts."""
    values = list(_values(path, leaves))
    yield from values
    texts = [it for it in values if isinstance(it, str)]
    yield from (f"{head}{tail}" for head, tail in product(texts, texts))
    numbers = [it for it in values if isinstance(it, int | float)]
    yield from ((low + high) / 2 for low, high in product(numbers, numbers))


def _spoken_of(matcher: Known) -> Iterator[Scalar]:
    match matcher:
        case Exact(value=str(text)):
            yield from (text, f"{text}~")
        case Exact():
            yield matcher.value
        case Affix() | IgnoreCase():
            text = matcher.text
            yield from (text, text.swapcase(), f"{text}~", f"~{text}")
        case Wildcard():
            yield from ("".join(matcher.parts), "~".join(matcher.parts))
        case Range():
            yield from _numbers(matcher)
        case Addresses():
            yield from (str(matcher.network[0]), str(matcher.network[-1]))
        case AnythingBut():
            for excluded in matcher.excluded:
                yield from _spoken_of(excluded)


def _numbers(wanted: Range) -> Iterator[float]:
    """The ends of a range, what lies in the middle, and what is beside the ends."""
    ends = [end for end in (wanted.low, wanted.high) if isfinite(end)]
    yield sum(ends) / max(1, len(ends))
    for end in ends:
        yield from (end, end + 1, end - 1)


def _event(chosen: Mapping[Path, Any], dialect: Dialect) -> Iterator[Event]:
    """The event with these values, if the service can send such a one."""
    event: Event = {
        name: "~" if shape is Shape.TEXT else {}
        for name, shape in dialect.fields.items()
        if shape in (Shape.TEXT, Shape.OBJECT)
    }
    for (*names, last), value in chosen.items():
        if value is _ABSENT:
            continue
        place = event
        for name in names:
            place = place.setdefault(name, {})
            if not isinstance(place, dict):
                return
        place[last] = value
    if all(_legal(value, dialect.shape_of(name)) for name, value in event.items()):
        yield event


def _legal(value: object, shape: Shape) -> bool:
    wanted = {Shape.TEXT: str, Shape.TEXTS: str, Shape.OBJECT: dict}
    return shape is Shape.ANY or isinstance(value, wanted.get(shape, ()))
