"""`msgaudit test-event` asks the rules of an account, and of its snapshot."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.process import msgaudit
from tests.live.conftest import REGION, Account
from tests.live.faulty import FaultyAws
from tests.live.reading import ACCOUNT


def fill(account: Account) -> None:
    """A rule that sends to a queue."""
    account.queue("orders")
    events = account.client("events")
    events.put_rule(Name="placed", EventPattern=json.dumps({"source": ["shop"]}))
    target = {"Id": "orders", "Arn": f"arn:aws:sqs:{REGION}:{ACCOUNT}:orders"}
    events.put_targets(Rule="placed", Targets=[target])


def test_account_and_snapshot_show_the_same_way(
    account: Account, faulty: FaultyAws, tmp_path: Path
) -> None:
    fill(account)
    (tmp_path / "placed.json").write_text('{"source": "shop"}')
    place = ("--region", REGION, "--endpoint-url", faulty.url)
    live = msgaudit(tmp_path, "test-event", "placed.json", *place, "--allow-gaps")
    assert live.stdout.splitlines() == [
        "placed.json in account 123456789012",
        "  placed (AWS::Events::Rule) gets it",
        "    orders (AWS::SQS::Queue) gets it",
        "  ends at: orders",
    ]
    msgaudit(tmp_path, "collect", *place, "--no-metrics", "-o", "kept.gz")
    later = msgaudit(tmp_path, "test-event", "placed.json", "--snapshot", "kept.gz", "--allow-gaps")
    assert (later.stdout, later.returncode) == (live.stdout, 0)


def test_what_could_not_be_read_is_told(
    account: Account, faulty: FaultyAws, tmp_path: Path
) -> None:
    fill(account)
    faulty.deny("ListPipes", status=403)
    (tmp_path / "placed.json").write_text('{"source": "shop"}')
    place = ("--region", REGION, "--endpoint-url", faulty.url)
    done = msgaudit(tmp_path, "test-event", "placed.json", *place, "-f", "json")
    shown = json.loads(done.stdout)
    assert [step["label"] for step in shown["journeys"][0]["steps"]] == ["placed", "orders"]
    assert "pipes:ListPipes" in json.dumps(shown["gaps"])
    assert done.returncode == 4
