from __future__ import annotations

from collections.abc import Iterator

import pytest

from auditor.errors import UsageError
from auditor.findings import Category, Match, Severity
from auditor.graph import Graph
from auditor.resources import Queue
from auditor.rules import Rule, rule
from auditor.selection import select


def declare(id: str, name: str, category: Category, pedantic: bool = False) -> Rule[Queue]:
    @rule(
        id, name, severity=Severity.LOW, category=category, guide="Queues", remediation="Mend it.",
        applies_to=Queue, pedantic=pedantic,
    )  # fmt: skip
    def body(queue: Queue, graph: Graph) -> Iterator[Match]:
        """A queue exists."""
        yield Match(queue, "it exists")

    return body


RULES = (
    declare("SNS010", "topic-is-dear", Category.COST),
    declare("SQS030", "queue-without-dlq", Category.RELIABILITY),
    declare("SQS031", "queue-is-dear", Category.COST),
    declare("SQS099", "queue-is-ugly", Category.COST, pedantic=True),
)


def ids(*selected: str, ignored: tuple[str, ...] = (), pedantic: bool = False) -> list[str]:
    return [rule.id for rule in select(RULES, selected, ignored, pedantic)]


def test_without_selectors_all_but_the_pedantic_run() -> None:
    assert ids() == ["SNS010", "SQS030", "SQS031"]


def test_pedantic_rules_run_on_request() -> None:
    assert ids(pedantic=True) == ["SNS010", "SQS030", "SQS031", "SQS099"]


@pytest.mark.parametrize("selector", ["SQS099", "sqs099", "queue-is-ugly"])
def test_a_pedantic_rule_runs_if_named(selector: str) -> None:
    assert ids(selector) == ["SQS099"]


@pytest.mark.parametrize(
    ("selector", "expected"),
    [
        ("SQS", ["SQS030", "SQS031"]),
        ("sqs03", ["SQS030", "SQS031"]),
        ("SQS030", ["SQS030"]),
        ("queue-without-dlq", ["SQS030"]),
        ("cost", ["SNS010", "SQS031"]),
    ],
)
def test_a_selector_is_a_prefix_a_name_or_a_category(selector: str, expected: list[str]) -> None:
    assert ids(selector) == expected


def test_ignoring_wins_over_selecting() -> None:
    assert ids("SQS", ignored=("cost",)) == ["SQS030"]


@pytest.mark.parametrize(
    ("selector", "suggestion"),
    [("queue-without-dql", "queue-without-dlq"), ("SQX030", "SQS030"), ("reliable", "reliability")],
)
def test_a_misspelt_selector_gets_a_suggestion(selector: str, suggestion: str) -> None:
    with pytest.raises(UsageError, match=selector) as caught:
        ids(selector)
    assert suggestion in caught.value.hint


@pytest.mark.parametrize("selector", ["", "0815"])
def test_a_selector_like_no_rule_points_to_the_list(selector: str) -> None:
    with pytest.raises(UsageError) as caught:
        ids(ignored=(selector,))
    assert "msgaudit rules" in caught.value.hint


def test_a_selection_of_nothing_is_a_mistake() -> None:
    with pytest.raises(UsageError, match="no rule is left"):
        ids("SQS030", ignored=("SQS",))
