"""Judges each fixture with the one rule that its folder is named for.

tests/fixtures/<chapter>/<rule-name>/ holds templates: those named `fail*` violate the rule, those
named `pass*` give no result at all, those named `unknown*` leave it undetermined. The findings of
each failing one are compared with the text beside it, which `make update-golden` rewrites.

Templates know no metrics: rules that need them have accounts as fixtures, as tests/accounts.py
describes.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from auditor.collectors.template.collect import TemplateCollector
from auditor.engine import judge
from auditor.findings import Finding, Outcome
from auditor.inventory import Unit
from auditor.loading import load_rules
from auditor.resources.suppressions import SuppressionEntry
from auditor.suppressions import Acceptance
from tests.accounts import SUFFIX, read_account

FIXTURES = Path(__file__).parents[1] / "fixtures"
ABOUT_ALL = load_rules()
RULES = {rule.name: rule for rule in ABOUT_ALL}


def fixtures(kind: str) -> list[Path]:
    suffixes = ("yaml", "yml", "json", SUFFIX.removeprefix("."))
    found = [FIXTURES.glob(f"*/*/{kind}*.{suffix}") for suffix in suffixes]
    return sorted(path for paths in found for path in paths)


def label(path: Path) -> str:
    return path.relative_to(FIXTURES).as_posix()


def units(fixture: Path) -> Iterable[Unit]:
    if fixture.suffix == SUFFIX:
        return [read_account(fixture)]
    return TemplateCollector([str(fixture)]).collect()


def judged(template: Path) -> list[Finding]:
    rule = RULES[template.parent.name]
    findings: list[Finding] = []
    for unit in units(template):
        rules = ABOUT_ALL if SuppressionEntry in rule.applies_to else [rule]
        verdict = judge(unit, rules)
        Acceptance("2026-11-24", ABOUT_ALL).apply(verdict, unit, rules, {})
        assert [gap for gap in verdict.gaps if gap.what.startswith("rule ")] == []
        findings += (finding for finding in verdict.findings if finding.rule == rule.id)
    return sorted(findings, key=place)


def place(finding: Finding) -> tuple[object, ...]:
    """Sorts by place; a report breaks ties by fingerprint, which holds the path of the checkout."""
    where = finding.location
    line_and_column = (where.line, where.column) if where else (0, 0)
    return (*line_and_column, finding.resource.id, finding.property, finding.message)


def outcomes(template: Path) -> set[Outcome]:
    return {finding.outcome for finding in judged(template)}


def line(finding: Finding) -> str:
    doubtful = finding.outcome is Outcome.UNDETERMINED
    severity = "undetermined" if doubtful else finding.severity.value
    location = finding.location
    where = f"{location.line}:{location.column}" if location else "-"
    when = f" [{finding.when}]" if finding.when else ""
    subject = f"{finding.resource.id} {finding.property or '-'}"
    return f"{where} {severity} {subject}: {finding.message}{when}\n"


@pytest.mark.parametrize("template", fixtures("fail"), ids=label)
def test_failing_template_is_a_violation(template: Path) -> None:
    assert Outcome.VIOLATION in outcomes(template)


@pytest.mark.parametrize("template", fixtures("pass"), ids=label)
def test_passing_template_gives_no_result(template: Path) -> None:
    assert judged(template) == []


@pytest.mark.parametrize("template", fixtures("unknown"), ids=label)
def test_unknown_template_is_undetermined(template: Path) -> None:
    assert outcomes(template) == {Outcome.UNDETERMINED}


@pytest.mark.parametrize("template", fixtures("fail"), ids=label)
def test_findings_are_the_expected_ones(template: Path, update_golden: bool) -> None:
    golden = template.with_suffix(".txt")
    text = "".join(map(line, judged(template)))
    if update_golden:
        golden.write_text(text, encoding="utf-8")
    assert text == golden.read_text(encoding="utf-8")
