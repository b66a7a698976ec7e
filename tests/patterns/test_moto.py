"""Compares with the matcher of moto, where it knows the operator and reads the event alike.

It is left out where both knowingly differ:
- fields are joined with dots in moto, so that `{"a.b": 1}` is `{"a": {"b": 1}}` there: no dots;
- it does not look into arrays of objects, and compares nested arrays as a whole: arrays of scalars;
- a leaf that is an object or an empty array exists there; EventBridge only knows the leaves of an
  event (README of aws/event-ruler, "Exists matching"): no such values;
- it takes true for 1 and false for 0, which JSON tells apart: no truth values beside numbers.
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from moto.events.models import EventPattern

from auditor.patterns import EVENT_BRIDGE, parse
from tests.patterns.patterns_made import DETAILS, NAME, NUMBER, TEXT, Pair

SCALAR = st.one_of(TEXT, NUMBER.filter(lambda number: number not in (0, 1)), st.none())
EVENTS: st.SearchStrategy[dict[str, Any]] = st.dictionaries(
    NAME,
    st.recursive(
        st.one_of(SCALAR, st.lists(SCALAR, min_size=1, max_size=3)),
        lambda inner: st.dictionaries(NAME, inner, min_size=1, max_size=3),
        max_leaves=6,
    ),
    min_size=1,
    max_size=4,
)


def ours(pattern: object, event: dict[str, Any]) -> bool:
    return parse(pattern, EVENT_BRIDGE).matches(event)


def theirs(pattern: dict[str, Any], event: Any) -> bool:
    return bool(EventPattern(None, pattern).matches_event(event))


def has_truth_values(value: object) -> bool:
    if isinstance(value, dict):
        return any(map(has_truth_values, value.values()))
    if isinstance(value, list):
        return any(map(has_truth_values, value))
    return isinstance(value, bool)


def leaf_over_object(pattern: object, event: object) -> bool:
    """Whether the pattern asks for a value where the event has an object."""
    if isinstance(pattern, list):
        return isinstance(event, dict)
    if not isinstance(pattern, dict) or not isinstance(event, dict):
        return False
    return any(leaf_over_object(pattern[name], event.get(name)) for name in pattern)


@settings(max_examples=300, deadline=None)
@given(DETAILS, EVENTS)
def test_same_answer_for_any_event(made: Pair, event: dict[str, Any]) -> None:
    pattern = made[0]
    if not leaf_over_object(pattern, event):
        wrapped = {"detail": pattern}
        assert ours(wrapped, {"detail": event}) == theirs(wrapped, {"detail": event})


@settings(max_examples=100, deadline=None)
@given(DETAILS)
def test_same_answer_for_an_event_that_matches(made: Pair) -> None:
    pattern, event = made
    wrapped = {"detail": pattern}
    if not has_truth_values(event):
        assert ours(wrapped, {"detail": event})
        assert theirs(wrapped, {"detail": event})


@pytest.mark.parametrize(
    ("pattern", "event"),
    [
        ({"a": [1]}, {"a": True}),
        ({"a": {"b": [1]}}, {"a.b": 1}),
        ({"a": [{"exists": True}]}, {"a": []}),
    ],
)
def test_where_moto_matches_and_eventbridge_does_not(
    pattern: dict[str, Any], event: dict[str, Any]
) -> None:
    assert theirs(pattern, event)
    assert not ours(pattern, event)


@pytest.mark.parametrize(
    ("pattern", "event"),
    [
        ({"a": {"b": [1]}}, {"a": [{"b": 1}]}),
        ({"a": [{"exists": False}]}, {"a": []}),
    ],
)
def test_where_eventbridge_matches_and_moto_does_not(
    pattern: dict[str, Any], event: dict[str, Any]
) -> None:
    assert ours(pattern, event)
    assert not theirs(pattern, event)
