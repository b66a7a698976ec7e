"""What services refuse, and where."""

from __future__ import annotations

from typing import Any

import pytest

from auditor.patterns import (
    EVENT_BRIDGE,
    LAMBDA_QUEUE,
    PIPES,
    SNS_ATTRIBUTES,
    SNS_BODY,
    Dialect,
    Kind,
    parse,
)
from auditor.values import Unknown

REFUSED: list[tuple[Any, Dialect, Kind, str]] = [
    ("{", EVENT_BRIDGE, Kind.FORM, "it is not valid JSON"),
    ("orders", EVENT_BRIDGE, Kind.FORM, "it is not valid JSON"),
    (["a"], EVENT_BRIDGE, Kind.FORM, "it is not a JSON object"),
    ({}, EVENT_BRIDGE, Kind.FORM, "an object without fields matches nothing"),
    ({"detail": {}}, EVENT_BRIDGE, Kind.FORM, "an object without fields matches nothing"),
    ({"source": "shop"}, EVENT_BRIDGE, Kind.FORM, "a field is compared with a list"),
    ({"source": []}, EVENT_BRIDGE, Kind.FORM, "an empty list matches nothing"),
    ({"source": [["a"]]}, EVENT_BRIDGE, Kind.FORM, "a list cannot stand inside of a list"),
    ({"source": [{"begins": "a"}]}, EVENT_BRIDGE, Kind.OPERATOR, "there is no operator begins"),
    ({"source": [{}]}, EVENT_BRIDGE, Kind.FORM, "exactly one operator stands in braces"),
    ({"source": [{"prefix": 1}]}, EVENT_BRIDGE, Kind.FORM, "prefix is compared with text"),
    (
        {"source": [{"prefix": {"suffix": "a"}}]}, EVENT_BRIDGE, Kind.FORM,
        "inside prefix only equals-ignore-case can stand",
    ),
    ({"source": [{"wildcard": "a**"}]}, EVENT_BRIDGE, Kind.FORM, "a star cannot follow a star"),
    (
        {"source": [{"wildcard": "a\\b"}]}, EVENT_BRIDGE, Kind.FORM,
        "a backslash stands before a star or a backslash",
    ),
    ({"a": [{"exists": "true"}]}, SNS_BODY, Kind.FORM, "exists is true or false"),
    ({"a": [{"cidr": "10.0.0"}]}, SNS_BODY, Kind.FORM, "cidr takes a network such as 10.0.0.0/24"),
    (
        {"a": [{"numeric": [">", "1"]}]}, SNS_BODY, Kind.NUMBER,
        'numeric compares with a number, not with the text "1"',
    ),
    (
        {"a": [{"numeric": [">", True]}]}, SNS_BODY, Kind.NUMBER,
        "numeric compares with a number, not with a bool",
    ),
    (
        {"a": [{"numeric": [">"]}]}, SNS_BODY, Kind.FORM,
        'numeric takes a comparison, such as [">", 0], or a range',
    ),
    (
        {"a": [{"numeric": ["<", 5, ">", 1]}]}, SNS_BODY, Kind.FORM,
        "numeric takes one of = < <= > >=, or first the lower and then the upper end",
    ),
    (
        {"a": [{"numeric": [">", 5, "<", 1]}]}, SNS_BODY, Kind.FORM,
        "the lower end of a range is below its upper end",
    ),
    (
        {"a": [{"anything-but": ["a", 1]}]}, SNS_BODY, Kind.FORM,
        "anything-but takes texts, or numbers, but not both and nothing else",
    ),
    (
        {"a": [{"anything-but": {"numeric": ["=", 1]}}]}, SNS_BODY, Kind.FORM,
        "inside anything-but stands one of equals-ignore-case, prefix, suffix, wildcard",
    ),
    (
        {"a": [{"anything-but": {"prefix": ""}}]}, SNS_BODY, Kind.FORM,
        "prefix inside anything-but is not empty",
    ),
    (
        {"a": [{"anything-but": {"prefix": []}}]}, SNS_BODY, Kind.FORM,
        "the list inside anything-but is empty",
    ),
    (
        {"a": [{"anything-but": {"prefix": "x"}}]}, PIPES, Kind.WIDTH,
        "EventBridge Pipes does not document prefix inside anything-but",
    ),
    (
        {"body": [{"wildcard": "a*"}]}, LAMBDA_QUEUE, Kind.WIDTH,
        "Lambda does not document the operator wildcard",
    ),
    ({"$or": [{"a": ["b"]}]}, SNS_BODY, Kind.FORM, "$or takes two or more alternatives"),
    (
        {"a": {"b": ["c"]}}, SNS_ATTRIBUTES, Kind.FORM,
        "only a filter on the message body can look inside of a field",
    ),
    ({key: ["x"] for key in "abcdef"}, SNS_ATTRIBUTES, Kind.FORM, "it has more than 5 keys"),
    (
        {"a": list(range(13)), "b": list(range(12))}, SNS_ATTRIBUTES, Kind.FORM,
        "it has 156 combinations of values, more than 150",
    ),
    ({"a": [1e10]}, SNS_BODY, Kind.FORM, "SNS compares numbers up to 1,000,000,000 only"),
    ({"source": ["x" * 2_040]}, EVENT_BRIDGE, Kind.LIMIT, "it is longer than 2,048 characters"),
    ({"source": ["x" * 4_090]}, EVENT_BRIDGE, Kind.FORM, "it is longer than 2,048 characters"),
]  # fmt: skip

