"""What is said of two patterns holds for every event."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.patterns import EVENT_BRIDGE, Pattern, parse
from auditor.patterns.matchers import Known
from auditor.patterns.operators import Reader
from auditor.patterns.scalars import covers, disjoint
from auditor.values import UndeterminedError, Unknown
from tests.patterns.patterns_made import DETAILS, EVENTS, NAME, OPERATORS, SCALAR, TEXT, Pair

SOURCES = st.sampled_from(
    [
        None,
        ["shop"],
        ["shop", "bank"],
        [{"prefix": "sh"}],
        [{"suffix": "p"}],
        [{"anything-but": ["shop"]}],
        [{"wildcard": "s*p"}],
        [{"equals-ignore-case": "SHOP"}],
        [{"exists": True}],
    ]
)
NAMES = st.sampled_from(["shop", "Shop", "bank", "sheep", "shower", ""])


@st.composite
def patterns(draw: st.DrawFn) -> tuple[Pattern, dict[str, Any]]:
    """A pattern and an event, which it matches for the most part."""
    detail, event = draw(DETAILS)
    source = draw(SOURCES)
    raw: dict[str, Any] = {"detail": detail} if source is None else {"source": source}
    raw = {**raw, "detail": detail} if draw(st.booleans()) else raw
    if draw(st.booleans()):
        raw = {"$or": [raw, {"detail": draw(DETAILS)[0]}]}
    return parse(raw, EVENT_BRIDGE), event


@st.composite
def relatives(draw: st.DrawFn) -> tuple[Pattern, Pattern]:
    """Two patterns, of which the second asks for one thing less, or for more values."""
    (one, _), (other, _) = draw(DETAILS), draw(DETAILS)
    name = draw(NAME)
    wider = {**one, name: [*one[name], *draw(st.lists(OPERATORS.map(lambda it: it[0])))]} if (
        isinstance(one.get(name), list)
    ) else {key: value for key, value in one.items() if key != name}  # fmt: skip
    return (
        parse({"detail": {**other, **one}}, EVENT_BRIDGE),
        parse({"detail": wider} if wider else {}, EVENT_BRIDGE),
    )


@st.composite
def envelopes(draw: st.DrawFn, details: st.SearchStrategy[Any]) -> dict[str, Any]:
    return {
        "version": "0", "id": "1", "detail-type": draw(NAMES), "source": draw(NAMES),
        "account": "111122223333", "time": "2026-01-01T00:00:00Z", "region": "eu-west-1",
        "resources": [], "detail": draw(details),
    }  # fmt: skip


def answer(question: Any, other: Pattern) -> bool | None:
    try:
        return bool(question(other))
    except UndeterminedError:
        return None


def holds(one: Pattern, other: Pattern, events: list[dict[str, Any]]) -> None:
    """Neither answer is contradicted by an event."""
    within, common = answer(one.subsumed_by, other), answer(one.overlaps, other)
    for event in events:
        mine, theirs = one.matches(event), other.matches(event)
        assert not (within is True and mine and not theirs)
        assert not (common is False and mine and theirs)


@settings(max_examples=150, deadline=None)
@given(patterns(), patterns(), st.data())
def test_no_event_contradicts_an_answer(
    one: tuple[Pattern, dict[str, Any]], other: tuple[Pattern, dict[str, Any]], data: st.DataObject
) -> None:
    details = st.one_of(
        EVENTS,
        st.just(one[1]),
        st.just(other[1]),
        st.just({**one[1], **other[1]}),
        EVENTS.map(lambda event: {**event, **one[1]}),
    )
    holds(one[0], other[0], data.draw(st.lists(envelopes(details), min_size=4, max_size=8)))


@settings(max_examples=100, deadline=None)
@given(relatives(), st.data())
def test_no_event_contradicts_an_answer_about_relatives(
    pair: tuple[Pattern, Pattern], data: st.DataObject
) -> None:
    narrow, wide = pair
    holds(narrow, wide, data.draw(st.lists(envelopes(EVENTS), min_size=2, max_size=6)))
    assert answer(narrow.subsumed_by, wide) is not False


@settings(max_examples=40, deadline=None)
@given(patterns())
def test_pattern_is_part_of_itself(made: tuple[Pattern, dict[str, Any]]) -> None:
    assert made[0].subsumed_by(made[0])
    assert answer(made[0].overlaps, made[0]) is not False


@settings(max_examples=40, deadline=None)
@given(patterns(), patterns())
def test_overlap_is_mutual(
    one: tuple[Pattern, dict[str, Any]], other: tuple[Pattern, dict[str, Any]]
) -> None:
    assert answer(one[0].overlaps, other[0]) == answer(other[0].overlaps, one[0])


def known(pair: Pair) -> Known:
    matcher = Reader(EVENT_BRIDGE).value(pair[0], ())
    assert matcher is not None
    assert not isinstance(matcher, Unknown)
    return matcher


@settings(max_examples=500, deadline=None)
@given(OPERATORS, OPERATORS, st.one_of(SCALAR, TEXT))
def test_what_is_proved_of_two_comparisons_holds(one: Pair, other: Pair, value: Any) -> None:
    mine, theirs = known(one), known(other)
    for each in (value, one[1], other[1], f"{one[1]}{other[1]}"):
        if covers(mine, theirs):
            assert mine.accepts(each) or not theirs.accepts(each)
        if disjoint(mine, theirs):
            assert not (mine.accepts(each) and theirs.accepts(each))


SHOP: dict[str, Any] = {"source": ["shop"]}


def detail(*values: Any) -> dict[str, Any]:
    return {**SHOP, "detail": {"a": list(values)}}


@pytest.mark.parametrize(
    ("narrow", "wide", "wanted"),
    [
        (SHOP, {"source": [{"prefix": "sh"}]}, True),
        ({"source": [{"prefix": "sh"}]}, SHOP, False),
        (SHOP, {"source": [{"prefix": ""}], "detail-type": [{"exists": True}]}, True),
        (SHOP, {"source": ["shop", "bank"]}, True),
        (detail({"numeric": [">", 5]}), detail({"numeric": [">=", 5]}), True),
        (detail({"numeric": [">=", 5]}), detail({"numeric": [">", 5]}), False),
        (detail({"wildcard": "a*b*c"}), detail({"wildcard": "a*c"}), True),
        (detail({"wildcard": "a*b*c"}), detail({"suffix": "bc"}), False),
        (detail({"cidr": "10.0.0.0/24"}), detail({"cidr": "10.0.0.0/8"}), True),
        (detail({"prefix": "ab"}), detail({"anything-but": {"prefix": "b"}}), True),
        (detail({"anything-but": ["b", "c"]}), detail({"anything-but": ["b"]}), True),
        (detail({"exists": False}), detail({"exists": False}, "b"), True),
        ({"$or": [detail(1), detail(2)]}, detail(1, 2, 3), True),
        (detail(1, 2), {"$or": [detail(1), detail(2), {"source": ["bank"]}]}, None),
        (
            detail(Unknown("a parameter", "${Kind}")),
            detail(Unknown("a parameter", "${Kind}")),
            True,
        ),
        (detail(Unknown("a parameter", "${Kind}")), detail("b"), None),
        (detail("b"), detail(Unknown("a parameter")), None),
        ({"source": [1]}, {"source": ["bank"]}, True),
    ],
)
def test_subsumed_by(narrow: Any, wide: Any, wanted: bool | None) -> None:
    one, other = parse(narrow, EVENT_BRIDGE), parse(wide, EVENT_BRIDGE)
    assert answer(one.subsumed_by, other) is wanted


@pytest.mark.parametrize(
    ("one", "other", "wanted"),
    [
        (SHOP, {"detail-type": ["placed"]}, True),
        (SHOP, {"source": ["bank"]}, False),
        ({"source": [{"prefix": "sh"}]}, {"source": [{"prefix": "ba"}, {"suffix": "x"}]}, True),
        ({"source": [{"prefix": "sh"}]}, {"source": [{"prefix": "ba"}]}, False),
        (detail({"exists": False}), detail("b"), False),
        (detail({"numeric": [">", 5]}), detail({"numeric": ["<", 6]}), True),
        # A list may hold both.
        (detail("b"), detail("c"), None),
        ({"$or": [SHOP, {"source": ["bank"]}]}, {"source": ["school"]}, False),
        (detail(Unknown("a parameter")), detail("b"), None),
    ],
)
def test_overlaps(one: Any, other: Any, wanted: bool | None) -> None:
    assert answer(parse(one, EVENT_BRIDGE).overlaps, parse(other, EVENT_BRIDGE)) is wanted


def test_too_many_alternatives_are_not_compared() -> None:
    sets = [{"$or": [{f"{each}{side}": [1]} for side in "abc"]} for each in range(5)]
    many = parse({"detail": {"$or": [{"$or": [*sets]}, {"a": [1]}], "b": sets[0], "c": sets[1],
                             "d": sets[2], "e": sets[3]}}, EVENT_BRIDGE)  # fmt: skip
    other = parse({"detail": {"z": [1]}}, EVENT_BRIDGE)
    assert answer(many.subsumed_by, other) is None
    assert answer(many.overlaps, other) is None
