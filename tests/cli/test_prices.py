"""`--prices` of the real process, over a snapshot with traffic."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from auditor.errors import ExitStatus
from tests.accounts import kept, read_account
from tests.cli.process import msgaudit

FIXTURE = Path(__file__).parents[1] / "fixtures/sqs/queue-with-many-requests/fail.account"
PRICE = {"region": "eu-west-1", "name": "sqs.standard-request", "price": 1e-6,
         "source": "our contract", "date": "2026-11-01"}  # fmt: skip


@pytest.fixture
def snapshot(tmp_path: Path) -> str:
    file = tmp_path / "account.msgaudit.json.gz"
    file.write_bytes(kept(read_account(FIXTURE)))
    return str(file)


def estimate(folder: Path, *arguments: str) -> Any:
    done = msgaudit(folder, "scan", "--select", "COST001", "-f", "json", "--exit-zero", *arguments)
    (finding,) = json.loads(done.stdout)["findings"]
    return finding["estimate"]


def test_shipped_prices_are_the_default(snapshot: str, tmp_path: Path) -> None:
    assert estimate(tmp_path, "--snapshot", snapshot)["monthly_cost"] == 4.38


def test_prices_of_a_file_stand_in_their_place(snapshot: str, tmp_path: Path) -> None:
    file = tmp_path / "prices.json"
    file.write_text(json.dumps({"currency": "EUR", "prices": [PRICE]}))
    found = estimate(tmp_path, "--snapshot", snapshot, "--prices", str(file))
    assert found["monthly_cost"] == 10.95
    assert found["currency"] == "EUR"
    assert "our contract (2026-11-01)" in found["basis"]


def test_bad_file_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    file = tmp_path / "prices.json"
    file.write_text("{}")
    done = msgaudit(tmp_path, "scan", "--profile", "none-such", "--prices", str(file))
    assert done.returncode == ExitStatus.USAGE
    assert "needs `currency` and `prices`" in done.stderr
    assert "docs/cost.md" in done.stderr


@pytest.mark.parametrize("source", [("--demo",), ("template.yaml",), ("--snapshot", "x.gz")])
def test_only_an_account_can_ask_aws(tmp_path: Path, source: tuple[str, ...]) -> None:
    done = msgaudit(tmp_path, "scan", *source, "--prices", "aws")
    assert done.returncode == ExitStatus.USAGE
    assert "--prices aws needs the credentials of an account" in done.stderr
