"""What could not be read makes no rule pass, and none complain.

In the fixtures of each rule, resources of one type after the other are hidden, as if the account
did not let them be read.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from auditor.engine import Verdict, judge
from auditor.findings import Outcome
from auditor.inventory import Reading, Unit
from auditor.rules import Rule
from tests.rules.test_fixtures import FIXTURES, RULES, fixtures, label, units

DENIED = "access denied"
ACCOUNT = "111122223333"
ALL = fixtures("")
# Where nothing is in doubt: the rule, and the type that is hidden.
SURE = {
    ("refused-batch-settings", "AWS::SQS::Queue"): "the ARN tells whether a queue is a FIFO one",
    (
        "visibility-timeout-far-too-long",
        "AWS::Lambda::Function",
    ): "all metrics are hidden, too",
}
# Resources in doubt, although their rule is not violated, or is by another one.
DOUBTED = [
    ("cloudwatch/dlq-without-alarm/pass-rule", "AWS::SQS::Queue", "Parked"),
    ("cloudwatch/missing-data-unset/fail", "AWS::SQS::Queue", "Failures"),
]


@pytest.mark.parametrize("fixture", fixtures("fail"), ids=label)
def test_what_was_violated_does_not_pass_where_others_are_unread(fixture: Path) -> None:
    rule = RULES[fixture.parent.name]
    for unit in accounts(fixture):
        blamed = violations(judge(unit, [rule]))
        for type_ in types(unit):
            verdict = judge(without(unit, type_, blamed), [rule])
            if not blamed <= violations(verdict) and (rule.name, type_) not in SURE:
                assert is_said(verdict, rule), f"without {type_}"


@pytest.mark.parametrize("name", sorted(path.name for path in FIXTURES.glob("*/*")))
def test_what_is_unread_is_no_violation(name: str) -> None:
    rule = RULES[name]
    for fixture in (path for path in ALL if path.parent.name == name):
        for unit in accounts(fixture):
            blamed = violations(judge(unit, [rule]))
            for type_ in types(unit):
                verdict = judge(without(unit, type_), [rule])
                assert violations(verdict) <= blamed, f"{label(fixture)} without {type_}"


@pytest.mark.parametrize(("fixture", "hidden", "doubted"), DOUBTED)
def test_what_may_be_violated_by_what_is_unread(fixture: str, hidden: str, doubted: str) -> None:
    template = FIXTURES / f"{fixture}.yaml"
    (unit,) = units(template)
    verdict = judge(without(unit, hidden, {doubted}), [RULES[template.parent.name]])
    outcomes = {finding.resource.id: finding.outcome for finding in verdict.findings}
    assert outcomes[doubted] is Outcome.UNDETERMINED


def accounts(fixture: Path) -> Iterator[Unit]:
    """The units of a fixture as if they were accounts: of templates, every resource is known."""
    for unit in units(fixture):
        yield replace(unit, readings=tuple(map(in_account, unit.readings)))


def in_account(reading: Reading) -> Reading:
    found = (replace(it, account=it.account or ACCOUNT) for it in reading.resources)
    return replace(reading, resources=tuple(found))


def types(unit: Unit) -> list[str]:
    return sorted({it.type for reading in unit.readings for it in reading.resources})


def without(unit: Unit, type_: str, kept: frozenset[str] | set[str] = frozenset()) -> Unit:
    """The unit where no resources of a type could be read but some."""

    def hidden(reading: Reading) -> Reading:
        left = tuple(it for it in reading.resources if it.type != type_ or it.id in kept)
        return replace(reading, resources=left, unread={**reading.unread, type_: DENIED})

    return replace(unit, readings=tuple(map(hidden, unit.readings)))


def violations(verdict: Verdict) -> set[str]:
    """The ids of the resources that violate a rule; no rule may have failed."""
    assert [gap for gap in verdict.gaps if gap.what.startswith("rule ")] == []
    found = verdict.findings
    return {it.resource.id for it in found if it.outcome is Outcome.VIOLATION}


def is_said(verdict: Verdict, rule: Rule[Any]) -> bool:
    """Whether anything is undetermined, or a gap tells that the rule could not look at a type."""
    doubts = [it for it in verdict.findings if it.outcome is Outcome.UNDETERMINED]
    return bool(doubts) or any(rule.id in gap.what for gap in verdict.gaps)
