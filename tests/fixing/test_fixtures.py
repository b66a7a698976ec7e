"""Every fix, on every failing fixture of its rule."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from auditor.audit import audit
from auditor.collectors.template.collect import TemplateCollector
from auditor.fixing.fixer import Audit, fix
from auditor.fixing.fixes import FIXES
from auditor.loading import load_rules
from auditor.report import Report, Source
from auditor.rules import Rule
from auditor.selection import select

FIXTURES = Path(__file__).parents[1] / "fixtures"
RULES = {rule.id: rule for rule in load_rules()}
DEFAULT = select(load_rules())
# What a fix declares may need what only a person knows: whom an alarm tells.
# What cannot be said of a queue without a name, since the two would need each other first.
LEFT = {"CWA012", "SQS036"}
# Findings that are left: no metric has such a name, a topic has no policy, no alarm tells anybody.
KEPT = {
    "unknown-metric/fail.yaml": 1,
    "plain-http-allowed/fail.yaml": 1,
}
# Nobody can be told, as the template has no alarm at all.
REFUSED = "dlq-without-alarm/fail-rule.json"


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


CASES = [
    pytest.param(rule, path, id=label(path)) for rule, path in cases() if label(path) != REFUSED
]


def test_every_fix_has_fixtures() -> None:
    assert {rule.id for rule, _ in cases()} == set(FIXES)
    assert len(CASES) >= 16


def test_an_alarm_that_tells_nobody_is_not_added() -> None:
    [(rule, path)] = [(rule, path) for rule, path in cases() if label(path) == REFUSED]
    done = fix(auditing(path, (rule,)))
    assert [item.reason for item in done.refused] == ["no alarm of the template says whom to tell"]
    assert done.texts == {}


@pytest.mark.parametrize(("rule", "path"), CASES)
def test_each_fix_takes_one_finding_away_and_brings_none(rule: Rule[Any], path: Path) -> None:
    run = auditing(path, (rule,))
    done = fix(run)
    before, after = run({}), run(done.texts)
    assert done.applied
    kept = KEPT.get(label(path), 0)
    assert len(before.findings) - len(done.applied) == len(after.findings) == kept
    known = {item.fingerprint for item in before.findings}
    assert {item.fingerprint for item in after.findings} <= known
    assert after.gaps == before.gaps


@pytest.mark.parametrize(("rule", "path"), CASES)
def test_no_other_rule_objects(rule: Rule[Any], path: Path) -> None:
    rules = (*DEFAULT, *([rule] if rule not in DEFAULT else []))
    run = auditing(path, rules)
    before = run({})
    targets = {item.fingerprint for item in before.violations if item.rule == rule.id}
    done = fix(run, lambda finding: finding.rule == rule.id)
    known = {item.fingerprint for item in before.findings}
    there = {item.resource.id for item in before.findings}
    new = [item for item in run(done.texts).findings if item.fingerprint not in known]
    assert {item.rule for item in new} <= (LEFT if rule.id == "SQS030" else set())
    assert {item.resource.id for item in new} & there == set()
    assert sorted(new, key=lambda item: item.fingerprint) == sorted(
        done.brought, key=lambda item: item.fingerprint
    )
    assert targets & {item.fingerprint for item in done.applied}


@pytest.mark.parametrize(("rule", "path"), CASES)
def test_a_second_run_changes_nothing(rule: Rule[Any], path: Path) -> None:
    run = auditing(path, (rule,))
    texts = fix(run).texts
    again = fix(lambda more: run({**texts, **more}))
    assert again.applied == []
    assert again.texts == {}


@pytest.mark.parametrize(("rule", "path"), CASES)
def test_lines_are_only_added_or_replaced(rule: Rule[Any], path: Path) -> None:
    """Every line that is gone held a value that a fix replaced; comments and order stay."""
    done = fix(auditing(path, (rule,)))
    before = path.read_text("utf-8").splitlines()
    after = done.texts[os.path.realpath(path)].decode().splitlines()
    kept = [line for line in before if line in after]
    assert len(before) - len(kept) <= 2 * len(done.applied)
    position = iter(after)
    assert all(line in position for line in kept)
    assert [line for line in before if line.lstrip().startswith("#")] == [
        line for line in after if line.lstrip().startswith("#")
    ]


@pytest.mark.parametrize(("rule", "path"), CASES)
def test_everything_else_means_the_same(rule: Rule[Any], path: Path) -> None:
    done = fix(auditing(path, (rule,)))
    before = loaded(path.read_bytes())
    after = loaded(done.texts[os.path.realpath(path)])
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
