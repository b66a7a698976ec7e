"""Compares an event with a pattern."""

from __future__ import annotations

from collections.abc import Mapping

from auditor.patterns.matchers import Exists, Known, Matcher, Scalar
from auditor.patterns.nodes import Group, Leaf, Node
from auditor.patterns.truth import Truth, all_of, any_of
from auditor.values import Unknown


def _elements(value: object) -> list[object]:
    """The value itself, or the elements of an array and of the arrays inside of it."""
    found, rest = [], [value]
    while rest:
        item = rest.pop()
        if isinstance(item, list):
            rest += item
        else:
            found.append(item)
    return found


def compare(node: Node, value: object) -> Truth:
    """Whether a value, or an element of an array, is what the pattern asks for."""
    if isinstance(node, Unknown):
        return node
    elements = _elements(value)
    if isinstance(node, Leaf):
        scalars = [item for item in elements if not isinstance(item, Mapping)]
        return any_of(_accepts(matcher, scalars) for matcher in node.matchers)
    objects = [item for item in elements if isinstance(item, Mapping)] or [{}]
    return any_of(_matches_object(node, item) for item in objects)


def _matches_object(group: Group, event: Mapping[str, object]) -> Truth:
    truths = [compare(child, event.get(name, [])) for name, child in group.fields]
    truths += [
        any_of(compare(alternative, event) for alternative in alternatives)
        for alternatives in group.alternatives
    ]
    return all_of([*truths, group.unread or True])


def _accepts(matcher: Matcher, scalars: list[object]) -> Truth:
    if isinstance(matcher, Unknown):
        return matcher
    if matcher == Exists(wanted=False):
        return not scalars
    return any(_accepts_one(matcher, value) for value in scalars)


def _accepts_one(matcher: Known, value: object) -> bool:
    scalar: Scalar = value if isinstance(value, str | int | float) else None
    return matcher.accepts(scalar)
