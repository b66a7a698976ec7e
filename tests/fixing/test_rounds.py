"""How often a fix audits, and what it does when the audit objects."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from auditor.audit import audit
from auditor.collectors.template.collect import TemplateCollector
from auditor.fixing.fixer import Audit, Fixed, fix
from auditor.loading import load_rules
from auditor.report import Report, Source
from auditor.selection import select

TOLD = ("arn:aws:sns:eu-west-1:111122223333:alerts",)
RULES = select(load_rules(), ("SQS027", "SQS030", "CWA012", "SQS036"))
COUNT = 8


class Counting:
    """Audits a file, and counts."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.count = 0

    def __call__(self, texts: Mapping[str, bytes]) -> Report:
        self.count += 1
        collector = TemplateCollector([str(self.path)], unsaved=texts)
        return audit(collector, RULES, Source("template", {}), lambda _: None)


@pytest.fixture
def run(tmp_path: Path) -> Counting:
    path = tmp_path / "t.yaml"
    path.write_text("Resources:\n" + "".join(
        f"  Queue{number}:  # the {number}th\n    Type: AWS::SQS::Queue\n"
        for number in range(COUNT)
    ))  # fmt: skip
    return Counting(path)


def test_all_resources_are_judged_together(run: Counting) -> None:
    done = fix(run, told=TOLD)
    assert len(done.applied) == 2 * COUNT
    assert done.refused == []
    assert done.after.violations == []
    assert run.count == 3  # before, and after each of two fixes of every queue
    [text] = done.texts.values()
    assert [line for line in text.decode().splitlines() if "#" in line] == [
        f"  Queue{number}:  # the {number}th" for number in range(COUNT)
    ]


def test_it_gives_what_one_at_a_time_gives(run: Counting) -> None:
    together = fix(run, told=TOLD)
    [path] = together.texts
    texts: dict[str, bytes] = {}
    while (done := _one(run, texts)).applied:
        texts = done.texts
    assert sorted(texts[path].splitlines()) == sorted(together.texts[path].splitlines())


def _one(run: Audit, texts: dict[str, bytes]) -> Fixed:
    chosen: list[str] = []

    def first(finding: object) -> bool:
        chosen.append(str(finding))
        return chosen[0] == str(finding)

    return fix(run, first, texts, TOLD)


def test_the_fix_to_blame_is_found_and_the_others_are_kept(run: Counting) -> None:
    def objecting(texts: Mapping[str, bytes]) -> Report:
        """Loses what it could read where the fifth queue is changed."""
        changed = {
            path: text.replace(b"Queue5Dlq:", b"Queue5Dlq: [", 1) for path, text in texts.items()
        }
        return run(changed)

    done = fix(objecting, lambda item: item.rule == "SQS030", told=TOLD)
    assert [item.finding.resource.id for item in done.refused] == ["Queue5"]
    assert done.refused[0].reason == "the fixed template could not be read completely"
    assert len(done.applied) == COUNT - 1
    assert run.count <= 2 * COUNT


def test_nobody_to_tell_is_an_objection(run: Counting) -> None:
    done = fix(run, lambda item: item.rule == "SQS030")
    assert {item.reason.partition(" on ")[0] for item in done.refused} == {
        "it would bring CWA012 dlq-without-alarm"
    }
    assert done.texts == {}
