"""Conditions of Choice states in JSONPath: comparisons, and what combines them."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from typing import Any

from msgspec import Struct

from auditor.statelang.states import Choice, elements
from auditor.values import PropertyPath, UndeterminedError, Unknown

COMBINING = ("And", "Or", "Not")
_TYPES = ("String", "Numeric", "Timestamp")
_ORDERS = ("Equals", "LessThan", "GreaterThan", "LessThanEquals", "GreaterThanEquals")
COMPARISONS = frozenset((
    "BooleanEquals", "BooleanEqualsPath", "IsBoolean", "IsNull", "IsNumeric", "IsPresent",
    "IsString", "IsTimestamp", "StringMatches",
    *(f"{kind}{order}{path}" for kind in _TYPES for order in _ORDERS for path in ("", "Path")),
))  # fmt: skip
# Comparisons of which exactly one holds, given the same operand.
_COMPLEMENTS = {"LessThan": "GreaterThanEquals", "GreaterThan": "LessThanEquals"}
# Comparisons that have no such counterpart.
_LONELY = frozenset((
    "StringMatches", *(f"{kind}Equals{path}" for kind in _TYPES for path in ("", "Path")),
))  # fmt: skip


class Comparison(Struct, frozen=True):
    """One comparison somewhere in a Choice. `rule` is the index of the element of `Choices`.

    One that could not be read has no operator; its variable and operand are unknown.
    """

    variable: object
    operator: str
    operand: object
    path: PropertyPath
    rule: int
    alone: bool


def comparisons(choice: Choice) -> Iterator[Comparison]:
    """All comparisons of a Choice state, nested ones too."""
    for number, (item, path) in enumerate(elements(choice.peek("Choices"), _path(choice))):
        todo = deque([(item, path, True)])
        while todo:
            body, where, alone = todo.popleft()
            if isinstance(body, Unknown):
                yield Comparison(body, "", body, where, number, alone)
            if isinstance(body, dict):
                for name in COMPARISONS & body.keys():
                    yield Comparison(body.get("Variable"), name, body[name], where, number, alone)
                todo.extend((part, at, False) for part, at in inner(body, where))


def inner(body: dict[str, Any], path: PropertyPath) -> Iterator[tuple[object, PropertyPath]]:
    """The conditions that And, Or and Not combine."""
    for name in ("And", "Or"):
        yield from elements(body.get(name), (*path, name))
    if "Not" in body:
        yield body["Not"], (*path, "Not")


def exhaustive(choice: Choice) -> bool:
    """Whether two of the choices are such that one of them always holds.

    Raises `UndeterminedError` when one that could not be read may be such.
    """
    alone = [each for each in comparisons(choice) if each.alone]
    seen = {
        (each.variable, each.operator, repr(each.operand))
        for each in alone
        if isinstance(each.variable, str) and isinstance(each.operand, str | int | float)
    }
    if any(_complement(*each) in seen for each in seen):
        return True
    paired = [each for each in alone if each.operator not in _LONELY]
    if len(paired) > 1 or isinstance(choice.peek("Choices"), Unknown):
        _settle(paired)
    return False


def _settle(found: Iterable[Comparison]) -> None:
    for each in found:
        for part in (each.variable, each.operand):
            if isinstance(part, Unknown):
                raise UndeterminedError(part.reason, each.path)


def _complement(variable: str, operator: str, operand: str) -> tuple[str, str, str] | None:
    if operand in ("True", "False"):
        return variable, operator, "False" if operand == "True" else "True"
    for one, other in _COMPLEMENTS.items():
        path = "Path" if operator.endswith("Path") else ""
        if operator.removesuffix("Path").endswith(one):
            kind = operator.removesuffix("Path").removesuffix(one)
            return variable, f"{kind}{other}{path}", operand
    return None


def _path(choice: Choice) -> PropertyPath:
    return (*choice.path, "Choices")
