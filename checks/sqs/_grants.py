"""Which queues somebody may send to or receive from, whoever that is."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditor.arns import Arn
from auditor.graph import Graph, once_per_graph
from auditor.policy import Doubts, Statement, action_matches, matches, statements_of
from auditor.resources import (
    Group,
    ManagedPolicy,
    Policy,
    Queue,
    QueuePolicy,
    Resource,
    Role,
    RolePolicy,
    User,
)
from auditor.values import UndeterminedError

HOLDERS: tuple[type[Resource], ...] = (
    Role, User, Group, Policy, RolePolicy, ManagedPolicy, QueuePolicy,
)  # fmt: skip
# What AWS's own policies on queues, and those on everything, have in their names.
_WIDE = re.compile(r"SQS|AdministratorAccess|PowerUserAccess")


class Grants:
    """The queues that the statements of an account, or of a whole graph, allow one action on."""

    def __init__(self, graph: Graph, action: str, account: str | None) -> None:
        self._doubts = Doubts()
        self._ids: set[str] = set()
        self._patterns: set[str] = set()
        for resource in self._resources(graph, action, account):
            if "*" in resource:
                self._patterns.add(resource)
            elif (found := graph.find(resource)) is not None:
                self._ids.add(found.id)

    def cover(self, queue: Queue) -> bool:
        """Whether one is known; raises `UndeterminedError` when unread ones may be."""
        if queue.id in self._ids:
            return True
        if any(matches(pattern, queue.arn or "") for pattern in self._patterns):
            return True
        self._doubts.settle()
        return False

    def _resources(self, graph: Graph, action: str, account: str | None) -> Iterator[str]:
        for cls in HOLDERS:
            with self._doubts:
                for holder in graph.all(cls, account):
                    with self._doubts:
                        for statement in statements_of(holder):
                            with self._doubts:
                                yield from _allowed(statement, action)
                    with self._doubts:
                        yield from _managed(holder, graph)


def _managed(holder: Resource, graph: Graph) -> Iterator[str]:
    """What policies that were not read allow, as far as AWS's names for its own tell."""
    for reference in holder.managed_policy_arns if isinstance(holder, Role) else ():
        arn = Arn.parse(reference)
        if arn is not None and arn.account == "aws":
            if _WIDE.search(arn.resource):
                yield "*"
        elif graph.find(reference) is None:
            raise UndeterminedError(f"the policy {reference} of {holder.id} was not read")


def _allowed(statement: Statement, action: str) -> Iterator[str]:
    if statement.allows and any(action_matches(it, action) for it in statement.texts("Action")):
        yield from statement.texts("Resource")


@once_per_graph
def grants(graph: Graph, action: str, account: str | None) -> Grants:
    """The grants of an action, made once for all queues of an account."""
    return Grants(graph, action, account)
