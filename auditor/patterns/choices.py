"""A pattern without `$or`: the choices of fields of which one has to match."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, product
from math import prod
from typing import TypeVar

from auditor.patterns.nodes import Group, Leaf, Node
from auditor.values import UndeterminedError, Unknown

Fields = tuple[tuple[str, Node], ...]
Leaves = tuple[tuple[tuple[str, ...], Leaf], ...]
T = TypeVar("T")
# More alternatives than anybody compares by eye are not compared here, either.
_MOST = 64


def fields_of(group: Group) -> list[Fields]:
    """The choices, each with all fields that have to match; one field may stand there twice.

    What could not be read asks for nothing here, so that a choice may match more than it should.
    Raises `UndeterminedError` when there are too many.
    """
    choices = [
        list(chain.from_iterable(map(_of_alternative, alternatives)))
        for alternatives in group.alternatives
    ]
    return [(*group.fields, *chosen) for chosen in _combined(choices)]


def _of_alternative(node: Node) -> list[Fields]:
    return fields_of(node) if isinstance(node, Group) else [()]


def leaves_of(node: Node, path: tuple[str, ...] = ()) -> list[Leaves]:
    """The choices with the leaves of all levels, as far as they could be read.

    Raises `UndeterminedError` when there are too many.
    """
    if isinstance(node, Unknown):
        return [()]
    if isinstance(node, Leaf):
        return [((path, node),)]
    return [
        leaves
        for fields in fields_of(node)
        for leaves in _combined([leaves_of(child, (*path, name)) for name, child in fields])
    ]


def _combined(choices: list[list[tuple[T, ...]]]) -> Iterator[tuple[T, ...]]:
    """One of each, joined, in all combinations."""
    if prod(map(len, choices)) > _MOST:
        raise UndeterminedError(f"a pattern has more than {_MOST} combinations of $or")
    return (tuple(chain.from_iterable(chosen)) for chosen in product(*choices))
