"""Positions for the nodes of a flow, and the points that its ways pass through.

fast-sugiyama was tried first: version 0.5.3 never returns for some graphs with cycles, ends the
process for a node that leads to itself, and gives other positions from call to call.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise

from msgspec import Struct

from reports.picture.layers import Way, layered, ordered, without_cycles

WIDTH, HEIGHT = 212, 52
ACROSS, BETWEEN = 76, 22  # free space between layers, and between the nodes of one
BEND = 14  # height of a place where a long way passes a layer
MARGIN = 14
SWEEPS = 10

Point = tuple[float, float]


class Layout(Struct, frozen=True):
    """Left upper corners of nodes, points of ways from source to target, and the size of it all."""

    corners: dict[str, Point]
    ways: dict[Way, tuple[Point, ...]]
    width: float
    height: float


def layout(nodes: Sequence[str], ways: Sequence[Way]) -> Layout:
    """Lay out one connected flow. The same input gives the same positions."""
    turned = without_cycles(nodes, ways)
    layer = layered(nodes, turned)
    bends = {way: tuple(_bends(way, layer)) for way in turned}
    steps = [step for way in turned for step in _steps(way, bends[way])]
    columns: list[list[str]] = [[] for _ in range(max(layer.values()) + 1)]
    for node in nodes:
        columns[layer[node]].append(node)
    for (source, _), names in bends.items():
        for number, name in enumerate(names, layer[source] + 1):
            columns[number].append(name)
    columns = ordered(columns, steps)
    middles = _middles(columns, steps, set(nodes))
    corners: dict[str, Point] = {
        node: (MARGIN + number * (WIDTH + ACROSS), round(middles[node] - HEIGHT / 2, 1))
        for number, column in enumerate(columns) for node in column if node in layer
    }  # fmt: skip
    points = {way: _points(way, bends, middles, corners) for way in dict.fromkeys(ways)}
    height = max(y for _, y in corners.values()) + HEIGHT + MARGIN
    return Layout(corners, points, 2 * MARGIN + len(columns) * (WIDTH + ACROSS) - ACROSS, height)


def _bends(way: Way, layer: dict[str, int]) -> Iterator[str]:
    source, target = way
    for number in range(layer[source] + 1, layer[target]):
        yield f"{source}\0{target}\0{number}"


def _steps(way: Way, bends: Sequence[str]) -> Iterator[Way]:
    stops = (way[0], *bends, way[1])
    yield from pairwise(stops)


def _middles(columns: list[list[str]], steps: Sequence[Way], real: set[str]) -> dict[str, float]:
    """The height of each middle: near those of its neighbours, without overlap."""
    near: dict[str, list[str]] = defaultdict(list)
    for source, target in steps:
        near[source].append(target)
        near[target].append(source)
    middles: dict[str, float] = {}
    for column in columns:
        middles.update(zip(column, _apart([0.0] * len(column), column, real), strict=True))
    for sweep in range(SWEEPS):
        for column in columns if sweep % 2 == 0 else columns[::-1]:
            wanted = [
                sum(middles[other] for other in near[node]) / len(near[node])
                if near[node] else middles[node]
                for node in column
            ]  # fmt: skip
            middles.update(zip(column, _apart(wanted, column, real), strict=True))
    top = min(middles[node] for node in real)
    return {node: middle - top + HEIGHT / 2 + MARGIN for node, middle in middles.items()}


def _apart(wanted: Sequence[float], column: Sequence[str], real: set[str]) -> list[float]:
    """Middles closest to the wanted ones (least squares) that keep order and distance."""
    offsets, blocks = [0.0], list[list[float]]()
    sizes = [HEIGHT if node in real else BEND for node in column]
    for one, other in pairwise(sizes):
        offsets.append(offsets[-1] + (one + other) / 2 + BETWEEN)
    for want, offset in zip(wanted, offsets, strict=False):
        blocks.append([want - offset, 1])
        while len(blocks) > 1 and blocks[-2][0] >= blocks[-1][0]:
            mean, count = blocks.pop()
            before = blocks[-1]
            before[0] = (before[0] * before[1] + mean * count) / (before[1] + count)
            before[1] += count
    levels = [mean for mean, count in blocks for _ in range(int(count))]
    return [level + offset for level, offset in zip(levels, offsets, strict=False)]


def _points(
    way: Way, bends: dict[Way, tuple[str, ...]], middles: dict[str, float],
    corners: dict[str, Point],
) -> tuple[Point, ...]:  # fmt: skip
    """From the edge of the source over the bends to the edge of the target."""
    source, target = way
    if source == target:
        x, y = corners[source]
        return ((x + WIDTH, y + HEIGHT / 3), (x + WIDTH, y + HEIGHT * 2 / 3))
    back = way not in bends
    left, right = corners[source][0], corners[source][0] + WIDTH
    pace = -(WIDTH + ACROSS) if back else WIDTH + ACROSS
    points = [(left if back else right, middles[source])]
    for number, name in enumerate(bends[target, source][::-1] if back else bends[way], 1):
        passed = (left + pace * number, right + pace * number)
        points += [(x, round(middles[name], 1)) for x in (passed[::-1] if back else passed)]
    return (*points, (corners[target][0] + (WIDTH if back else 0), middles[target]))
