"""Reads the operators: what stands inside the braces of `[{"prefix": "a"}]`."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable

from msgspec import Struct, field

from auditor.patterns.dialects import FORMS, OPERATORS, Dialect
from auditor.patterns.matchers import (
    Addresses,
    Affix,
    AnythingBut,
    Exact,
    Exists,
    IgnoreCase,
    Matcher,
    Positive,
    Range,
    Scalar,
    Wildcard,
)
from auditor.patterns.problems import Kind, Problem
from auditor.values import PropertyPath, Unknown

_LOWER, _UPPER = (">", ">="), ("<", "<=")


class Refusal(Exception):  # noqa: N818
    """What a service does with an operator that it cannot read."""

    def __init__(self, kind: Kind, text: str, path: PropertyPath) -> None:
        super().__init__(text)
        self.problem = Problem(kind, text, path)


class Reader(Struct):
    """Reads operators of a dialect, and collects what is wrong."""

    dialect: Dialect
    problems: list[Problem] = field(default_factory=list)

    def note(self, kind: Kind, text: str, path: PropertyPath) -> None:
        """Note a problem."""
        self.problems.append(Problem(kind, text, path))

    def value(self, raw: object, path: PropertyPath) -> Matcher | None:
        """What one element of a field's list means; `None` when it means nothing."""
        try:
            return self._value(raw, path)
        except Refusal as refusal:
            self.problems.append(refusal.problem)
            return None

    def _value(self, raw: object, path: PropertyPath) -> Matcher:
        if isinstance(raw, Unknown):
            return raw
        if isinstance(raw, dict):
            return self._operator(raw, path)
        if isinstance(raw, list):
            raise Refusal(Kind.FORM, "a list cannot stand inside of a list", path)
        if is_number(raw):
            self.bounded(raw, path)
        return Exact(scalar(raw))

    def _operator(self, raw: dict[str, object], path: PropertyPath) -> Matcher:
        if unread := getattr(raw, "unread", None):
            return Unknown(unread.reason)
        if len(raw) != 1:
            raise Refusal(Kind.FORM, "exactly one operator stands in braces", path)
        ((name, operand),) = raw.items()
        path = (*path, name)
        if name not in OPERATORS:
            raise Refusal(Kind.OPERATOR, f"there is no operator {name}", path)
        if name not in self.dialect.operators:
            text = f"{self.dialect.name} does not document the operator {name}"
            self.note(Kind.WIDTH, text, path)
        if isinstance(operand, Unknown):
            return operand
        return _OPERATORS[name](self, operand, path)

    def bounded(self, number: object, path: PropertyPath) -> None:
        """Refuse a number that the dialect cannot compare."""
        largest = self.dialect.largest
        if largest is not None and isinstance(number, int | float) and abs(number) > largest:
            text = f"{self.dialect.name} compares numbers up to {largest:,.0f} only"
            self.note(Kind.FORM, text, path)


def scalar(raw: object) -> Scalar:
    """A value that is neither list nor mapping; one that JSON does not know, as text."""
    return raw if raw is None or isinstance(raw, str | int | float) else str(raw)


def is_number(raw: object) -> bool:
    """Whether it is a number; truth values are none."""
    return isinstance(raw, int | float) and not isinstance(raw, bool)


def _text(operand: object, path: PropertyPath) -> str:
    if isinstance(operand, str):
        return operand
    raise Refusal(Kind.FORM, f"{path[-1]} is compared with text", path)


def _exactly(reader: Reader, operand: object, path: PropertyPath) -> Positive:
    return Exact(_text(operand, path))


def _ignore_case(reader: Reader, operand: object, path: PropertyPath) -> Positive:
    return IgnoreCase(_text(operand, path))


def _affix(reader: Reader, operand: object, path: PropertyPath) -> Matcher:
    ignore_case, at_end = False, "suffix" in path[-1:]
    if isinstance(operand, dict):
        if set(operand) != {"equals-ignore-case"}:
            text = f"inside {path[-1]} only equals-ignore-case can stand"
            raise Refusal(Kind.FORM, text, path)
        ignore_case, operand = True, operand["equals-ignore-case"]
        if isinstance(operand, Unknown):
            return operand
    return Affix(_text(operand, path), at_end, ignore_case)


def _wildcard(reader: Reader, operand: object, path: PropertyPath) -> Positive:
    text = _text(operand, path)
    bare = text.replace("\\\\", "").replace("\\*", "")
    if "**" in text.replace("\\\\", "").replace("\\*", "."):
        raise Refusal(Kind.FORM, "a star cannot follow a star", path)
    if "\\" in bare:
        raise Refusal(Kind.FORM, "a backslash stands before a star or a backslash", path)
    return Wildcard(text)


