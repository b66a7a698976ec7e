"""`msgaudit rules` and `msgaudit explain`, as their users run them."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from auditor.loading import load_rules

RULES = load_rules()


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "auditor", *arguments], capture_output=True, text=True, check=False
    )


def listed(*options: str) -> list[dict[str, object]]:
    done = run("rules", "-f", "json", *options)
    assert done.returncode == 0, done.stderr
    found: list[dict[str, object]] = json.loads(done.stdout)
    return found


def ids(*options: str) -> set[object]:
    return {rule["id"] for rule in listed(*options)}


def test_all_rules_are_listed_also_pedantic_ones() -> None:
    assert ids() == {rule.id for rule in RULES}
    assert any(rule["pedantic"] for rule in listed())


def test_service_means_the_chapter() -> None:
    assert {"SQS030", "SQS024"} <= ids("--service", "sqs")
    assert "CWA012" not in ids("--service", "sqs")
    assert "ESM014" in ids("--service", "event-sources")


def test_filters_narrow_each_other_and_their_values_add_up() -> None:
    both = ids("--service", "sqs", "--service", "cloudwatch", "--severity", "high")
    assert {"SQS030", "CWA012"} <= both
    assert "CWA001" not in both
    cost = listed("--category", "cost")
    assert {rule["category"] for rule in cost} == {"cost"}


def test_unknown_service_is_a_usage_error_that_names_the_known_ones() -> None:
    done = run("rules", "--service", "sqz")
    assert done.returncode == 2
    assert "no service is called 'sqz'" in done.stderr
    assert "sqs" in done.stderr


def test_filters_that_leave_no_rule_are_a_usage_error() -> None:
    done = run("rules", "--select", "SQS030", "--service", "cloudwatch")
    assert done.returncode == 2
    assert "no rule meets all of these filters" in done.stderr


def test_text_and_markdown_name_the_same_rules() -> None:
    text = run("rules", "--service", "kms").stdout
    markdown = run("rules", "--service", "kms", "-f", "markdown").stdout
    in_text = [line.split()[0] for line in text.splitlines()]
    assert in_text == [line.split()[1] for line in markdown.splitlines()[2:]]


def test_explanation_says_everything_about_a_rule() -> None:
    text = run("explain", "SQS030").stdout
    assert text.startswith("SQS030 queue-without-dlq\nhigh severity, reliability")
    for part in ("Guide: ", "Fine to accept", "RedrivePolicy:", "In a live account: aws sqs"):
        assert part in text
    assert "cfn-lint-serverless ES6000" in text
    assert run("explain", "queue-without-dlq").stdout == text


def test_explanation_says_when_a_rule_is_pedantic() -> None:
    assert "runs only with --pedantic or --select" in run("explain", "CWA010").stdout


@pytest.mark.parametrize("wanted", ["SQS", "reliability"])
def test_several_rules_cannot_be_explained_at_once(wanted: str) -> None:
    done = run("explain", wanted)
    assert done.returncode == 2
    assert "means several rules" in done.stderr
