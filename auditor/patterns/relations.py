"""What the form of two patterns proves: all that one matches, the other does; or nothing.

`False` only says that nothing was proved. A field may hold a list, of which one element is what the
one pattern asks for and another what the other does: that two patterns have nothing in common is
proved only by fields that always hold one text, or that one asks to be absent.
"""

from __future__ import annotations

from itertools import product

from auditor.patterns.choices import Fields, fields_of
from auditor.patterns.dialects import Dialect, Shape
from auditor.patterns.matchers import Exists, Matcher, takes_any_text
from auditor.patterns.nodes import Group, Leaf, Node
from auditor.patterns.scalars import covers, disjoint
from auditor.values import Unknown

ABSENT = Exists(wanted=False)


def proves_within(narrow: Node, wide: Node, dialect: Dialect | None) -> bool:
    """Whether what matches `narrow` is certain to match `wide`.

    `dialect` says what the top of an event holds; deeper, where it is `None`, that may be anything.
    Raises `UndeterminedError` when there are too many combinations of `$or`.
    """
    if isinstance(narrow, Unknown) or isinstance(wide, Unknown):
        return _same(narrow, wide)
    if isinstance(narrow, Group) and isinstance(wide, Group):
        return all(_implies(fields, wide, dialect) for fields in fields_of(narrow))
    if isinstance(narrow, Group) or isinstance(wide, Group):
        return False
    return all(any(_covers(outer, inner) for outer in wide.matchers) for inner in narrow.matchers)


def _implies(fields: Fields, wide: Group, dialect: Dialect | None) -> bool:
    """Whether all that a group asks for follows from fields of the same object."""
    return (
        wide.unread is None
        and all(_implied(fields, name, child, dialect) for name, child in wide.fields)
        and all(
            any(isinstance(it, Group) and _implies(fields, it, dialect) for it in alternatives)
            for alternatives in wide.alternatives
        )
    )


def _implied(fields: Fields, name: str, wanted: Node, dialect: Dialect | None) -> bool:
    shape = dialect.shape_of(name) if dialect else Shape.ANY
    return _idle(wanted, shape) or any(
        proves_within(child, wanted, None) for other, child in fields if other == name
    )


def _idle(node: Node, shape: Shape) -> bool:
    """Whether a field is always as the pattern asks."""
    if not isinstance(node, Leaf):
        return False
    if shape is Shape.TEXT and any(
        not isinstance(it, Unknown) and takes_any_text(it) for it in node.matchers
    ):
        return True
    return {Exists(wanted=True), ABSENT} <= set(node.matchers)


def _covers(wide: Matcher, narrow: Matcher) -> bool:
    if isinstance(wide, Unknown) or isinstance(narrow, Unknown):
        return _same(narrow, wide)
    return covers(wide, narrow)


def _same(one: Node | Matcher, other: Node | Matcher) -> bool:
    """Whether two values that could not be read are the same: equal texts are."""
    known = isinstance(one, Unknown) and isinstance(other, Unknown) and one.text is not None
    return known and one == other


def proves_apart(one: Node, other: Node, dialect: Dialect | None) -> bool:
    """Whether nothing matches both; `dialect` and errors as with `proves_within`."""
    if not (isinstance(one, Group) and isinstance(other, Group)):
        return False
    return all(
        _conflict(mine, theirs, dialect)
        for mine, theirs in product(fields_of(one), fields_of(other))
    )


def _conflict(mine: Fields, theirs: Fields, dialect: Dialect | None) -> bool:
    return any(
        _apart(node, opposite, dialect.shape_of(name) if dialect else Shape.ANY)
        for (name, node), (same, opposite) in product(mine, theirs)
        if name == same
    )


def _apart(one: Node, other: Node, shape: Shape) -> bool:
    if isinstance(one, Leaf) and isinstance(other, Leaf):
        single = shape is Shape.TEXT
        return all(
            _exclude(mine, theirs, single) for mine, theirs in product(one.matchers, other.matchers)
        )
    return shape is Shape.OBJECT and proves_apart(one, other, None)


def _exclude(one: Matcher, other: Matcher, single: bool) -> bool:
    if isinstance(one, Unknown) or isinstance(other, Unknown):
        return False
    if ABSENT in (one, other):
        return one != other
    return single and disjoint(one, other)
