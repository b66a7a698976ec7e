"""The gate's answer at each of twelve commits, with a baseline and with the commit before."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from tests.cli.inside import msgaudit
from tests.gate.repository import NEW_YEAR_2026, NEW_YEAR_2027, Answer, History

CONFIGURATION = "select: [SQS030, SUP]\nfail-on: low\n"
BASELINE = ".msgaudit-baseline.json"
OLD, NEW = "infra/orders.yaml", "services/messaging.yaml"
SAFE = """    Properties:
      RedrivePolicy: {deadLetterTargetArn: !GetAtt Dead.Arn, maxReceiveCount: 5}
"""
DEAD = f"  Dead:\n    Type: AWS::SQS::Queue\n  Spare:\n    Type: AWS::SQS::Queue\n{SAFE}"
SUPPRESSED = """    Metadata:
      msgaudit:
        ignore:
          - {id: SQS030, reason: only samples, expires: 2026-12-31}
"""
REFORMATTED = """# All queues
{"Resources": {"Orders": {"Type": "AWS::SQS::Queue"},

    "Dead": {"Type": "AWS::SQS::Queue"}, "Spare": {
  "Type": "AWS::SQS::Queue", "Properties": {"RedrivePolicy": {
      "deadLetterTargetArn": {"Fn::GetAtt": ["Dead", "Arn"]}, "maxReceiveCount": 5}}},
  "Audit": {"Type": "AWS::SQS::Queue"}}}
"""
NESTED = """Resources:
  Queues:
    Type: AWS::CloudFormation::Stack
    Properties: {TemplateURL: queues.yaml}
"""
PASSED, FAILED = 0, 1
NOTHING: frozenset[tuple[str, str]] = frozenset()


def queue(name: str, more: str = "") -> str:
    return f"  {name}:\n    Type: AWS::SQS::Queue\n{more}"


def template(*resources: str) -> str:
    return "".join(["Resources:\n", *resources])


def without_dlq(name: str) -> frozenset[tuple[str, str]]:
    return frozenset({("SQS030", name)})


class Step(NamedTuple):
    """A commit, and the gate's answers to it."""

    subject: str
    files: Mapping[str, str | None]
    baseline: Answer
    before: Answer
    today: str = NEW_YEAR_2026


FIRST = {
    ".msgaudit.yaml": CONFIGURATION,
    OLD: template(DEAD, queue("Orders"), queue("Audit")),
    "infra/parameters.json": '{"Parameters": {}}',
}
STEPS = (
    Step(
        "1 introduce the gate", {},
        baseline=Answer(PASSED, NOTHING, 2, 0, 0), before=Answer(PASSED, NOTHING, 2, 0, 0),
    ),
    Step(
        "2 reformat",
        {OLD: REFORMATTED},
        baseline=Answer(PASSED, NOTHING, 2, 0, 0), before=Answer(PASSED, NOTHING, 2, 0, 0),
    ),
    Step(
        "3 move within the file",
        {OLD: template(queue("Audit"), queue("Safe", SAFE), DEAD, queue("Orders"))},
        baseline=Answer(PASSED, NOTHING, 2, 0, 0), before=Answer(PASSED, NOTHING, 2, 0, 0),
    ),
    Step(
        "4 new violation",
        {OLD: template(queue("Audit"), DEAD, queue("Payments"), queue("Orders"))},
        baseline=Answer(FAILED, without_dlq("Payments"), 2, 0, 0),
        before=Answer(FAILED, without_dlq("Payments"), 2, 0, 0),
    ),
    Step(
        "5 fix it, and an old one",
        {OLD: template(queue("Audit", SAFE), DEAD, queue("Payments", SAFE), queue("Orders"))},
        baseline=Answer(PASSED, NOTHING, 1, 0, 1), before=Answer(PASSED, NOTHING, 1, 0, 2),
    ),
    Step(
        "6 rename the file",
        {OLD: None, NEW: template(queue("Audit", SAFE), DEAD, queue("Orders"))},
        baseline=Answer(PASSED, NOTHING, 1, 0, 1), before=Answer(PASSED, NOTHING, 1, 0, 0),
    ),
    Step(
        "7 new violation with a suppression",
        {NEW: template(queue("Samples", SUPPRESSED), DEAD, queue("Orders"))},
        baseline=Answer(PASSED, NOTHING, 1, 1, 1), before=Answer(PASSED, NOTHING, 1, 1, 0),
    ),
    Step(
        "8 it has expired when something else changes",
        {NEW: template(DEAD, queue("Orders"), queue("Samples", SUPPRESSED))},
        today=NEW_YEAR_2027,
        baseline=Answer(
            FAILED, without_dlq("Samples") | {("SUP003", "Samples")}, 1, 0, 1
        ),
        before=Answer(PASSED, NOTHING, 3, 0, 0),
    ),
    Step(
        "9 solve it",
        {NEW: template(DEAD, queue("Orders"), queue("Samples", SAFE))},
        today=NEW_YEAR_2027,
        baseline=Answer(PASSED, NOTHING, 1, 0, 1), before=Answer(PASSED, NOTHING, 1, 0, 2),
    ),
    Step(
        "10 rename a resource, which replaces it",
        {NEW: template(DEAD, queue("OrdersQueue"), queue("Samples", SAFE))},
        baseline=Answer(FAILED, without_dlq("OrdersQueue"), 0, 0, 2),
        before=Answer(FAILED, without_dlq("OrdersQueue"), 0, 0, 1),
    ),
)  # fmt: skip
STEPS_WITH_ANOTHER_BASELINE = (
    Step(
        "11 update the baseline", {},
        baseline=Answer(PASSED, NOTHING, 1, 0, 0), before=Answer(PASSED, NOTHING, 1, 0, 0),
    ),
    Step(
        "12 split into nested stacks",
        {NEW: NESTED, "services/queues.yaml": template(DEAD, queue("OrdersQueue"))},
        baseline=Answer(PASSED, NOTHING, 1, 0, 0), before=Answer(PASSED, NOTHING, 1, 0, 0),
    ),
)  # fmt: skip


def test_history(tmp_path: Path) -> None:
    history = History(tmp_path)
    history.commit("Before the gate", FIRST)
    done = msgaudit(tmp_path, "baseline", "create", ".", SOURCE_DATE_EPOCH=NEW_YEAR_2026)
    assert (done.returncode, done.stderr) == (0, f"{BASELINE}: 2 known\n")
    for step in STEPS:
        take(step, history)
    done = msgaudit(tmp_path, "baseline", "update", ".", SOURCE_DATE_EPOCH=NEW_YEAR_2027)
    assert done.stderr == f"{BASELINE}: 1 known, 1 new, 2 resolved\n"
    for step in STEPS_WITH_ANOTHER_BASELINE:
        take(step, history)


def take(step: Step, history: History) -> None:
    history.commit(step.subject, step.files)
    baseline = history.answer(".", "--baseline", BASELINE, today=step.today)
    assert baseline == step.baseline, step.subject
    before = history.answer(".", "--diff-base", "HEAD~1", today=step.today)
    assert before == step.before, step.subject
