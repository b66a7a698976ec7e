"""The command against an aggregator of AWS Config."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from jsonschema import validate

from auditor.collectors.aggregator import AggregatorCollector
from auditor.collectors.aggregator.types import KINDS, UNREAD
from auditor.collectors.live import Scope
from auditor.collectors.live.operations import AGGREGATED
from auditor.loading import load_rules
from tests.cli.inside import msgaudit
from tests.cli.process import command
from tests.live.faulty import Call, FaultyAws, Reply
from tests.live.item_cases import CASES
from tests.live.reading import ACCOUNT, REGION
from tests.live.stub_config import NAME, StubConfig, recorder, source

ROOT = Path(__file__).parents[2]
DOCUMENT = (ROOT / "docs" / "accounts.md").read_text()
CALLS = re.compile(r"^\| `(config:\w+)` \| [^|]+ \|$", re.MULTILINE)
RECORDED = re.compile(r"^\| `(AWS::[\w:]+)` \| [^|]+ \| [^|]+ \|$", re.MULTILINE)
SCHEMA = json.loads((ROOT / "reports" / "schema" / "report-1.schema.json").read_text())


@pytest.fixture
def company() -> Iterator[FaultyAws]:
    rows = [CASES[type_][0] for type_ in ("AWS::SQS::Queue", "AWS::SNS::Topic", "AWS::IAM::Role")]
    server = StubConfig([*rows, recorder()], [source()]).serve()
    yield server
    server.close()


def chosen(server: FaultyAws, name: str = NAME) -> tuple[str, ...]:
    return ("--region", REGION, "--endpoint-url", server.url, "--config-aggregator", name)


def test_scan(company: FaultyAws, tmp_path: Path) -> None:
    done = msgaudit(tmp_path, "scan", *chosen(company), "-f", "json", "--fail-on", "never")
    report = json.loads(done.stdout)
    validate(report, SCHEMA)
    assert report["source"] == {
        "kind": "live", "profiles": [], "config_aggregators": [NAME], "accounts": [ACCOUNT],
        "regions": [REGION], "as_of": ["2025-11-24T16:00Z"],
    }  # fmt: skip
    assert report["summary"]["resources"] == 3
    assert {finding["resource"]["account"] for finding in report["findings"]} == {ACCOUNT}
    assert (done.returncode, done.stderr) == (4, "")


def test_rules_about_metrics_do_not_apply(company: FaultyAws, tmp_path: Path) -> None:
    needing = next(rule.id for rule in load_rules() if rule.needs)
    done = msgaudit(tmp_path, "scan", *chosen(company), "--select", needing)
    assert (done.returncode, "need metrics" in done.stderr) == (2, True)


def test_snapshot_has_the_same_findings(company: FaultyAws, tmp_path: Path) -> None:
    kept = msgaudit(tmp_path, "collect", *chosen(company), "-o", "company.gz")
    assert kept.returncode == 4
    options = ("-f", "json", "--fail-on", "never", "--no-metrics")
    live = json.loads(msgaudit(tmp_path, "scan", *chosen(company), *options).stdout)
    later = json.loads(msgaudit(tmp_path, "scan", "--snapshot", "company.gz", *options).stdout)
    assert later["findings"] == live["findings"]
    assert later["gaps"] == live["gaps"]
    assert later["source"]["as_of"] == live["source"]["as_of"]


def test_other_commands_take_it(company: FaultyAws, tmp_path: Path) -> None:
    graph = msgaudit(tmp_path, "graph", *chosen(company), "--allow-gaps")
    assert (graph.returncode, "orders" in graph.stdout) == (0, True)
    advice = msgaudit(tmp_path, "advise", "--architecture", *chosen(company), "-f", "json")
    assert json.loads(advice.stdout)["source"]["config_aggregators"] == [NAME]
    event = tmp_path / "event.json"
    event.write_text('{"source": "shop", "detail": {}}')
    way = msgaudit(tmp_path, "test-event", str(event), *chosen(company), "--allow-gaps")
    assert way.returncode in (0, 1)


def test_dry_run_counts_pages(company: FaultyAws, tmp_path: Path) -> None:
    done = msgaudit(tmp_path, "scan", *chosen(company), "--dry-run")
    counted = {action: int(count) for count, action in
               re.findall(r"^ +(\d+)  (config:\w+)$", done.stdout, re.MULTILINE)}  # fmt: skip
    assert counted == {
        "config:DescribeConfigurationAggregators": 1,
        "config:DescribeConfigurationAggregatorSourcesStatus": 1,
        "config:GetAggregateDiscoveredResourceCounts": 1,
        "config:SelectAggregateResourceConfig": 4,
    }
    assert company.calls["SelectAggregateResourceConfig"] == 1
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    "options",
    [
        ("--account", ACCOUNT, "--account-role", "audit"), ("--organization",), ("--all-regions",),
        ("--executor", "dask://localhost:1"), ("--region", "eu-west-1"), ("--metrics-window", "3"),
        ("--profile", "a", "--profile", "b"), ("template.yaml",), ("--demo",),
        ("--snapshot", "a.gz"), ("--parameter", "A=b"),
    ],
    ids=lambda options: options[0],
)  # fmt: skip
def test_what_does_not_go_with_it(
    company: FaultyAws, tmp_path: Path, options: tuple[str, ...]
) -> None:
    done = msgaudit(tmp_path, "scan", *chosen(company), *options)
    assert done.returncode == 2
    assert sum(company.calls.values()) == 0


@pytest.mark.usefixtures("interruptible")
def test_interrupted_scan_reports_what_it_read(company: FaultyAws, tmp_path: Path) -> None:
    """It is interrupted while the query for topics does not answer, after that for queues did."""
    known = company.faults["SelectAggregateResourceConfig"]
    reached, going_on = threading.Event(), threading.Event()
    answered = set[str]()

    def select(call: Call) -> Reply | None:
        if "AWS::SNS::Topic" in call.body:
            going_on.wait(300)
            return None
        reply = known(call)
        answered.add(call.body)
        if len(answered) == 3:  # recorders, queues, roles
            reached.set()
        return reply

    company.faults["SelectAggregateResourceConfig"] = select
    process = subprocess.Popen(
        command("scan", *chosen(company), "-f", "json"), cwd=tmp_path, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert reached.wait(300)
    process.send_signal(signal.SIGINT)
    going_on.set()
    out, err = process.communicate(timeout=300)
    report = json.loads(out)
    assert report["summary"]["resources"] == 2
    assert any("interrupted" in gap["reason"] for gap in report["gaps"])
    assert "Traceback" not in err


def test_progress_names_types(company: FaultyAws) -> None:
    said: list[str] = []
    scope = Scope(regions=(REGION,))
    list(AggregatorCollector(NAME, scope, company.url, said.append).collect())
    assert sorted(text.rpartition("; ")[2] for text in said) == [
        "1 items of AWS::IAM::Role", "1 items of AWS::SNS::Topic", "1 items of AWS::SQS::Queue",
    ]  # fmt: skip
    assert said[-1].startswith("0 of 3 left")


def test_unknown_aggregator(company: FaultyAws, tmp_path: Path) -> None:
    done = msgaudit(tmp_path, "scan", *chosen(company, "compny"))
    assert (done.returncode, "no aggregator compny in us-east-1" in done.stderr) == (2, True)


def test_policy_allows_the_calls_and_nothing_else(tmp_path: Path) -> None:
    done = msgaudit(tmp_path, "iam-policy", "--config-aggregator")
    (statement,) = json.loads(done.stdout)["Statement"]
    assert {*statement["Action"]} == {*AGGREGATED, "sts:GetCallerIdentity"}
    refused = msgaudit(tmp_path, "iam-policy", "--config-aggregator", "--account-role", "audit")
    assert refused.returncode == 2


def test_calls_and_types_are_documented() -> None:
    assert {*CALLS.findall(DOCUMENT)} == AGGREGATED.keys()
    assert {*RECORDED.findall(DOCUMENT)} == KINDS.keys()
    assert all(f"`{type_}`" in DOCUMENT for type_ in UNREAD)
