"""What rules on event patterns ask."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.arns import Arn
from auditor.patterns import Group, Leaf, Pattern
from auditor.patterns.matchers import Affix, AnythingBut, Exact, Wildcard
from auditor.patterns.nodes import Node, leaves
from auditor.resources import Target
from auditor.values import UndeterminedError, Unknown

GUIDE = "Event Pattern Examples (lines 347-361)"
PATH = ("EventPattern",)


def node_at(pattern: Pattern, *names: str) -> Node | None:
    """What a pattern asks of a field; raises `UndeterminedError` when that could not be read."""
    node: Node | None = pattern.root
    for name in names:
        node = _known(node)
        if not isinstance(node, Group):
            return None
        child = dict(node.fields).get(name)
        if child is None and node.unread:
            raise UndeterminedError(node.unread.reason)
        node = child
    return _known(node)


def _known(node: Node | None) -> Node | None:
    if isinstance(node, Unknown):
        raise UndeterminedError(node.reason)
    return node


def sources(pattern: Pattern) -> list[str]:
    """The sources that a pattern names or begins, if it asks for nothing else.

    Raises `UndeterminedError` when one could not be read.
    """
    node = node_at(pattern, "source")
    if not isinstance(node, Leaf):
        return []
    found: list[str] = []
    for matcher in node.matchers:
        if isinstance(matcher, Unknown):
            raise UndeterminedError(matcher.reason)
        if isinstance(matcher, Exact) and isinstance(matcher.value, str):
            found.append(matcher.value)
        elif isinstance(matcher, Affix) and not matcher.at_end and matcher.text:
            found.append(matcher.text)
        else:
            return []
    return found


def from_aws(source: str) -> bool:
    """Whether AWS itself sends events with this source; partners do not count."""
    return source.startswith("aws.") and not source.startswith("aws.partner")


def affixes(pattern: Pattern) -> Iterator[tuple[Leaf, Affix | Exact]]:
    """The texts that fields are compared with; then raises for what could not be read."""
    for leaf, _ in leaves(pattern.root):
        if isinstance(leaf, Leaf):
            for matcher in leaf.matchers:
                if isinstance(matcher, Affix | Exact):
                    yield leaf, matcher
    pattern.settle()


def uses_wildcard(pattern: Pattern) -> bool:
    """Whether a field is compared with a wildcard."""
    for leaf, _ in leaves(pattern.root):
        for matcher in leaf.matchers if isinstance(leaf, Leaf) else ():
            parts = matcher.excluded if isinstance(matcher, AnythingBut) else (matcher,)
            if any(isinstance(part, Wildcard) for part in parts):
                return True
    pattern.settle()
    return False


def service_of(target: Target) -> str:
    """The service of a target's ARN, empty when it is not an ARN."""
    arn = Arn.parse(target.arn)
    return arn.service if arn else ""
