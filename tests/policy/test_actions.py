"""Matching of actions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.policy import action_matches, matches, wildcard_service


@pytest.mark.parametrize(
    ("pattern", "action", "expected"),
    [
        ("sqs:SendMessage", "SQS:sendmessage", True),
        ("sqs:Send*", "sqs:SendMessageBatch", True),
        ("sqs:SendMessag?", "sqs:SendMessage", True),
        ("sqs:SendMessage?", "sqs:SendMessage", False),
        ("*", "sns:Publish", True),
        ("sqs:*", "sns:Publish", False),
        ("sqs.*", "sqs:SendMessage", False),
    ],
)
def test_action_matches(pattern: str, action: str, expected: bool) -> None:
    assert action_matches(pattern, action) is expected


@pytest.mark.parametrize(
    ("pattern", "service"),
    [
        ("*", "*"),
        ("*:*", "*"),
        ("SQS:*", "sqs"),
        ("execute-api:**", "execute-api"),
        ("sqs:Send*", None),
        ("sqs:", None),
        ("", None),
    ],
)
def test_wildcard_service(pattern: str, service: str | None) -> None:
    assert wildcard_service(pattern) == service


@given(st.text())
def test_text_without_wildcards_matches_only_itself(text: str) -> None:
    plain = text.replace("*", "").replace("?", "")
    assert matches(plain, plain)
    assert not matches(plain, f"{plain}x")


def covers(pattern: str, value: str) -> bool:
    """The meaning of `*` and `?`, spelled out."""
    if not pattern:
        return not value
    if pattern[0] == "*":
        return any(covers(pattern[1:], value[start:]) for start in range(len(value) + 1))
    return bool(value) and pattern[0] in ("?", value[0]) and covers(pattern[1:], value[1:])


@given(st.text("ab*?", max_size=7), st.text("ab", max_size=7))
def test_wildcards_mean_what_they_should(pattern: str, value: str) -> None:
    assert matches(pattern, value) is covers(pattern, value)


def test_hostile_pattern_ends() -> None:
    assert not matches("*a" * 200 + "b", "a" * 5_000)
