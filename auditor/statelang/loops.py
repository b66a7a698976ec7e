"""States that an execution can come back to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from auditor.statelang.scope import Scope


def loops(scope: Scope) -> list[frozenset[str]]:
    """The loops of a scope: each a largest set of states that can all be reached from each other.

    Only over transitions that can be read.
    """
    ways = {
        name: [way.target for way in state.transitions() if isinstance(way.target, str)]
        for name, state in scope.states.items()
    }
    return [
        part for part in _components(ways) if len(part) > 1 or any(one in ways[one] for one in part)
    ]


def _components(ways: Mapping[str, Sequence[str]]) -> list[frozenset[str]]:
    """Kosaraju's algorithm, without recursion: a definition may have thousands of states."""
    backwards: dict[str, list[str]] = {name: [] for name in ways}
    for name, targets in ways.items():
        for target in targets:
            if target in ways:
                backwards[target].append(name)
    seen, found = set[str](), list[frozenset[str]]()
    for root in reversed(_finished(ways)):
        part, todo = set[str](), [root]
        while todo:
            name = todo.pop()
            if name not in seen:
                seen.add(name)
                part.add(name)
                todo.extend(backwards[name])
        if part:
            found.append(frozenset(part))
    return found


def _finished(ways: Mapping[str, Sequence[str]]) -> list[str]:
    """The names in the order in which a search depth first is done with them."""
    seen, order = set[str](), list[str]()
    for root in ways:
        todo = [(root, False)]
        while todo:
            name, done = todo.pop()
            if done:
                order.append(name)
            elif name not in seen and name in ways:
                seen.add(name)
                todo.append((name, True))
                todo.extend((target, False) for target in ways[name])
    return order