ACCEPTED: list[tuple[Any, Dialect]] = [
    ({}, PIPES),
    ({"$or": {"a": ["b"]}}, SNS_BODY),
    ({"$or": ["b"]}, SNS_BODY),
    ({"$or": [{"numeric": ["=", 1]}, {"prefix": "a"}]}, SNS_BODY),
    ({"$or": [{"a": ["b"]}, {"c": ["d"]}]}, SNS_ATTRIBUTES),
    ({"a": list(range(15)), "b": list(range(10))}, SNS_ATTRIBUTES),
    ({"source": [{"exactly": "shop"}, None, True]}, EVENT_BRIDGE),
    ({"source": [{"wildcard": "a\\*\\\\*"}]}, EVENT_BRIDGE),
    ({"a": [{"cidr": "2001:db8::/32"}]}, SNS_BODY),
    ({"a": [{"cidr": "${Range}"}]}, SNS_BODY),
    ({"source": ["${" + "x" * 3_000 + "}"]}, EVENT_BRIDGE),
    (Unknown("no value"), EVENT_BRIDGE),
]


@pytest.mark.parametrize(("raw", "dialect", "kind", "text"), REFUSED, ids=lambda it: str(it)[:40])
def test_refused(raw: Any, dialect: Dialect, kind: Kind, text: str) -> None:
    (problem,) = parse(raw, dialect).problems
    assert (problem.kind, problem.text) == (kind, text)


@pytest.mark.parametrize(("raw", "dialect"), ACCEPTED, ids=lambda it: str(it)[:40])
def test_accepted(raw: Any, dialect: Dialect) -> None:
    assert parse(raw, dialect).problems == ()


def test_problem_tells_its_place() -> None:
    pattern = parse({"detail": {"size": ["a", {"numeric": ["=", "1"]}]}}, EVENT_BRIDGE)
    assert pattern.problems[0].path == ("detail", "size", 1, "numeric", 1)


def test_depth_counts_as_combinations() -> None:
    # Four values three levels down, and three values two levels down: 4 x 3 x 3 x 2.
    within = {"a": {"b": {"c": [1, 2, 3, 4]}}, "d": {"e": [1, 2, 3]}}
    assert parse(within, SNS_BODY).valid
    beyond = {"a": {"b": {"c": [1, 2, 3, 4]}}, "d": {"e": {"f": {"g": [1, 2, 3, 4]}}}}
    (problem,) = parse(beyond, SNS_BODY).problems
    assert problem.text == "it has 192 combinations of values, more than 150"


def test_endless_nesting_is_unknown() -> None:
    raw: dict[str, Any] = {"a": ["b"]}
    for _ in range(500):
        raw = {"a": raw}
    pattern = parse(raw, PIPES)
    assert pattern.problems == ()