def _exists(reader: Reader, operand: object, path: PropertyPath) -> Positive:
    if isinstance(operand, bool):
        return Exists(operand)
    raise Refusal(Kind.FORM, "exists is true or false", path)


def _cidr(reader: Reader, operand: object, path: PropertyPath) -> Matcher:
    text = _text(operand, path)
    if "${" in text:
        return Unknown(f"the network {text} is not known")
    try:
        return Addresses(ipaddress.ip_network(text, strict=False))
    except ValueError:
        raise Refusal(Kind.FORM, "cidr takes a network such as 10.0.0.0/24", path) from None


def _numeric(reader: Reader, operand: object, path: PropertyPath) -> Matcher:
    if not isinstance(operand, list) or len(operand) not in (2, 4):
        text = 'numeric takes a comparison, such as [">", 0], or a range'
        raise Refusal(Kind.FORM, text, path)
    for part in operand:
        if isinstance(part, Unknown):
            return part
    for position in range(1, len(operand), 2):
        if not is_number(operand[position]):
            text = f"numeric compares with a number, not with {_shown(operand[position])}"
            raise Refusal(Kind.NUMBER, text, (*path, position))
        reader.bounded(operand[position], (*path, position))
    return _range(operand, path)


def _range(operand: list[object], path: PropertyPath) -> Positive:
    signs, numbers = operand[::2], [n for n in operand[1::2] if isinstance(n, int | float)]
    if signs == ["="]:
        return Range(numbers[0], numbers[0])
    if len(signs) == 1 and signs[0] in _LOWER:
        return Range(low=numbers[0], with_low=signs[0] == ">=")
    if len(signs) == 1 and signs[0] in _UPPER:
        return Range(high=numbers[0], with_high=signs[0] == "<=")
    if len(signs) == 2 and signs[0] in _LOWER and signs[1] in _UPPER:
        if numbers[0] >= numbers[1]:
            text = "the lower end of a range is below its upper end"
            raise Refusal(Kind.FORM, text, path)
        return Range(numbers[0], numbers[1], signs[0] == ">=", signs[1] == "<=")
    text = "numeric takes one of = < <= > >=, or first the lower and then the upper end"
    raise Refusal(Kind.FORM, text, path)


def _anything_but(reader: Reader, operand: object, path: PropertyPath) -> Matcher:
    if isinstance(operand, dict):
        return _form(reader, operand, path)
    values = operand if isinstance(operand, list) else [operand]
    for value in values:
        if isinstance(value, Unknown):
            return value
    if not values or not (
        all(isinstance(value, str) for value in values) or all(map(is_number, values))
    ):
        text = "anything-but takes texts, or numbers, but not both and nothing else"
        raise Refusal(Kind.FORM, text, path)
    for value in values:
        reader.bounded(value, path)
    return AnythingBut(tuple(Exact(scalar(value)) for value in values))


def _form(reader: Reader, operand: dict[str, object], path: PropertyPath) -> Matcher:
    if len(operand) != 1 or not FORMS & operand.keys():
        text = f"inside anything-but stands one of {', '.join(sorted(FORMS))}"
        raise Refusal(Kind.FORM, text, path)
    ((name, raw),) = operand.items()
    if name not in reader.dialect.forms:
        text = f"{reader.dialect.name} does not document {name} inside anything-but"
        reader.note(Kind.WIDTH, text, path)
    excluded: list[Positive] = []
    for value in raw if isinstance(raw, list) else [raw]:
        if isinstance(value, Unknown):
            return value
        if value == "" and name != "equals-ignore-case":
            raise Refusal(Kind.FORM, f"{name} inside anything-but is not empty", path)
        matcher = _OPERATORS[name](reader, value, (*path, name))
        if isinstance(matcher, AnythingBut | Unknown):
            return matcher
        excluded.append(matcher)
    if not excluded:
        raise Refusal(Kind.FORM, "the list inside anything-but is empty", path)
    return AnythingBut(tuple(excluded))


def _shown(value: object) -> str:
    return f'the text "{value}"' if isinstance(value, str) else f"a {type(value).__name__}"


_OPERATORS: dict[str, Callable[[Reader, object, PropertyPath], Matcher]] = {
    "anything-but": _anything_but,
    "cidr": _cidr,
    "equals-ignore-case": _ignore_case,
    "exactly": _exactly,
    "exists": _exists,
    "numeric": _numeric,
    "prefix": _affix,
    "suffix": _affix,
    "wildcard": _wildcard,
}
