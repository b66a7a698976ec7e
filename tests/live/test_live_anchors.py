"""Where SARIF shows findings about accounts: code hosts want a file of the repository."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.process import msgaudit
from tests.gate.repository import History
from tests.live.conftest import REGION, Account

QUEUE = "  {}: {{Type: AWS::SQS::Queue}}\n"


def made(account: Account, name: str, logical_id: str = "") -> None:
    tags = {"aws:cloudformation:logical-id": logical_id} if logical_id else {}
    tags |= {"aws:cloudformation:stack-name": "shop"} if logical_id else {}
    account.client("sqs").create_queue(QueueName=name, tags=tags)


def template(*names: str) -> str:
    return "Resources:\n" + "".join(map(QUEUE.format, names))


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    other = template("Twice") + "  Typed: {Type: AWS::SNS::Topic}\n"
    files = {"infra/a.yaml": template("Orders", "Twice"), "infra/b.yaml": other, "README.md": "Hi"}
    History(tmp_path).commit("Declare queues", files)
    (tmp_path / "infra/built.yaml").write_text(template("Untracked"))
    return tmp_path


def sarif(folder: Path, url: str, *options: str) -> dict[str, Any]:
    place = ("--region", REGION, "--endpoint-url", url, "--no-metrics")
    done = msgaudit(folder, "scan", *place, "--select", "SQS030", "-f", "sarif", *options)
    assert done.returncode == 1, done.stderr
    return dict(json.loads(done.stdout)["runs"][0])


def places(run: dict[str, Any]) -> dict[str, tuple[str, int]]:
    """File and line by name of queue."""
    found = {}
    for result in run["results"]:
        (location,) = result["locations"]
        name = location["logicalLocations"][0]["fullyQualifiedName"].rpartition(":")[2]
        physical = location["physicalLocation"]
        uri, line = physical["artifactLocation"]["uri"], physical["region"]["startLine"]
        found[name] = (uri, line)
    return found


def test_findings_are_shown_at_the_only_declaration_in_the_repository(
    account: Account, repository: Path
) -> None:
    for name in ("Orders", "Twice", "Typed", "Untracked"):
        made(account, name.lower(), name)
    made(account, "plain")

    run = sarif(repository / "infra", account.url)
    assert places(run) == {"orders": ("infra/a.yaml", 2)}
    (note,) = run["invocations"][0]["toolExecutionNotifications"]
    assert note["message"]["text"].startswith("4 findings left out: no file of the repository")

    (repository / ".msgaudit.yaml").write_text(f"fail-on: high\nregions: [{REGION}]\n")
    run = sarif(repository / "infra", account.url)
    others = dict.fromkeys(("twice", "typed", "untracked", "plain"), (".msgaudit.yaml", 2))
    assert places(run) == {"orders": ("infra/a.yaml", 2), **others}
    assert run["invocations"][0]["toolExecutionNotifications"] == []


def test_outside_a_repository_nothing_is_shown(account: Account, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(template("Orders"))
    made(account, "orders", "Orders")

    assert sarif(tmp_path, account.url)["results"] == []
