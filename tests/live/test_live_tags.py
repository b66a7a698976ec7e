"""Tags of an account: what they suppress, and which template they lead to."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from auditor.tags import tags_of
from tests.cli.inside import msgaudit
from tests.live.conftest import REGION, Account
from tests.live.faulty import FaultyAws
from tests.live.reading import arn, collect, resources

TEMPLATE = """Resources:
  Orders:
    Type: AWS::SQS::Queue
    Properties:
      ReceiveMessageWaitTimeSeconds: 0
  Policy:
    Type: AWS::SQS::QueuePolicy
    Properties:
      Queues: [!Ref Orders]
      PolicyDocument: {}
"""


def tagged(account: Account, name: str, policy: object = None, **tags: str) -> None:
    attributes = {"Policy": json.dumps(policy)} if policy else {}
    account.client("sqs").create_queue(QueueName=name, tags=tags, Attributes=attributes)


def of_stack(stack: str, logical_id: str) -> dict[str, str]:
    return {"aws:cloudformation:stack-name": stack, "aws:cloudformation:logical-id": logical_id}


def scan(folder: Path, url: str, *options: str) -> dict[str, Any]:
    place = ("--region", REGION, "--endpoint-url", url, "--no-metrics")
    done = msgaudit(folder, "scan", *place, "-f", "json", *options)
    assert done.returncode in (0, 1), done.stderr
    return dict(json.loads(done.stdout))


def open_to_all(name: str) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage",
                 "Resource": arn("sqs", name)}  # fmt: skip
    return {"Version": "2012-10-17", "Statement": [statement]}


def test_tags_are_read_of_every_service_over_pages(account: Account, faulty: FaultyAws) -> None:
    for number in range(60):
        tagged(account, f"queue-{number}", team="orders", stage="test")
    account.queue("plain")
    topics = account.client("sns")
    topics.create_topic(Name="orders", Tags=[{"Key": "team", "Value": "topics"}])
    account.client("iam").create_role(
        RoleName="worker", AssumeRolePolicyDocument="{}", Tags=[{"Key": "team", "Value": "roles"}]
    )
    unit = collect(faulty.url)
    teams = {
        type_: [tags_of(raw).get("team") for raw in resources(unit, type_)]
        for type_ in ("AWS::SQS::Queue", "AWS::SNS::Topic", "AWS::IAM::Role")
    }
    assert sorted(map(str, teams.pop("AWS::SQS::Queue"))) == ["None", *["orders"] * 60]
    assert teams == {"AWS::SNS::Topic": ["topics"], "AWS::IAM::Role": ["roles"]}
    assert faulty.calls["GetResources"] == 2


def test_nothing_is_asked_where_nothing_can_have_tags(faulty: FaultyAws) -> None:
    faulty.deny("ListEventBuses")
    collect(faulty.url)
    assert faulty.calls["GetResources"] == 0


def test_unreadable_tags_are_a_gap_and_lose_no_resource(
    account: Account, faulty: FaultyAws
) -> None:
    tagged(account, "orders", team="orders")
    faulty.deny("GetResources")
    unit = collect(faulty.url)
    assert [gap.permission for gap in unit.gaps] == ["tag:GetResources"]
    assert [tags_of(raw) for raw in resources(unit, "AWS::SQS::Queue")] == [{}]


@pytest.fixture(params=["live", "snapshot"])
def source(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_findings_are_shown_where_the_template_declares_them(
    account: Account, tmp_path: Path, source: str
) -> None:
    tagged(account, "orders", open_to_all("orders"), **of_stack("shop-prod", "Orders"))
    tagged(account, "other", **of_stack("shop-prod", "Gone"))
    tagged(account, "foreign", **of_stack("unknown", "Orders"))
    (tmp_path / "infra").mkdir()
    (tmp_path / "infra" / "shop.yaml").write_text(TEMPLATE)
    (tmp_path / ".msgaudit.yaml").write_text("stacks: {'shop-*': infra/shop.yaml}\n")
    rules = ("--select", "SQS027", "--select", "IAM014", "-o", "sarif=r.sarif")
    if source == "live":
        report = scan(tmp_path, account.url, *rules)
    else:
        place = ("--region", REGION, "--endpoint-url", account.url, "--no-metrics")
        msgaudit(tmp_path, "collect", *place, "-o", "kept.gz")
        done = msgaudit(tmp_path, "scan", "--snapshot", "kept.gz", "-f", "json", *rules)
        report = json.loads(done.stdout)
    found = {
        (item["rule"], item["resource"]["stack"], item["resource"]["logical_id"]):
            item["location"] and (item["location"]["path"], item["location"]["line"])
        for item in report["findings"]
    }  # fmt: skip
    assert found == {
        ("SQS027", "shop-prod", "Orders"): ("infra/shop.yaml", 5),
        ("IAM014", "shop-prod", "Orders"): ("infra/shop.yaml", 2),
        ("SQS027", "shop-prod", "Gone"): None,
        ("SQS027", "unknown", "Orders"): None,
    }
    (run,) = json.loads((tmp_path / "r.sarif").read_text())["runs"]
    uris = {item["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
            for item in run["results"]}  # fmt: skip
    assert uris == {"infra/shop.yaml"}


def test_a_template_that_cannot_be_read_gives_no_place_but_a_warning(
    account: Account, tmp_path: Path
) -> None:
    tagged(account, "orders", **of_stack("shop", "Orders"))
    (tmp_path / "t.yaml").write_text("Resources: [")
    (tmp_path / ".msgaudit.yaml").write_text("stacks: {shop: t.yaml}\n")
    options = ("--region", REGION, "--endpoint-url", account.url, "--select", "SQS030")
    done = msgaudit(tmp_path, "scan", *options)
    assert "warning: stacks: no place in t.yaml: " in done.stderr
    assert done.returncode == 1


def test_tags_suppress_but_not_what_is_about_security(account: Account, tmp_path: Path) -> None:
    accepted = {"msgaudit:ignore": "SQS030 IAM", "msgaudit:ignore-reason": "for tests"}
    tagged(account, "orders", open_to_all("orders"), **accepted)
    tagged(account, "strict")
    rules = ("--select", "SQS030", "--select", "IAM014")

    def counted(*options: str) -> set[tuple[str, str]]:
        items = scan(tmp_path, account.url, *rules, *options)["findings"]
        return {(item["rule"], item["resource"]["name"] or "policy of orders")
                for item in items if item["suppression"] is None}  # fmt: skip

    strict, orders = ("SQS030", "strict"), ("SQS030", "orders")
    policy = ("IAM014", "policy of orders")
    assert counted() == {strict, policy}
    assert counted("--no-inline-suppressions") == {strict, orders, policy}
    (tmp_path / ".msgaudit.yaml").write_text("tag-suppressions: [reliability, security]\n")
    assert counted() == {strict}


def test_entries_of_the_configuration_select_by_tags_and_place(
    account: Account, tmp_path: Path
) -> None:
    tagged(account, "orders", team="shop", stage="dev")
    tagged(account, "audit", team="shop", stage="prod")
    for entry, left in (
        ("tags: {team: shop, stage: dev}", {"audit"}),
        ("tags: {team: shop}, account: '123456789012', region: us-east-1", set()),
        (f"account: ['1', '2'], resource: '{arn('sqs', 'orders')}'", {"audit", "orders"}),
    ):
        text = f"suppressions: [{{rule: SQS030, reason: x, {entry}}}]\n"
        (tmp_path / ".msgaudit.yaml").write_text(text)
        items = scan(tmp_path, account.url, "--select", "SQS030")["findings"]
        assert {item["resource"]["name"] for item in items if not item["suppression"]} == left
