"""Every fix, on every failing fixture of its rule."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from auditor.audit import audit
from auditor.collectors.template.collect import TemplateCollector
from auditor.fixing.fixer import Audit, Fixed, fix
from auditor.fixing.fixes import FIXES
from auditor.loading import load_rules
from auditor.report import Report, Source
from auditor.rules import Rule
from auditor.selection import select

FIXTURES = Path(__file__).parents[1] / "fixtures"
RULES = {rule.id: rule for rule in load_rules()}
DEFAULT = select(load_rules())
# Whom new alarms tell: what only a person knows.
TOLD = ("arn:aws:sns:${AWS::Region}:${AWS::AccountId}:alerts",)
# Findings that are left: no metric has such a name, a topic has no policy, no alarm tells anybody.
KEPT = {
    "unknown-metric/fail.yaml": 1,
    "plain-http-allowed/fail.yaml": 1,
}


def auditing(path: Path, rules: tuple[Rule[Any], ...]) -> Audit:
    def run(texts: Mapping[str, bytes]) -> Report:
        collector = TemplateCollector([str(path)], unsaved=texts)
        return audit(collector, rules, Source("template", {}), lambda _: None)

    return run


def cases() -> Iterator[tuple[Rule[Any], Path]]:
    for id_ in FIXES:
        for folder in FIXTURES.glob(f"*/{RULES[id_].name}"):
            for suffix in ("yaml", "json"):
                yield from ((RULES[id_], path) for path in sorted(folder.glob(f"fail*.{suffix}")))


def label(value: object) -> str:
    return f"{value.parent.name}/{value.name}" if isinstance(value, Path) else ""


CASES = [pytest.param(rule, path, id=label(path)) for rule, path in cases()]


def test_every_fix_has_fixtures() -> None:
    assert {rule.id for rule, _ in cases()} == set(FIXES)
    assert len(CASES) >= 16


def test_without_an_alarm_somebody_has_to_be_named() -> None:
    path = FIXTURES / "cloudwatch" / "dlq-without-alarm" / "fail-rule.json"
    done = fix(auditing(path, (RULES["CWA012"],)))
    [refused] = done.refused
    assert "alarm-actions" in refused.reason
    assert done.texts == {}


class Repaired(NamedTuple):
    """A fixture before and after all fixes of a rule, with all rules that count judging them."""

    run: Audit
    before: Report
    done: Fixed
    after: bytes


@cache
def repaired(rule: Rule[Any], path: Path) -> Repaired:
    rules = (*DEFAULT, *([rule] if rule not in DEFAULT else []))
    run = auditing(path, rules)
    done = fix(run, lambda finding: finding.rule == rule.id, told=TOLD)
    return Repaired(run, done.before, done, done.texts[os.path.realpath(path)])


@pytest.mark.parametrize(("rule", "path"), CASES)
def test_each_fix_takes_one_finding_away_and_brings_none(rule: Rule[Any], path: Path) -> None:
    run, before, done, _ = repaired(rule, path)
    after = run(done.texts)
    applied = {item.fingerprint for item in done.applied}
    left = {item.fingerprint for item in after.findings}
    assert applied
    assert left <= {item.fingerprint for item in before.findings} - applied
    assert len([item for item in after.findings if item.rule == rule.id]) == KEPT.get(
        label(path), 0
    )
    assert after.gaps == before.gaps
    assert done.brought == []


@pytest.mark.parametrize(("rule", "path"), CASES)
def test_a_second_run_changes_nothing(rule: Rule[Any], path: Path) -> None:
    run, _, done, _ = repaired(rule, path)
    again = fix(
        lambda more: run({**done.texts, **more}), lambda item: item.rule == rule.id, told=TOLD
    )
    assert again.applied == []
    assert again.texts == {}


@pytest.mark.parametrize(("rule", "path"), CASES)
def test_lines_are_only_added_or_replaced(rule: Rule[Any], path: Path) -> None:
    """Every line that is gone held a value that a fix replaced; comments and order stay."""
    _, _, done, text = repaired(rule, path)
    before = path.read_text("utf-8").splitlines()
    after = text.decode().splitlines()
    kept = [line for line in before if line in after]
    assert len(before) - len(kept) <= 2 * len(done.applied)
    position = iter(after)
    assert all(line in position for line in kept)
    assert [line for line in before if line.lstrip().startswith("#")] == [
        line for line in after if line.lstrip().startswith("#")
    ]


@pytest.mark.parametrize(("rule", "path"), CASES)
def test_everything_else_means_the_same(rule: Rule[Any], path: Path) -> None:
    _, _, done, text = repaired(rule, path)
    before, after = loaded(path.read_bytes()), loaded(text)
    touched = {item.resource.id for item in done.applied}
    for name, value in before["Resources"].items():
        if name not in touched and value["Type"] != "AWS::SQS::QueuePolicy":
            changed = after["Resources"][name]
            assert changed == value or value["Type"] == "AWS::Serverless::Function"
    assert {**before, "Resources": {}} == {**after, "Resources": {}}


class _Loader(yaml.SafeLoader):
    pass


def _tagged(loader: _Loader, suffix: str, node: yaml.Node) -> Any:
    if isinstance(node, yaml.ScalarNode):
        return {suffix: loader.construct_scalar(node)}
    if isinstance(node, yaml.SequenceNode):
        return {suffix: loader.construct_sequence(node, deep=True)}
    assert isinstance(node, yaml.MappingNode)
    return {suffix: loader.construct_mapping(node, deep=True)}


_Loader.add_multi_constructor("!", _tagged)


def loaded(data: bytes) -> Any:
    return yaml.load(data, _Loader)
