"""Layers for a layered drawing: every way leads to a later layer, cycles excepted.

The method is that of Sugiyama, Tagawa and Toda (1981): break cycles, assign layers, order each
layer so that few ways cross, then find positions.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise

Way = tuple[str, str]
SWEEPS = 12


def components(nodes: Sequence[str], ways: Iterable[Way]) -> list[list[str]]:
    """Connected groups of nodes, each in the order of `nodes`."""
    near: dict[str, list[str]] = defaultdict(list)
    for source, target in ways:
        near[source].append(target)
        near[target].append(source)
    group: dict[str, int] = {}
    for number, start in enumerate(nodes):
        waiting = [start]
        while waiting:
            node = waiting.pop()
            if node not in group:
                group[node] = number
                waiting += near[node]
    found: dict[int, list[str]] = defaultdict(list)
    for node in nodes:
        found[group[node]].append(node)
    return list(found.values())


def without_cycles(nodes: Sequence[str], ways: Iterable[Way]) -> list[Way]:
    """The ways, each once, those that close a cycle turned round and loops left out."""
    after: dict[str, list[str]] = defaultdict(list)
    for source, target in dict.fromkeys(ways):
        if source != target:
            after[source].append(target)
    entered = {target for targets in after.values() for target in targets}
    state: dict[str, bool] = {}  # whether the search has left the node
    turned: dict[Way, None] = {}
    for start in sorted(nodes, key=lambda node: node in entered):
        if start not in state:
            _search(start, after, state, turned)
    return list(turned)


def _search(
    start: str, after: dict[str, list[str]], state: dict[str, bool], turned: dict[Way, None]
) -> None:
    state[start] = False
    trail = [(start, iter(after[start]))]
    while trail:
        node, targets = trail[-1]
        for target in targets:
            closes = state.get(target) is False
            turned[(target, node) if closes else (node, target)] = None
            if target not in state:
                state[target] = False
                trail.append((target, iter(after[target])))
                break
        else:
            state[node] = True
            trail.pop()


def layered(nodes: Sequence[str], ways: Sequence[Way]) -> dict[str, int]:
    """The layer of each node: after all before it, and sources close to what they lead to."""
    before: dict[str, list[str]] = defaultdict(list)
    after: dict[str, list[str]] = defaultdict(list)
    for source, target in ways:
        before[target].append(source)
        after[source].append(target)
    missing = {node: len(before[node]) for node in nodes}
    ready = [node for node in nodes if not missing[node]]
    layer = dict.fromkeys(nodes, 0)
    for node in ready:  # grows while it is walked
        for target in after[node]:
            layer[target] = max(layer[target], layer[node] + 1)
            missing[target] -= 1
            if not missing[target]:
                ready.append(target)
    for node in reversed(ready):
        if after[node] and not before[node]:
            layer[node] = min(layer[target] for target in after[node]) - 1
    return layer


def ordered(layers: list[list[str]], ways: Sequence[Way]) -> list[list[str]]:
    """The layers, each ordered by where its neighbours stand; ways join adjacent layers."""
    before: dict[str, list[str]] = defaultdict(list)
    after: dict[str, list[str]] = defaultdict(list)
    for source, target in ways:
        before[target].append(source)
        after[source].append(target)
    best, fewest = layers, crossings(layers, after)
    for sweep in range(SWEEPS):
        if not fewest:
            break
        near = after if sweep % 2 else before
        layers = _swept(layers, near, backwards=bool(sweep % 2))
        count = crossings(layers, after)
        if count < fewest:
            best, fewest = layers, count
    return best


def _swept(layers: list[list[str]], near: dict[str, list[str]], backwards: bool) -> list[list[str]]:
    swept = [list(layer) for layer in layers]
    places = {node: place for layer in swept for place, node in enumerate(layer)}
    for layer in reversed(swept) if backwards else swept:
        wanted = {
            node: sum(places[other] for other in near[node]) / len(near[node])
            if near[node] else places[node]
            for node in layer
        }  # fmt: skip
        layer.sort(key=lambda node: wanted[node])
        places.update((node, place) for place, node in enumerate(layer))
    return swept


def crossings(layers: list[list[str]], after: dict[str, list[str]]) -> int:
    """How often ways between adjacent layers cross."""
    total = 0
    for left, right in pairwise(layers):
        places = {node: place for place, node in enumerate(right)}
        ends = [place for node in left for place in sorted(places[t] for t in after[node])]
        total += _inversions(ends, len(right))
    return total


def _inversions(values: Sequence[int], size: int) -> int:
    """Pairs in the wrong order, counted with a Fenwick tree."""
    tree, total = [0] * (size + 1), 0
    for seen, value in enumerate(values):
        place, smaller = value + 1, 0
        while place:
            smaller += tree[place]
            place &= place - 1
        total += seen - smaller
        place = value + 1
        while place <= size:
            tree[place] += 1
            place += place & -place
    return total
