"""The real `msgaudit` process against an account."""

from __future__ import annotations

import json
import signal
import subprocess
import threading
from pathlib import Path

import pytest

from auditor.snapshot import SnapshotCollector
from tests.cli.process import command, msgaudit
from tests.live.conftest import REGION, Account
from tests.live.faulty import Call, FaultyAws, Reply, call_name, error


def live(url: str, *options: str) -> tuple[str, ...]:
    return ("scan", "--region", REGION, "--endpoint-url", url, *options)


@pytest.mark.usefixtures("interruptible")
def test_interrupted_scan_reports_what_it_read(
    account: Account, faulty: FaultyAws, tmp_path: Path
) -> None:
    """It is interrupted while one service does not answer; what then fails is not repeated."""
    account.queue("orders")
    reached, answer = threading.Event(), threading.Event()

    def hang(_: Call) -> Reply:
        answer.wait(300)
        return error("InternalFailure", 500)

    def reach(_: Call) -> Reply | None:
        reached.set()
        return None

    faulty.faults |= {"ListTopics": hang, "GetQueueAttributes": reach}
    process = subprocess.Popen(
        command(*live(faulty.url, "--select", "SQS030", "-f", "json")),
        cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert reached.wait(300)
    process.send_signal(signal.SIGINT)
    answer.set()
    out, err = process.communicate(timeout=300)
    report = json.loads(out)
    assert report["summary"]["resources"] >= 1
    assert any("interrupted" in gap["reason"] for gap in report["gaps"])
    assert (process.returncode, "Traceback" in err) == (4, False)


def test_scan_of_two_regions(account: Account, tmp_path: Path) -> None:
    for region in (REGION, "eu-west-1"):
        account.client("sqs", region).create_queue(QueueName="orders")
    done = msgaudit(
        tmp_path, *live(account.url, "--region", "eu-west-1", "--select", "SQS030", "-f", "json")
    )
    source = json.loads(done.stdout)["source"]
    assert source["regions"] == [REGION, "eu-west-1"]
    assert done.returncode == 1


def test_collect_reads_the_regions_of_the_configuration(account: Account, tmp_path: Path) -> None:
    """And nothing else of it: its reports are those of a scan."""
    (tmp_path / ".msgaudit.yaml").write_text("regions: [eu-west-1]\noutputs: {sarif: a.sarif}\n")
    account.client("sqs", "eu-west-1").create_queue(QueueName="orders")
    msgaudit(tmp_path, "collect", "--endpoint-url", account.url, "-o", "kept.gz")
    (unit,) = SnapshotCollector(str(tmp_path / "kept.gz")).collect()
    assert unit.regions == ("eu-west-1",)
    assert sorted(path.name for path in tmp_path.iterdir()) == [".msgaudit.yaml", "kept.gz"]


def test_collect_with_a_broken_configuration(tmp_path: Path) -> None:
    (tmp_path / ".msgaudit.yaml").write_text("regoins: []\n")
    done = msgaudit(tmp_path, "collect", "--region", REGION, "-o", "kept.gz")
    assert (done.returncode, "regoins" in done.stderr) == (2, True)


@pytest.mark.parametrize("place", ["missing/kept.gz", "-"])
def test_collect_looks_at_the_place_first(tmp_path: Path, place: str) -> None:
    """Before a reading that may take an hour: nobody listens at this endpoint."""
    nowhere = ("--region", REGION, "--endpoint-url", "http://127.0.0.1:1")
    done = msgaudit(tmp_path, "collect", *nowhere, "-o", place)
    assert done.returncode == 2
    assert any(word in done.stderr for word in ("cannot be written", "needs a file"))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("option", "value", "complaint"),
    [
        ("--baseline", "none.json", "baseline none.json does not exist"),
        ("--diff-base", "main", "--diff-base is not for accounts"),
        ("--output", "json=missing/report.json", "missing/report.json cannot be written: No such"),
        ("--output", "json=.", ". cannot be written: Is a directory"),
    ],
)
def test_scan_refuses_what_it_cannot_use_before_the_first_call(
    faulty: FaultyAws, tmp_path: Path, option: str, value: str, complaint: str
) -> None:
    done = msgaudit(tmp_path, *live(faulty.url, option, value))
    assert (done.returncode, done.stdout, faulty.calls.total()) == (2, "", 0)
    assert complaint in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--organization",), "--account-role goes with --account or --organization"),
        (("--account", "12", "--account-role", "audit"), "'12' is no account id"),
        (("--organization", "--account-role", "role/*"), "'role/*' is no name of a role"),
        (("--max-rps", "0"), "0.0 is not in the range x>0"),
        (("--all-regions",), "--all-regions already means every --region"),
    ],
)
def test_senseless_options(tmp_path: Path, options: tuple[str, ...], message: str) -> None:
    done = msgaudit(tmp_path, *live("http://127.0.0.1:1", *options))
    assert done.returncode == 2
    assert message in done.stderr


def test_policy_for_other_accounts(tmp_path: Path) -> None:
    done = msgaudit(tmp_path, "iam-policy", "--account-role", "audit")
    reads, enters = json.loads(done.stdout)["Statement"]
    assert {"organizations:ListAccounts", "ec2:DescribeRegions"} <= set(reads["Action"])
    assert (enters["Action"], enters["Resource"]) == ("sts:AssumeRole", "arn:*:iam::*:role/audit")


def test_policy_allows_to_enter_no_pattern_of_roles(tmp_path: Path) -> None:
    done = msgaudit(tmp_path, "iam-policy", "--account-role", "*")
    assert (done.returncode, done.stdout) == (2, "")
    assert "'*' is no name of a role" in done.stderr


def test_dry_run_counts_what_the_scan_makes(
    account: Account, faulty: FaultyAws, tmp_path: Path
) -> None:
    for number in range(3):
        account.queue(f"orders-{number}")
    account.client("events").put_rule(Name="daily", ScheduleExpression="rate(1 day)")
    done = msgaudit(tmp_path, *live(faulty.url, "--dry-run"))
    assert done.returncode == 0
    assert faulty.calls["GetQueueAttributes"] == faulty.calls["ListTargetsByRule"] == 0
    lines = [line.split() for line in done.stdout.splitlines()]
    counted = {action: int(count) for count, action, *_ in lines if count.isdecimal()}
    del counted["in"]
    assert counted["sqs:GetQueueAttributes"] == 3
    faulty.calls.clear()
    msgaudit(tmp_path, *live(faulty.url))
    made = {name: count for name, count in faulty.calls.items() if name != "GetCallerIdentity"}
    assert made == {call_name(action): count for action, count in counted.items()}


def test_dry_run_is_for_accounts(tmp_path: Path) -> None:
    done = msgaudit(tmp_path, "scan", "--demo", "--dry-run")
    assert (done.returncode, "--dry-run counts calls to accounts" in done.stderr) == (2, True)
