"""What matches in special places: arrays, absent fields, parts that were not read."""

from __future__ import annotations

from typing import Any

import pytest

from auditor.patterns import EVENT_BRIDGE, LAMBDA_QUEUE, SNS_BODY, Leaf, leaves, parse
from auditor.values import Block, UndeterminedError, Unknown

LOST = Unknown("a parameter without a value")
PEOPLE = {"people": [{"name": "Ann", "age": 30}, {"name": "Bob", "age": 40}]}


def matches(pattern: Any, event: dict[str, object]) -> bool:
    return parse(pattern, SNS_BODY).matches(event)


@pytest.mark.parametrize(
    ("pattern", "event", "expected"),
    [
        ({"a": ["x"]}, {"a": ["w", ["x"]]}, True),
        ({"a": [{"anything-but": "x"}]}, {"a": ["x", "y"]}, True),
        ({"a": [{"exists": True}]}, {"a": []}, False),
        ({"a": [{"exists": False}]}, {"a": []}, True),
        ({"a": [{"exists": True}]}, {"a": None}, True),
        ({"a": [{"exists": False}]}, {"a": {"b": 1}}, True),
        ({"a": [{"exists": True}]}, {"a": {"b": 1}}, False),
        ({"a": {"b": [{"exists": False}]}}, {}, True),
        ({"people": {"name": ["Ann"], "age": [30]}}, PEOPLE, True),
        ({"people": {"name": ["Ann"], "age": [40]}}, PEOPLE, False),
        ({"a": [{"prefix": "1"}]}, {"a": 1}, False),
        ({"a": [1]}, {"a": True}, False),
        ({"a": [1]}, {"a": 1.0}, True),
        ({"a": [{"cidr": "10.0.0.0/8"}]}, {"a": "no address"}, False),
        ({"a": [{"wildcard": "a*b*b"}]}, {"a": "ab"}, False),
        ({"a": [{"wildcard": "\\*"}]}, {"a": "*"}, True),
        ({"a": [{"wildcard": "*"}]}, {"a": ""}, True),
    ],
)
def test_matches(pattern: Any, event: dict[str, object], expected: bool) -> None:
    assert matches(pattern, event) is expected


def test_star_upon_star_takes_no_time() -> None:
    pattern = {"a": [{"wildcard": "*a" * 200 + "*b"}]}
    assert not matches(pattern, {"a": "a" * 100_000})


@pytest.mark.parametrize(
    ("pattern", "event", "expected"),
    [
        ({"a": ["x", LOST]}, {"a": "x"}, True),
        ({"a": [LOST], "b": ["y"]}, {"a": "x", "b": "z"}, False),
        ({"$or": [{"a": [LOST]}, {"b": ["y"]}]}, {"b": "y"}, True),
        ({"$or": [{"a": LOST}, {"b": ["y"]}], "c": ["x"]}, {"a": 1}, False),
    ],
)
def test_unread_part_that_does_not_matter(
    pattern: Any, event: dict[str, object], expected: bool
) -> None:
    assert matches(pattern, event) is expected


@pytest.mark.parametrize(
    "pattern",
    [
        LOST,
        {"a": LOST},
        {"a": [LOST]},
        {"a": [{"prefix": LOST}]},
        {"a": [{"prefix": {"equals-ignore-case": LOST}}]},
        {"a": [{"numeric": [">", LOST]}]},
        {"a": [{"anything-but": ["y", LOST]}]},
        {"a": [{"anything-but": LOST}]},
        {"a": [{"anything-but": {"prefix": ["y", LOST]}}]},
        {"a": [{"cidr": "${Range}"}]},
        {"a": [Block(unread=LOST)]},
        Block({"a": ["x"]}, unread=LOST),
    ],
    ids=str,
)
def test_unread_part_that_matters(pattern: Any) -> None:
    parsed = parse(pattern, SNS_BODY)
    assert parsed.valid
    with pytest.raises(UndeterminedError):
        parsed.matches({"a": "x"})
    with pytest.raises(UndeterminedError):
        parsed.settle()


def test_unread_field_may_be_all_that_there_is() -> None:
    for pattern in (LOST, {"source": LOST}, {"source": [LOST]}, Block(unread=LOST)):
        parsed = parse(pattern, EVENT_BRIDGE)
        with pytest.raises(UndeterminedError):
            parsed.matches_everything()
        with pytest.raises(UndeterminedError):
            parsed.can_match()


def test_what_is_read_may_decide() -> None:
    assert not parse({"sauce": ["x"], "source": [LOST]}, EVENT_BRIDGE).can_match()
    assert not parse({"source": ["x"], "id": [LOST]}, EVENT_BRIDGE).matches_everything()


@pytest.mark.parametrize(
    ("pattern", "possible", "everything"),
    [
        ({"source": [{"prefix": ""}]}, True, True),
        ({"account": ["111122223333"]}, True, True),
        ({"source": [{"wildcard": "*"}], "region": ["eu-west-1"]}, True, True),
        ({"source": [{"exists": True}]}, True, True),
        ({"source": [{"prefix": "aws."}]}, True, False),
        ({"detail": {"a": [{"exists": True}]}}, True, False),
        ({"$or": [{"source": [{"prefix": ""}]}, {"source": ["shop"]}]}, True, True),
        ({"source": [{"anything-but": {"prefix": "aws."}}]}, True, False),
        ({"source": [{"anything-but": {"wildcard": "*"}}]}, False, False),
        ({"detail": [{"exists": False}]}, True, False),
        ({"resources": [{"exists": False}]}, True, False),
        ({"resources": [{"prefix": "arn:"}]}, True, False),
        ({"source": {"a": [{"exists": False}]}}, True, False),
        ({"replay-name": [{"exists": False}]}, True, False),
        ({"detail-type": [5]}, False, False),
    ],
    ids=str,
)
def test_reach(pattern: Any, possible: bool, everything: bool) -> None:
    parsed = parse(pattern, EVENT_BRIDGE)
    assert (parsed.can_match(), parsed.matches_everything()) == (possible, everything)


def test_hopeless_fields_are_named() -> None:
    pattern = parse({"detailType": ["a"], "source": [5, LOST], "detail": ["b"]}, EVENT_BRIDGE)
    assert pattern.hopeless_fields() == ("detailType", "detail")
    assert parse(LOST, EVENT_BRIDGE).hopeless_fields() == ()


def test_messages_of_queues_have_their_own_fields() -> None:
    assert parse({"body": {"a": ["x"]}}, LAMBDA_QUEUE).can_match()
    assert not parse({"data": {"a": ["x"]}}, LAMBDA_QUEUE).can_match()


def test_leaves_of_all_alternatives_are_found() -> None:
    pattern = parse({"$or": [{"a": ["x"]}, {"b": {"c": ["y"]}}]}, SNS_BODY)
    found = [leaf.path for leaf, _ in leaves(pattern.root) if isinstance(leaf, Leaf)]
    assert found == [("$or", 0, "a"), ("$or", 1, "b", "c")]
