"""A whole definition: all its scopes and states, however deep."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import TypeVar

from auditor.statelang.scope import Scope
from auditor.statelang.states import State
from auditor.values import PropertyPath, UndeterminedError, Unknown, document

S = TypeVar("S", bound=State)


class Workflow:
    """The scopes of a definition, the outermost first, and what could not be read of it.

    `misshapen` are the paths of bodies that are not even mappings.
    """

    def __init__(self, definition: object, path: PropertyPath = ()) -> None:
        self.path = path
        self.scopes: list[Scope] = []
        self.unread: list[tuple[PropertyPath, Unknown]] = []
        self.misshapen: list[PropertyPath] = []
        todo: deque[tuple[object, PropertyPath, State | None]] = deque(
            [(document(definition), path, None)]
        )
        # Not by recursion: JSON text may nest deeper than the interpreter can call.
        while todo:
            body, where, owner = todo.popleft()
            if isinstance(body, str) and "${" in body:
                body = Unknown("the definition could not be resolved")
            if isinstance(body, Unknown):
                self.unread.append((where, body))
            elif not isinstance(body, dict):
                self.misshapen.append(where)
            else:
                scope = Scope(body, where, owner)
                self.scopes.append(scope)
                self.unread += scope.unread()
                todo.extend(scope.inner())

    @property
    def root(self) -> Scope | None:
        """The outermost scope, `None` when there is not even a mapping."""
        return self.scopes[0] if self.scopes and self.scopes[0].owner is None else None

    def states(self) -> Iterator[State]:
        """All states that could be read, nested ones too."""
        for scope in self.scopes:
            yield from scope.states.values()

    def each(self, cls: type[S]) -> Iterator[S]:
        """All states of a kind.

        Raises `UndeterminedError` after the last one when there may be more that were not read.
        """
        for state in self.states():
            if isinstance(state, cls):
                yield state
        self.settle()

    def settle(self) -> None:
        """Raise `UndeterminedError` when parts of the definition could not be read."""
        for path, why in self.unread:
            raise UndeterminedError(why.reason, path)
