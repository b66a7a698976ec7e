"""Templates that are forgotten and read anew give what they gave."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from auditor.collectors.template import recent
from auditor.collectors.template.collect import TemplateCollector
from auditor.collectors.template.documents import Document, parse
from auditor.engine import judge
from auditor.findings import Finding
from auditor.loading import load_rules
from auditor.parallel import judge_all

LIBRARY = "auditor.collectors.template.library"
NETWORK = """
Resources: {Dead: {Type: AWS::SQS::Queue}}
Outputs: {Dead: {Value: !GetAtt Dead.Arn, Export: {Name: dead}}}
"""
SERVICE = """
Parameters: {Stage: {Type: String}}
Conditions: {Live: !Equals [!Ref Stage, live]}
Resources:
  Orders:
    Type: AWS::SQS::Queue
    Condition: Live
    Properties:
      RedrivePolicy: {deadLetterTargetArn: !ImportValue dead, maxReceiveCount: 2}
  Inner:
    Type: AWS::CloudFormation::Stack
    Properties: {TemplateURL: inner.yaml, Parameters: {Stage: !Ref Stage}}
"""
INNER = """
Parameters: {Stage: {Type: String}}
Conditions: {Live: !Equals [!Ref Stage, live]}
Resources:
  Bus: {Type: AWS::Events::EventBus, Condition: Live, Properties: {Name: shop}}
  Worker: {Type: AWS::SQS::Queue, Properties: {QueueName: !ImportValue dead}}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "network.yaml").write_text(NETWORK)
    (tmp_path / "inner.yaml").write_text(INNER)
    for number in range(4):
        (tmp_path / f"service{number}.yaml").write_text(SERVICE)
    return tmp_path


def findings(folder: Path) -> list[Finding]:
    rules = load_rules()
    units = TemplateCollector([str(folder)]).collect()
    return [finding for unit in units for finding in judge(unit, rules).findings]


def test_what_is_read_anew_is_the_same(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = findings(folder)
    texts = list[str]()

    def counted(path: str, data: bytes) -> Document:
        texts.append(path)
        return parse(path, data)

    monkeypatch.setattr(f"{LIBRARY}.parse", counted)
    assert findings(folder) == kept
    once, texts[:] = len(texts), []
    monkeypatch.setattr(recent, "_LIMIT", 0)
    assert findings(folder) == kept
    assert len(texts) > once == len(list(folder.iterdir()))


def test_only_some_stay_in_memory(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recent, "_LIMIT", 2 * len(SERVICE))
    seen = recent.Recent()
    monkeypatch.setattr(f"{LIBRARY}.Recent", lambda: seen)
    for _ in TemplateCollector([str(folder)]).collect():
        pass
    left = [len(template.document.text) for template in seen._templates.values()]
    assert 0 < sum(left) <= 2 * len(SERVICE)


def test_processes_find_out_together_who_imports_what(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rules = load_rules()
    alone = list(judge_all(TemplateCollector([str(folder)]), rules, 1))
    monkeypatch.setattr("auditor.collectors.template.exchange._MANY", 2)
    monkeypatch.setattr("auditor.collectors.template.collect._BATCH_BYTES", 1)
    here = os.getpid()
    parsed = list[str]()

    def elsewhere(path: str, data: bytes) -> Document:
        if os.getpid() == here:
            parsed.append(path)
        return parse(path, data)

    monkeypatch.setattr(f"{LIBRARY}.parse", elsewhere)
    assert list(judge_all(TemplateCollector([str(folder)]), rules, 2)) == alone
    # Which templates are nested in others is asked before.
    assert parsed == [str(folder / f"service{number}.yaml") for number in range(4)]
