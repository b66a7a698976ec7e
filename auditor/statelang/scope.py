"""One level of states: the workflow itself, a branch of a Parallel, the processor of a Map."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from auditor.statelang.states import KINDS, State, Transition, elements
from auditor.values import PropertyPath, Readable, UndeterminedError, Unknown, View, optional, text


class Scope(View):
    """States that may lead to each other. `owner` is the state that they are part of."""

    start_at = Readable("StartAt", optional(text), None)
    own_language = Readable("QueryLanguage", text, "")

    def __init__(
        self, properties: Mapping[str, Any], path: PropertyPath, owner: State | None
    ) -> None:
        super().__init__(properties, path)
        self.owner = owner

    @property
    def root(self) -> Scope:
        """The outermost scope."""
        scope = self
        while scope.owner is not None:
            scope = scope.owner.scope
        return scope

    @property
    def language(self) -> str:
        """The query language of states that do not name their own."""
        return self.root.own_language

    @property
    def language_unread(self) -> bool:
        """Whether `language` could not be read."""
        return isinstance(self.root.peek("QueryLanguage"), Unknown)

    @cached_property
    def states(self) -> Mapping[str, State]:
        """The states that could be read, by name."""
        found = self.peek("States")
        if not isinstance(found, dict):
            return {}
        return {
            name: _state(name, value, (*self.path, "States", name), self)
            for name, value in found.items()
            if isinstance(value, dict)
        }

    def unread(self) -> Iterator[tuple[PropertyPath, Unknown]]:
        """Parts that may hold further states or transitions."""
        states, path = self.peek("States"), (*self.path, "States")
        if isinstance(states, Unknown):
            yield path, states
        elif isinstance(states, dict):
            if isinstance(more := getattr(states, "unread", None), Unknown):
                yield path, more
            for name, value in states.items():
                if isinstance(value, Unknown):
                    yield (*path, name), value
        for state in self.states.values():
            kind = state.peek("Type")
            if isinstance(kind, Unknown):
                yield (*state.path, "Type"), kind

    def inner(self) -> Iterator[tuple[object, PropertyPath, State]]:
        """The bodies of nested scopes, unread, with the state that owns each."""
        for state in self.states.values():
            if state.peek("Type") == "Parallel":
                for branch, path in elements(state.peek("Branches"), (*state.path, "Branches")):
                    yield branch, path, state
            elif state.peek("Type") == "Map":
                for name in ("ItemProcessor", "Iterator"):
                    if (body := state.peek(name)) is not None:
                        yield body, (*state.path, name), state

    def reachable(self) -> frozenset[str]:
        """The names of the states that an execution can come to.

        Raises `UndeterminedError` when a transition that could not be read may lead anywhere.
        """
        found, doubts = self._reached
        _raise_first(doubts)
        return found

    def surely_reached(self) -> frozenset[str] | None:
        """The same, and `None` instead of raising."""
        found, doubts = self._reached
        return None if doubts else found

    @cached_property
    def _reached(self) -> tuple[frozenset[str], list[UndeterminedError]]:
        start = Transition(self.peek("StartAt"), (*self.path, "StartAt"))
        found, doubts = self._spread(start)
        doubts += [UndeterminedError(why.reason, path) for path, why in self.unread()]
        return found, doubts

    def after(self, *states: State, caught: bool = True) -> frozenset[str]:
        """The names of the states that can follow any of these, themselves only in a loop.

        Only what is certain to be there: unread transitions lead nowhere. Without `caught`, only
        what follows their success.
        """
        ways = (way for state in states for way in state.transitions())
        return self._spread(*(way for way in ways if caught or not way.caught))[0]

    def settle(self, *ways: Transition) -> None:
        """Raises `UndeterminedError` when some transitions, or later ones, may lead anywhere."""
        _raise_first(self._spread(*ways)[1])

    def before(self, names: Collection[str]) -> frozenset[str]:
        """The names of the states that can lead to any of these, and these themselves."""
        back: dict[str, list[str]] = defaultdict(list)
        for state in self.states.values():
            for way in state.transitions():
                if isinstance(way.target, str):
                    back[way.target].append(state.name)
        found, todo = set(names), list(names)
        while todo:
            for name in back[todo.pop()]:
                if name not in found:
                    found.add(name)
                    todo.append(name)
        return frozenset(found)

    def _spread(self, *ways: Transition) -> tuple[frozenset[str], list[UndeterminedError]]:
        states = self.states
        found, doubts, todo = set[str](), list[UndeterminedError](), deque(ways)
        while todo:
            way = todo.popleft()
            if _doubtful(way.target):
                reason = getattr(way.target, "reason", f"{way.target} could not be resolved")
                doubts.append(UndeterminedError(reason, way.path))
            elif isinstance(way.target, str) and way.target in states and way.target not in found:
                found.add(way.target)
                todo.extend(states[way.target].transitions())
        return frozenset(found), doubts

    def is_missing(self, target: object) -> bool:
        """Whether a transition to `target` leads to no state; `False` when it cannot be told."""
        found = self.peek("States")
        if _doubtful(target) or not isinstance(found, dict):
            return False
        return target not in found and getattr(found, "unread", None) is None


def _raise_first(doubts: Sequence[UndeterminedError]) -> None:
    # Raised itself, what is kept would keep the frames and graphs that it went through.
    if doubts:
        raise UndeterminedError(doubts[0].reason, doubts[0].path)


def _doubtful(target: object) -> bool:
    return isinstance(target, Unknown) or (isinstance(target, str) and "${" in target)


def _state(name: str, value: Mapping[str, Any], path: PropertyPath, scope: Scope) -> State:
    kind = value.get("Type")
    cls = KINDS.get(kind, State) if isinstance(kind, str) else State
    return cls(name, value, path, scope)
