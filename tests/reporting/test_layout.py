from __future__ import annotations

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from reports.picture.layers import components, crossings, layered, ordered, without_cycles
from reports.picture.layout import BETWEEN, HEIGHT, WIDTH, layout

NODES = [f"n{number}" for number in range(12)]
WAYS = st.lists(st.tuples(st.sampled_from(NODES), st.sampled_from(NODES)), max_size=40)


@given(WAYS)
def test_every_way_leads_to_a_later_layer(ways: list[tuple[str, str]]) -> None:
    turned = without_cycles(NODES, ways)
    layer = layered(NODES, turned)

    assert {frozenset(way) for way in turned} == {
        frozenset(way) for way in ways if way[0] != way[1]
    }
    assert all(layer[source] < layer[target] for source, target in turned)
    assert min(layer.values()) == 0


@settings(deadline=None)
@given(WAYS)
def test_nodes_never_overlap_and_ways_end_at_their_nodes(ways: list[tuple[str, str]]) -> None:
    for group in components(NODES, ways):
        inside = [way for way in ways if way[0] in group]
        plan = layout(group, inside)
        assert plan == layout(group, inside)

        corners = sorted(plan.corners.values())
        for (x, y), (other_x, other_y) in pairwise(corners):
            assert x != other_x or other_y - y >= HEIGHT + BETWEEN - 0.2
        assert all(0 <= x <= plan.width - WIDTH for x, _ in corners)
        assert all(0 <= y <= plan.height - HEIGHT for _, y in corners)
        for (source, target), points in plan.ways.items():
            assert points[0][0] in {plan.corners[source][0], plan.corners[source][0] + WIDTH}
            assert points[-1][0] in {plan.corners[target][0], plan.corners[target][0] + WIDTH}


def test_components_keep_the_order_of_nodes() -> None:
    assert components(["a", "b", "c", "d"], [("d", "a"), ("b", "b")]) == [["a", "d"], ["b"], ["c"]]


def test_ordering_removes_crossings() -> None:
    ways = [("a", "y"), ("b", "x")]
    after = {"a": ["y"], "b": ["x"]}

    assert crossings([["a", "b"], ["x", "y"]], {"x": [], "y": [], **after}) == 1
    assert ordered([["a", "b"], ["x", "y"]], ways) == [["a", "b"], ["y", "x"]]


def test_sources_stand_close_to_what_they_lead_to() -> None:
    ways = [("a", "b"), ("b", "c"), ("late", "c")]
    assert layered(["a", "b", "c", "late"], ways) == {"a": 0, "b": 1, "c": 2, "late": 1}
