"""What suppressions cover, and what they leave alone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from auditor.engine import Verdict, judge
from auditor.inventory import Reading, Unit
from auditor.loading import load_rules
from auditor.resources import RawResource
from auditor.suppressions import Acceptance, tags_by_id
from auditor.suppressions.model import Selection, Suppression
from tests.cli.inside import msgaudit

RULES = ("--select", "SQS030", "--select", "SQS027", "--select", "SUP")
Found = set[tuple[str, str]]


def found(folder: Path, template: str, *options: str, name: str = "t.yaml") -> tuple[Found, Found]:
    """Rule and resource of the findings that count, and of those that are suppressed."""
    (folder / name).write_text(template)
    done = msgaudit(folder, "scan", ".", *RULES, "-f", "json", *options)
    assert done.returncode in (0, 1), done.stderr
    items = json.loads(done.stdout)["findings"]
    split: tuple[Found, Found] = (set(), set())
    for item in items:
        split[item["suppression"] is not None].add((item["rule"], item["resource"]["id"]))
    return split


QUEUES = """
  A: {Type: AWS::SQS::Queue, Properties: {ReceiveMessageWaitTimeSeconds: 20}}
  B: {Type: AWS::SQS::Queue, Properties: {ReceiveMessageWaitTimeSeconds: 20}}
"""


def test_metadata_is_for_its_resource_alone_even_on_one_line(tmp_path: Path) -> None:
    queue = '{"Type": "AWS::SQS::Queue", "Properties": {"ReceiveMessageWaitTimeSeconds": 20}'
    accepted = '"Metadata": {"msgaudit": {"ignore": [{"id": "SQS030", "reason": "x"}]}}'
    text = f'{{"Resources": {{"A": {queue}, {accepted}}}, "B": {queue}}}}}}}'
    assert found(tmp_path, text) == ({("SQS030", "B")}, {("SQS030", "A")})


def test_metadata_of_the_template_is_for_all_of_it_and_for_no_other_file(tmp_path: Path) -> None:
    accepted = "Metadata: {msgaudit: {ignore: {id: reliability, reason: only a sample}}}\n"
    (tmp_path / "other.yaml").write_text(f"Resources:{QUEUES}")
    counted, suppressed = found(tmp_path, f"{accepted}Resources:{QUEUES}")
    assert counted == suppressed == {("SQS030", "A"), ("SQS030", "B")}


def test_a_list_of_rules_and_a_property(tmp_path: Path) -> None:
    text = """Resources:
  A:
    Type: AWS::SQS::Queue
    Metadata:
      msgaudit:
        ignore:
          - {id: [SQS030, short-polling], reason: x}
  B:
    Type: AWS::SQS::Queue
    Metadata:
      msgaudit:
        ignore:
          - {id: SQS, property: ReceiveMessageWaitTimeSeconds, reason: x}
"""
    counted, suppressed = found(tmp_path, text)
    assert suppressed == {("SQS030", "A"), ("SQS027", "A"), ("SQS027", "B")}
    assert counted == {("SQS030", "B")}


def test_comments_hold_where_the_finding_is_shown(tmp_path: Path) -> None:
    text = """Resources:
  A:  # msgaudit: ignore[SQS030,SQS027] all of it
    Type: AWS::SQS::Queue
  # msgaudit: ignore[SQS030]: alone above
  # another comment

  B:
    Type: AWS::SQS::Queue
    Properties:
      ReceiveMessageWaitTimeSeconds: 0  # msgaudit: ignore[SQS027] at the line
  C:
    Type: AWS::SQS::Queue
    Properties:
      QueueName: "#msgaudit: ignore[SQS030]"
      ReceiveMessageWaitTimeSeconds: 20
      Tags:
        - Key: text
          Value: |
            # msgaudit: ignore[SQS030] no comment
"""
    counted, suppressed = found(tmp_path, text)
    assert suppressed == {(rule, name) for rule in ("SQS030", "SQS027") for name in "AB"}
    assert counted == {("SQS030", "C")}


def test_what_sam_makes_and_what_is_nested_belongs_to_its_declaration(tmp_path: Path) -> None:
    text = """Transform: AWS::Serverless-2016-10-31
Resources:
  Topic: {Type: AWS::SNS::Topic}
  Fn:
    Type: AWS::Serverless::Function
    Metadata: {msgaudit: {ignore: [{id: SNS029, reason: x}, {id: ESM011, reason: x}]}}
    Properties:
      Handler: a.b
      Runtime: python3.12
      CodeUri: .
      Events:
        Topic: {Type: SNS, Properties: {Topic: !Ref Topic}}
"""
    (tmp_path / "t.yaml").write_text(text)
    options = ("-f", "json", "--select", "SNS", "--select", "SUP")
    done = msgaudit(tmp_path, "scan", "t.yaml", *options)
    items = json.loads(done.stdout)["findings"]
    made = {item["resource"]["id"] for item in items if item["rule"] == "SNS029"}
    assert made == {"FnTopic"}
    assert all(item["suppression"] == "x" for item in items if item["rule"] == "SNS029")


def test_a_nested_template_accepts_for_every_stack_made_of_it(tmp_path: Path) -> None:
    (tmp_path / "child.yaml").write_text(
        "Resources:\n  Q:  # msgaudit: ignore[SQS] x\n    Type: AWS::SQS::Queue\n"
    )
    stack = "{Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: child.yaml}}"
    counted, suppressed = found(tmp_path, f"Resources:\n  One: {stack}\n  Two: {stack}\n")
    assert counted == set()
    assert suppressed == {
        (rule, id_) for rule in ("SQS030", "SQS027") for id_ in ("One/Q", "Two/Q")
    }


def test_a_platform_team_can_forbid_them(tmp_path: Path) -> None:
    text = "Resources:\n  A:  # msgaudit: ignore[SQS] x\n    Type: AWS::SQS::Queue\n"
    both = {("SQS030", "A"), ("SQS027", "A")}
    assert found(tmp_path, text, "--no-inline-suppressions") == (both, set())
    (tmp_path / ".msgaudit.yaml").write_text("inline-suppressions: false\n")
    assert found(tmp_path, text) == (both, set())
    assert found(tmp_path, text, "--inline-suppressions") == (set(), both)


def test_entries_of_the_configuration(tmp_path: Path) -> None:
    (tmp_path / ".msgaudit.yaml").write_text("""
