"""What holds for every pattern and every event."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.patterns import EVENT_BRIDGE, SNS_BODY, parse
from auditor.values import document
from tests.patterns.patterns_made import DETAILS, EVENTS, NUMBER, SCALAR, TEXT, Pair

MANY = settings(max_examples=60, deadline=None)
OTHER = EVENTS.filter(bool)


def matches(detail: object, event: object) -> bool:
    return parse({"detail": detail}, EVENT_BRIDGE).matches({"detail": event})


def turned(value: Any) -> Any:
    """The same pattern with keys and values in opposite order; operands keep theirs."""
    if isinstance(value, dict):
        return {name: turned(value[name]) for name in reversed(list(value))}
    return value[::-1] if isinstance(value, list) else value


@MANY
@given(DETAILS)
def test_pattern_is_sound_and_can_match(made: Pair) -> None:
    pattern = parse({"detail": made[0]}, EVENT_BRIDGE)
    assert pattern.problems == ()
    assert pattern.can_match()
    assert not pattern.matches_everything()


@MANY
@given(DETAILS)
def test_event_made_from_a_pattern_matches(made: Pair) -> None:
    pattern, event = made
    assert matches(pattern, event)


@MANY
@given(DETAILS)
def test_text_means_what_the_mapping_means(made: Pair) -> None:
    pattern, event = made
    assert parse(json.dumps(pattern), SNS_BODY) == parse(pattern, SNS_BODY)
    assert document(json.dumps(pattern)) == pattern
    assert parse(json.dumps(pattern), SNS_BODY).matches(event)


@MANY
@given(DETAILS, EVENTS)
def test_order_is_irrelevant(made: Pair, event: dict[str, Any]) -> None:
    pattern, own = made
    other = turned(pattern)
    assert matches(other, own)
    assert matches(other, event) == matches(pattern, event)


@MANY
@given(DETAILS, EVENTS)
def test_or_of_the_same_is_the_same(made: Pair, event: dict[str, Any]) -> None:
    pattern, own = made
    for either in ({"$or": [pattern]}, {"$or": [pattern, pattern]}):
        assert matches(either, own)
        assert matches(either, event) == matches(pattern, event)


@MANY
@given(DETAILS, DETAILS, EVENTS)
def test_or_is_one_or_the_other(one: Pair, other: Pair, event: dict[str, Any]) -> None:
    either = {"$or": [one[0], other[0]]}
    assert matches(either, event) == (matches(one[0], event) or matches(other[0], event))


@MANY
@given(SCALAR, st.one_of(TEXT, NUMBER))
def test_anything_but_is_the_complement_of_exact(value: Any, excluded: Any) -> None:
    event = {"a": value}
    exact, anything_but = {"a": [excluded]}, {"a": [{"anything-but": excluded}]}
    assert matches(exact, event) != matches(anything_but, event)


@MANY
@given(SCALAR, TEXT, st.sampled_from(["prefix", "suffix", "equals-ignore-case", "wildcard"]))
def test_anything_but_is_the_complement_of_a_form(value: Any, text: str, form: str) -> None:
    event = {"a": value}
    positive, negative = {"a": [{form: text}]}, {"a": [{"anything-but": {form: text}}]}
    assert matches(positive, event) != matches(negative, event)


@MANY
@given(
    EVENTS,
    st.sampled_from(
        [
            {"source": [1]},
            {"source": [{"exists": False}]},
            {"detail": ["placed"]},
            {"detailType": ["placed"]},
            {"source": {"name": ["shop"]}},
            {"$or": [{"Source": ["shop"]}, {"account": [{"numeric": [">", 0]}]}]},
        ]
    ),
    TEXT,
)
def test_pattern_that_cannot_match_matches_nothing(
    detail: dict[str, Any], impossible: dict[str, Any], source: str
) -> None:
    pattern = parse(impossible, EVENT_BRIDGE)
    assert pattern.valid
    assert not pattern.can_match()
    envelope = {"source": source, "detail-type": source, "account": "111122223333"}
    assert not pattern.matches({**envelope, "detail": {**detail, "state": 1}})


@MANY
@given(OTHER, TEXT)
def test_pattern_that_matches_everything_does(detail: dict[str, Any], source: str) -> None:
    pattern = parse({"source": [{"prefix": ""}], "version": ["0"]}, EVENT_BRIDGE)
    assert pattern.matches_everything()
    assert pattern.matches({"source": source, "version": "0", "detail": detail})


@MANY
@given(st.recursive(SCALAR, lambda i: st.lists(i) | st.dictionaries(st.text(), i), max_leaves=20))
def test_nothing_breaks_the_parser(raw: object) -> None:
    pattern = parse(raw, EVENT_BRIDGE)
    assert isinstance(pattern.matches({"detail": {}}), bool)
    assert pattern.valid or pattern.problems[0].text
