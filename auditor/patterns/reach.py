"""How much a pattern can match: nothing, or everything."""

from __future__ import annotations

from collections.abc import Callable

from auditor.patterns.dialects import Dialect, Shape
from auditor.patterns.matchers import AnythingBut, Exact, Exists, Matcher, Range, takes_any_text
from auditor.patterns.nodes import Group, Leaf, Node
from auditor.patterns.truth import Truth, all_of, any_of
from auditor.values import Unknown

# They say where an event comes from, and are the same in all events of an account.
_ORIGIN = frozenset({"account", "region", "version"})
_ShapeOf = Callable[[str], Shape]


def possible(root: Node, dialect: Dialect) -> Truth:
    """Whether an event can match."""
    return _possible_alternative(root, dialect.shape_of)


def hopeless(root: Node, dialect: Dialect) -> tuple[str, ...]:
    """The fields at the top that no event has in such a way."""
    fields = root.fields if isinstance(root, Group) else ()
    return tuple(
        name for name, child in fields if _possible(child, dialect.shape_of(name)) is False
    )


def _possible(node: Node, shape: Shape) -> Truth:
    if isinstance(node, Unknown):
        return node
    if isinstance(node, Leaf):
        return any_of(_possible_matcher(matcher, shape) for matcher in node.matchers)
    inside = Shape.ANY if shape in (Shape.ANY, Shape.OBJECT) else Shape.ABSENT
    return _possible_group(node, lambda _name: inside)


def _possible_group(group: Group, shape_of: _ShapeOf) -> Truth:
    truths = [_possible(child, shape_of(name)) for name, child in group.fields]
    truths += [
        any_of(_possible_alternative(each, shape_of) for each in alternatives)
        for alternatives in group.alternatives
    ]
    return all_of([*truths, group.unread or True])


def _possible_alternative(node: Node, shape_of: _ShapeOf) -> Truth:
    if isinstance(node, Group):
        return _possible_group(node, shape_of)
    return node if isinstance(node, Unknown) else True


def _possible_matcher(matcher: Matcher, shape: Shape) -> Truth:
    if isinstance(matcher, Unknown):
        return matcher
    if shape in (Shape.ABSENT, Shape.OBJECT):
        return matcher == Exists(wanted=False)
    if isinstance(matcher, Range) and matcher.empty:
        return False
    if shape is Shape.ANY:
        return True
    if matcher == Exists(wanted=False):
        # A list of resources may be empty.
        return shape is Shape.TEXTS
    if isinstance(matcher, AnythingBut):
        return not any(map(takes_any_text, matcher.excluded))
    return not isinstance(matcher, Range) and (
        not isinstance(matcher, Exact) or isinstance(matcher.value, str)
    )


def universal(node: Node, dialect: Dialect) -> Truth:
    """Whether every event of an account matches."""
    if isinstance(node, Unknown):
        return node
    if isinstance(node, Leaf):
        return False
    truths = [_universal_field(name, child, dialect) for name, child in node.fields]
    truths += [
        any_of(universal(each, dialect) for each in alternatives)
        for alternatives in node.alternatives
    ]
    return all_of([*truths, node.unread or True])


def _universal_field(name: str, node: Node, dialect: Dialect) -> Truth:
    if name in _ORIGIN and name in dialect.fields:
        return True
    if isinstance(node, Unknown):
        return node
    if isinstance(node, Group) or dialect.shape_of(name) is not Shape.TEXT:
        return False
    return any_of(
        matcher if isinstance(matcher, Unknown) else takes_any_text(matcher)
        for matcher in node.matchers
    )
