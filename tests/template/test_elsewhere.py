"""Templates that are judged elsewhere: no file is read there, and nothing is lost or doubled."""

from __future__ import annotations

import os
import pickle
import shutil
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from auditor.audit import audit
from auditor.cli.executors import executor
from auditor.collectors.template.collect import TemplateCollector
from auditor.errors import UsageError
from auditor.findings import Gap
from auditor.loading import load_rules
from auditor.parallel import Answer, Judged, judge_all
from auditor.report import Report, Source
from auditor.tasks import Workers
from tests.cli.process import FAILING, msgaudit
from tests.cluster import address, kill_one

PADDING = "# padding\n" * 10_000  # a batch of its own
NETWORK = """Resources:
  Dead: {Type: AWS::SQS::Queue}
  Bus: {Type: AWS::Events::EventBus, Properties: {Name: shop}}
Outputs:
  Dead: {Value: !GetAtt Dead.Arn, Export: {Name: dead}}
  Bus: {Value: !Ref Bus, Export: {Name: bus}}
"""
ORDERS = """Parameters: {Flow: {Type: String, Default: flows/second.asl.json}}
Transform: AWS::Serverless-2016-10-31
Resources:
  Orders:  # msgaudit: ignore[SQS030] known
    Type: AWS::SQS::Queue
    Properties:
      RedrivePolicy: {deadLetterTargetArn: !ImportValue dead, maxReceiveCount: 5}
  Nested: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: ./nested/queue.yaml}}
  First:
    Type: AWS::Serverless::StateMachine
    Properties: {DefinitionUri: flows/first.asl.json, Role: !Sub "arn:aws:iam::1:role/r"}
  Second:
    Type: AWS::Serverless::StateMachine
    Properties: {DefinitionUri: !Ref Flow, Role: !Sub "arn:aws:iam::1:role/r"}
"""
NESTED = """Resources:
  Queue:
    Type: AWS::SQS::Queue
    Properties:
      RedrivePolicy: {deadLetterTargetArn: !ImportValue dead, maxReceiveCount: 1}
"""
FLOW = '{"StartAt": "A", "States": {"A": {"Type": "Wait", "Seconds": 1, "Next": "Missing"}}}'
RULES = load_rules()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Templates that refer to each other and to other files, and some that cannot be read."""
    place = tmp_path / "app"
    files = {
        "network.yaml": NETWORK, "orders.yaml": ORDERS, "nested/queue.yaml": NESTED,
        "flows/first.asl.json": FLOW, "flows/second.asl.json": FLOW,
        "broken.yaml": "Resources: [AWS::", "last.yaml": FAILING,
    }  # fmt: skip
    for name, text in files.items():
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_text(text + (PADDING if name.endswith(".yaml") else ""))
    monkeypatch.chdir(tmp_path)
    return place


def judged(paths: list[str], workers: Workers | None = None) -> list[Judged]:
    return list(judge_all(TemplateCollector(paths), RULES, 1, workers=workers))


class Elsewhere(ThreadPoolExecutor):
    """Runs tasks as another machine would: what is sent is all there is."""

    def __init__(self, folder: Path) -> None:
        super().__init__(1)
        self.folder = folder
        self.answers: list[Answer] = []

    def submit(self, function: Any, item: Any, /) -> Future[Any]:  # type: ignore[override]
        return super().submit(self._run, pickle.dumps((function, item)))

    def _run(self, sent: bytes) -> Any:
        function, parcels = pickle.loads(sent)
        here, hidden = Path.cwd(), self.folder.with_name("hidden")
        self.folder.rename(hidden)
        os.chdir("/")
        try:
            answers = pickle.loads(pickle.dumps(function(parcels)))
        finally:
            hidden.rename(self.folder)
            os.chdir(here)
        self.answers += answers
        return answers


@pytest.mark.parametrize("absolute", [False, True])
def test_a_parcel_holds_what_templates_refer_to(folder: Path, absolute: bool) -> None:
    paths = [str(folder) if absolute else folder.name]
    here = judged(paths)
    with Elsewhere(folder) as workers:
        assert judged(paths, Workers(workers, in_flight=1)) == here
    found = [item for each in here for item in each.verdict.findings if item.rule == "SFN010"]
    assert {item.location.path for item in found if item.location} == {
        "app/flows/first.asl.json",
        "app/flows/second.asl.json",
    }
    lacked = {name for answer in workers.answers for name in answer.lacked}
    assert {Path(name).name for name in lacked} == {"second.asl.json"}  # judged here, then


def test_any_executor_gives_the_same_report(folder: Path) -> None:
    def report(workers: Workers | None = None) -> Report:
        told: list[str] = []
        made = audit(
            TemplateCollector([folder.name]), RULES, Source("template", {}), told.append,
            workers=workers,
        )  # fmt: skip
        assert told == ["", "app/last.yaml", "app/network.yaml", "app/orders.yaml"]
        return made

    with ThreadPoolExecutor(2) as threads:
        assert report(Workers(threads)) == report()


def test_what_no_worker_can_judge_is_a_gap(folder: Path) -> None:
    class Dying(ThreadPoolExecutor):
        def submit(self, function: Any, item: Any, /) -> Future[Any]:  # type: ignore[override]
            if item[0].template.path != "app/orders.yaml":
                return super().submit(function, item)
            future: Future[Any] = Future()
            future.set_exception(MemoryError("killed"))
            return future

    with Dying(2) as workers:
        found = judged([folder.name], Workers(workers))
    gaps = [gap for each in found for gap in each.verdict.gaps if "no process" in gap.reason]
    assert gaps == [Gap("app/orders.yaml", "no process could judge it: MemoryError: killed")]
    paths = [each.unit.path for each in judged([folder.name])]
    assert [each.unit.path for each in found] == [
        "" if path == "app/orders.yaml" else path for path in paths
    ]


def test_a_worker_killed_in_the_middle_loses_nothing(folder: Path, cluster: Any) -> None:
    for number in range(12):
        shutil.copy(folder / "last.yaml", folder / f"more-{number:02}.yaml")
    here, there = judged([folder.name]), list[Judged]()
    with executor(address(cluster)) as workers:
        for each in judge_all(TemplateCollector([folder.name]), RULES, 1, workers=workers):
            if not there:
                kill_one(cluster)
            there.append(each)
    assert there == here


def test_the_command_gives_the_same_bytes(folder: Path, cluster: Any) -> None:
    options = ("scan", ".", "-f", "json", "--pedantic", "--parameter", "Flow=flows/first.asl.json")
    here = msgaudit(folder, *options, "-j", "1")
    there = msgaudit(folder, *options, "--executor", address(cluster))
    assert here.returncode == 1
    assert (there.stdout, there.stderr, there.returncode) == (here.stdout, here.stderr, 1)
    piped = msgaudit(folder, "scan", "-", "--executor", address(cluster), input_=FAILING)
    assert (piped.returncode, "SQS030" in piped.stdout) == (1, True)


def test_options_that_exclude_each_other(folder: Path, cluster: Any) -> None:
    place = ("--executor", address(cluster))
    both = msgaudit(folder, "scan", ".", *place, "-j", "2")
    assert (both.returncode, "Leave one of them out" in both.stderr) == (2, True)
    demo = msgaudit(folder, "scan", "--demo", *place)
    assert (demo.returncode, "for templates and accounts" in demo.stderr) == (2, True)


def test_a_worker_of_another_version(cluster: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("auditor.tasks.__version__", "9.9.9")
    with pytest.raises(UsageError, match=r"here is msgaudit 9\.9\.9"), executor(address(cluster)):
        pass
