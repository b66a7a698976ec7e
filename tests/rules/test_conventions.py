"""What every rule owes its users: documentation, a remedy, and fixtures that prove it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from auditor.loading import load_rules
from auditor.rules import Rule

FIXTURES = Path(__file__).parents[1] / "fixtures"
RULES = load_rules()

# Rules without an unknown fixture, each with the reason why they are never in doubt.
NEVER_IN_DOUBT = {
    **dict.fromkeys(
        (
            "misspelt-suppression", "unmatched-suppression", "expired-suppression",
            "suppression-without-reason",
        ),
        "a suppression is plain text that was read as a whole",
    ),
    "alarm-stuck-in-its-state": "the list of alarms tells their states, or there are no alarms",
}  # fmt: skip

SUFFIXES = (".yaml", ".yml", ".json", ".account")

each_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)


def folder(rule: Rule[Any]) -> Path:
    chapter = rule.body.__module__.split(".")[1]
    return FIXTURES / chapter / rule.name


def kinds(rule: Rule[Any]) -> set[str]:
    templates = (path for path in folder(rule).glob("*.*") if path.suffix != ".txt")
    return {match[0] for path in templates if (match := re.match(r"fail|pass|unknown", path.name))}


@each_rule
def test_rule_has_fixtures_of_each_kind(rule: Rule[Any]) -> None:
    expected = {"fail", "pass"} if rule.name in NEVER_IN_DOUBT else {"fail", "pass", "unknown"}
    assert kinds(rule) == expected


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule.needs], ids=lambda rule: rule.id)
def test_rule_on_metrics_is_proved_on_accounts(rule: Rule[Any]) -> None:
    """A template has no metrics: one that claimed some would prove nothing."""
    fixtures = [path for path in folder(rule).iterdir() if path.suffix != ".txt"]
    assert {path.suffix for path in fixtures} == {".account"}


def test_every_fixture_folder_belongs_to_a_rule() -> None:
    assert {path for path in FIXTURES.glob("*/*") if path.is_dir()} == set(map(folder, RULES))


def test_every_golden_text_belongs_to_a_failing_template() -> None:
    lonely = [
        text
        for text in FIXTURES.glob("*/*/*.txt")
        if not any(text.with_suffix(suffix).exists() for suffix in SUFFIXES)
    ]
    assert lonely == []


def test_only_existing_rules_are_excused() -> None:
    assert set(NEVER_IN_DOUBT) <= {rule.name for rule in RULES}


@each_rule
def test_summary_is_one_sentence(rule: Rule[Any]) -> None:
    assert re.fullmatch(r"[A-Z`].*\.", rule.summary)


@each_rule
def test_rule_says_why_and_what_to_do(rule: Rule[Any]) -> None:
    assert rule.documentation != rule.summary
    assert rule.remediation
    assert rule.guide


@each_rule
def test_rule_applies_to_something(rule: Rule[Any]) -> None:
    assert rule.applies_to
