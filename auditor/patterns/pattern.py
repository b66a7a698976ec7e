"""What a pattern matches."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from auditor.patterns.dialects import Dialect
from auditor.patterns.matching import compare
from auditor.patterns.nodes import Leaf, Node, leaves
from auditor.patterns.problems import Problem
from auditor.patterns.reach import hopeless, possible, universal
from auditor.patterns.relations import proves_apart, proves_within
from auditor.patterns.truth import Truth, all_of, certain
from auditor.values import UndeterminedError, Unknown


class Pattern(Struct, frozen=True):
    """A pattern in a dialect, with what is wrong with it.

    Each question raises `UndeterminedError` when a part that was not read decides the answer. Of a
    pattern with problems, only the sound parts are considered.
    """

    root: Node
    problems: tuple[Problem, ...]
    dialect: Dialect

    @property
    def valid(self) -> bool:
        """Whether nothing is wrong with what was read of it."""
        return not self.problems

    def settle(self) -> None:
        """Raises `UndeterminedError` when there are parts that could not be read."""
        for leaf, _ in leaves(self.root):
            certain(_doubt(leaf))

    def matches(self, event: Mapping[str, object]) -> bool:
        """Whether an event matches.

        An array matches when one of its elements does; the fields of a group have to match in the
        same element.
        """
        return certain(compare(self.root, event))

    def can_match(self) -> bool:
        """Whether there can be an event that matches."""
        return certain(possible(self.root, self.dialect))

    def hopeless_fields(self) -> tuple[str, ...]:
        """The fields at the top of the pattern that no event has in such a way."""
        return hopeless(self.root, self.dialect)

    def matches_everything(self) -> bool:
        """Whether every event of an account matches."""
        return certain(universal(self.root, self.dialect))

    def subsumed_by(self, other: Pattern) -> bool:
        """Whether every event that matches this one matches the other, too.

        Raises `UndeterminedError` as well when neither a proof nor an event against it is found.
        """
        if possible(self.root, self.dialect) is False or self.proved_within(other):
            return True
        from auditor.patterns.samples import varied_events

        for event in varied_events(self.root, other.root, self.dialect):
            if compare(self.root, event) is True and compare(other.root, event) is False:
                return False
        raise UndeterminedError("whether one pattern includes the other cannot be told")

    def proved_within(self, other: Pattern) -> bool:
        """The same where the form of both shows it; `False` where it does not."""
        return proves_within(self.root, other.root, self.dialect)

    def overlaps(self, other: Pattern) -> bool:
        """Whether an event can match both; its fields hold one value each.

        Raises `UndeterminedError` as well when only an event with lists may match both, or neither
        a proof nor such an event is found.
        """
        hopeless = any(possible(it.root, it.dialect) is False for it in (self, other))
        if hopeless or proves_apart(self.root, other.root, self.dialect):
            return False
        from auditor.patterns.samples import common_events

        for event in common_events(self.root, other.root, self.dialect):
            if compare(self.root, event) is True and compare(other.root, event) is True:
                return True
        raise UndeterminedError("only an event with lists may match both patterns, if any does")


def _doubt(leaf: Leaf | Unknown) -> Truth:
    if isinstance(leaf, Unknown):
        return leaf
    return all_of(matcher for matcher in leaf.matchers if isinstance(matcher, Unknown))