suppressions:
  - {rule: SQS030, resource: [A, "C*"], path: deep/**, reason: both}
  - {rule: SQS030, tags: {team: x}, reason: tagged}
  - {rule: SQS027, resource: Nobody}
""")
    (tmp_path / "deep").mkdir()
    tags = "Tags: [{Key: team, Value: x}]"
    (tmp_path / "deep" / "d.yaml").write_text(
        "Resources:\n" + "".join(
            f"  {name}: {{Type: AWS::SQS::Queue, Properties: "
            f"{{ReceiveMessageWaitTimeSeconds: 20, {more}}}}}\n"
            for name, more in (("A", ""), ("Cc", ""), ("D", ""), ("E", tags))
        )
    )  # fmt: skip
    counted, suppressed = found(tmp_path, f"Resources:{QUEUES}")
    assert suppressed == {("SQS030", "A"), ("SQS030", "Cc"), ("SQS030", "E")}
    silent = {("SUP002", "Nobody"), ("SUP004", "Nobody")}
    assert counted == {("SQS030", "A"), ("SQS030", "B"), ("SQS030", "D"), *silent}


def test_only_a_whole_scan_tells_that_an_entry_matches_nothing(tmp_path: Path) -> None:
    (tmp_path / ".msgaudit.yaml").write_text(
        "suppressions: [{rule: SQS030, resource: Zz, reason: x}]\n"
    )
    (tmp_path / "t.yaml").write_text(f"Resources:{QUEUES}")
    for path, expected in (("t.yaml", False), (".", True)):
        done = msgaudit(tmp_path, "scan", path, *RULES)
        assert ("SUP002" in done.stdout) is expected


def test_what_did_not_run_is_not_called_unmatched(tmp_path: Path) -> None:
    text = "Resources:\n  A:  # msgaudit: ignore[SQS] x\n    Type: AWS::SNS::Topic\n"
    assert found(tmp_path, text) == (set(), set())


ARN = "arn:aws:sqs:eu-west-1:111122223333:orders"


def account(**tags: str) -> Unit:
    properties = {"Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}
    raw = RawResource(
        "AWS::SQS::Queue", ARN, properties, "orders", ARN, "111122223333", "eu-west-1"
    )
    return Unit("", (Reading((raw,)),), accounts=("111122223333",), regions=("eu-west-1",))


def live(unit: Unit, acceptance: Acceptance) -> Verdict:
    rules = [rule for rule in load_rules() if rule.id in ("SQS030", "SUP001", "SUP002")]
    verdict = judge(unit, rules)
    acceptance.apply(verdict, unit, rules, tags_by_id(unit))
    return verdict


def reasons(verdict: Verdict) -> dict[str, str | None]:
    return {finding.rule: finding.suppression for finding in verdict.findings}


def test_tags_suppress_what_they_may() -> None:
    tags = {"msgaudit:ignore": "SQS030 SQS99", "msgaudit:ignore-reason": "agreed"}
    rules = load_rules()
    assert reasons(live(account(**tags), Acceptance("2026-01-01", rules))) == {
        "SQS030": "agreed",
        "SUP001": None,
    }
    security = Acceptance("2026-01-01", rules, taggable=frozenset({"security"}))
    verdict = live(account(**tags), security)
    assert reasons(verdict)["SQS030"] is None
    assert {finding.rule for finding in verdict.findings} == {"SQS030", "SUP001"}
    assert any("see tag-suppressions" in finding.message for finding in verdict.findings)
    forbidden = Acceptance("2026-01-01", rules, inline=False)
    assert reasons(live(account(**tags), forbidden)) == {"SQS030": None}


@pytest.mark.parametrize(
    ("scope", "covers"),
    [
        (Selection((ARN,)), True),
        (Selection(("arn:aws:sqs:*:orders",)), True),
        (Selection(("orders",)), True),
        (Selection(("order",)), False),
        (Selection(("arn:aws:sqs:eu-west-1:111122223333:o.ders",)), False),
        (Selection(account=("111122223333",), region=("eu-west-1", "x")), True),
        (Selection((ARN,), region=("us-east-1",)), False),
        (Selection(account=("999999999999",)), False),
        (Selection(tags={"team": "x"}), True),
        (Selection(tags={"team": "x", "stage": "prod"}), False),
        (Selection(path=lambda path: True), False),
    ],
)
def test_selections_ask_for_all_that_they_say(scope: Selection, covers: bool) -> None:
    entry = Suppression("SQS030", scope, "orders", None, "agreed")
    acceptance = Acceptance("2026-01-01", load_rules(), (entry,))
    verdict = live(account(team="x"), acceptance)
    assert reasons(verdict) == {"SQS030": "agreed" if covers else None}
    assert verdict.used == ({0} if covers else set())
