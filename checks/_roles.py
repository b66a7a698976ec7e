"""What the role of a function lets its code do."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.graph import Graph, once_per_graph
from auditor.policy import Doubts, Statement, action_matches, statements_of
from auditor.resources import Function, Resource, Role
from auditor.values import UndeterminedError
from checks._shared import unread_end


def may(function: Function, action: str, graph: Graph) -> bool:
    """Whether an inline policy of the role allows the action on anything.

    Raises `UndeterminedError` when what could not be read may allow it.
    """
    return any(True for _ in _allowing(function, action, graph))


@once_per_graph
def reachable(graph: Graph, function: Function, action: str) -> tuple[Resource, ...]:
    """The resources that inline policies of the role name for the action, each once.

    Wildcards name none. Raises `UndeterminedError` when a part of the policies could not be read.
    """
    found: dict[str, Resource] = {}
    for statement in _allowing(function, action, graph):
        for entry in statement.entries("Resource"):
            if (resource := graph.find(entry.text)) is not None:
                found[resource.id] = resource
    return tuple(found.values())


def _allowing(function: Function, action: str, graph: Graph) -> Iterator[Statement]:
    role = graph.index.resolve(function.peek("Role"))
    if not isinstance(role, Role):
        raise UndeterminedError(unread_end(role), ("Role",))
    doubts = Doubts()
    with doubts:
        for statement in statements_of(role):
            with doubts:
                if _allows(statement, action):
                    yield statement
    doubts.settle()


def _allows(statement: Statement, action: str) -> bool:
    return statement.allows and any(
        action_matches(entry.text, action) for entry in statement.entries("Action")
    )
