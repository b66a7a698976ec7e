"""`scan --with-cfn-lint` adds what cfn-lint finds on messaging resources."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from auditor.linting import with_cfn_lint
from auditor.report import Report, Source
from tests.cli.inside import msgaudit
from tests.cli.process import FAILING

TEMPLATE = """Resources:
  Dead:
    Type: AWS::SQS::Queue
    Properties: {FifoQueue: true}
  Orders:
    Type: AWS::SQS::Queue
    Properties:
      DelaySeconds: 9000
      RedrivePolicy: {deadLetterTargetArn: !GetAtt Dead.Arn, maxReceiveCount: 5}
  Alerts:
    Type: AWS::SNS::Topic
    Properties:
      Nonsense: 5
  Bucket:
    Type: AWS::S3::Bucket
    Properties: {Nonsense: 2}
"""
VISIBILITY = """Resources:
  Orders:
    Type: AWS::SQS::Queue
    Properties: {VisibilityTimeout: 10}
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement:
          Effect: Allow
          Principal: {Service: lambda.amazonaws.com}
          Action: sts:AssumeRole
  Worker:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.12
      Handler: index.handler
      Role: !GetAtt Role.Arn
      Timeout: 60
      Code: {ZipFile: "def handler(event, context): pass"}
  Mapping:
    Type: AWS::Lambda::EventSourceMapping
    Properties: {EventSourceArn: !GetAtt Orders.Arn, FunctionName: !Ref Worker}
"""


def scanned(folder: Path, template: str, *options: str) -> tuple[int, Any]:
    (folder / "t.yaml").write_text(template)
    done = msgaudit(folder, "scan", "t.yaml", "-f", "json", *options)
    return done.returncode, json.loads(done.stdout)


def by_rule(report: Any) -> dict[str, Any]:
    return {item["rule"]: item for item in report["findings"]}


def test_findings_are_added_but_not_twice(tmp_path: Path) -> None:
    _, alone = scanned(tmp_path, TEMPLATE)
    _, both = scanned(tmp_path, TEMPLATE, "--with-cfn-lint")
    # E3502 is SQS033 and E3034 is SQS020; nobody asked about the bucket.
    assert by_rule(both).keys() - by_rule(alone).keys() == {"E3002"}
    assert {"SQS033", "SQS020"} <= by_rule(both).keys()
    added = by_rule(both)["E3002"]
    assert (added["severity"], added["outcome"]) == ("high", "violation")
    assert added["resource"]["id"] == "Alerts"
    assert added["property"] == "Properties.Nonsense"
    assert (added["location"]["line"], added["location"]["column"]) == (13, 7)


def test_a_problem_between_two_resources_is_told_once(tmp_path: Path) -> None:
    _, both = scanned(tmp_path, VISIBILITY, "--with-cfn-lint")
    assert "SQS024" in by_rule(both)
    assert "E3505" not in by_rule(both)
    _, without = scanned(tmp_path, VISIBILITY, "--with-cfn-lint", "--ignore", "SQS024")
    assert "E3505" in by_rule(without)


def test_the_gate_counts_them(tmp_path: Path) -> None:
    topic = "Resources: {Alerts: {Type: AWS::SNS::Topic, Properties: {Nonsense: 5}}}"
    assert scanned(tmp_path, topic)[0] == 0
    assert scanned(tmp_path, topic, "--with-cfn-lint")[0] == 1


@pytest.mark.parametrize("format_", ["text", "sarif", "html", "markdown", "junit", "gitlab"])
def test_every_format_shows_them(tmp_path: Path, format_: str) -> None:
    (tmp_path / "t.yaml").write_text(TEMPLATE)
    done = msgaudit(tmp_path, "scan", "t.yaml", "-f", format_, "--with-cfn-lint")
    assert done.returncode == 1, done.stderr
    assert "E3002" in done.stdout


def test_its_rules_are_explained(tmp_path: Path) -> None:
    done = msgaudit(tmp_path, "explain", "E3034")
    assert "E3034 of cfn-lint" in done.stdout
    assert "https://" in done.stdout
    assert msgaudit(tmp_path, "explain", "E9876").returncode == 2


def test_its_configuration_counts(tmp_path: Path) -> None:
    (tmp_path / ".cfnlintrc").write_text(
        "ignore_checks: [E3002]\nappend_rules: [auditor.cfnlint]\n"
    )
    _, both = scanned(tmp_path, TEMPLATE, "--with-cfn-lint")
    assert "E3002" not in by_rule(both)
    assert [id_ for id_ in by_rule(both) if id_.startswith(("ESQS", "WSQS"))] == []


def test_what_it_cannot_read_is_a_gap(tmp_path: Path) -> None:
    done = msgaudit(tmp_path, "scan", "-", "--with-cfn-lint", "--fail-on=never", input_=FAILING)
    assert done.returncode == 4
    assert "cfn-lint on <stdin>" in done.stdout


def test_accounts_have_no_templates(tmp_path: Path) -> None:
    done = msgaudit(tmp_path, "scan", "--demo", "--with-cfn-lint")
    assert done.returncode == 2
    assert "--with-cfn-lint is for templates" in done.stderr


def test_its_failure_is_a_gap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A rule of a plug-in that cfn-lint cannot load."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "t.yaml").write_text(FAILING)
    (tmp_path / ".cfnlintrc").write_text("append_rules: [nowhere.to.be.found]\n")
    before = Report("1", Source("template", {}), (), (), (), 1, 0)
    after = with_cfn_lint(before, [("t.yaml", {"Orders": "AWS::SQS::Queue"})])
    [gap] = after.gaps
    assert gap.what == "cfn-lint on t.yaml"
    assert "nowhere" in gap.reason
