"""Reading accounts on other machines gives what reading them here gives, whatever happens there."""

from __future__ import annotations

import json
import pickle
import sys
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from auditor.cli.executors import executor
from auditor.collectors.live import LiveCollector, Scope
from auditor.collectors.live.distributed import DistributedCollector, Part, read_part
from auditor.errors import NothingAuditedError, UsageError
from auditor.findings import Gap
from auditor.inventory import Unit
from auditor.tasks import Workers
from tests.cli.process import msgaudit
from tests.cluster import address, kill_one
from tests.live.conftest import REGION, Account
from tests.live.faulty import FaultyAws, xml_error
from tests.live.reading import ACCOUNT, collect, resources

REGIONS = ("eu-central-1", "eu-west-1", "us-east-1", "us-west-2")
NO_ENDPOINTS = (200, "text/xml", b"<R><vpcEndpointSet/></R>")  # moto takes long to make some


@pytest.fixture
def filled(account: Account, faulty: FaultyAws) -> FaultyAws:
    for number, region in enumerate(REGIONS):
        for each in range(number + 1):
            account.client("sqs", region).create_queue(QueueName=f"orders-{each}")
    trust = json.dumps({"Version": "2012-10-17", "Statement": []})
    account.client("iam").create_role(RoleName="worker", AssumeRolePolicyDocument=trust)
    faulty.answer("DescribeVpcEndpoints", NO_ENDPOINTS)
    return faulty


def read(url: str, workers: Workers, progress: Callable[[str], None] = lambda what: None) -> Unit:
    local = LiveCollector(Scope(regions=REGIONS), endpoint_url=url, progress=progress, attempts=2)
    (unit,) = DistributedCollector(local, workers, (), 14).collect()
    return unit


def contents(unit: Unit) -> set[tuple[object, ...]]:
    (reading,) = unit.readings
    found = [*reading.resources, *reading.context]
    assert len({raw.id for raw in found}) == len(found)
    return {(raw.id, raw.type, raw.region, repr(raw.properties)) for raw in found}


def test_a_worker_killed_in_the_middle_loses_nothing(filled: FaultyAws, cluster: Any) -> None:
    here = collect(filled.url, *REGIONS)
    told: list[str] = []

    def hear(what: str) -> None:
        if not told:
            kill_one(cluster)
        told.append(what)

    with executor(address(cluster)) as workers:
        there = read(filled.url, workers, hear)
    assert contents(there) == contents(here)
    assert there.readings[0].unread == here.readings[0].unread
    assert (there.accounts, there.regions) == (here.accounts, here.regions)
    assert set(there.gaps) == {Gap(f"{gap.what} of account {ACCOUNT}", gap.reason, gap.permission)
                               for gap in here.gaps}  # fmt: skip
    assert len(resources(there, "AWS::SQS::Queue")) == 1 + 2 + 3 + 4
    assert len(told) == len(REGIONS)


def test_the_command_finds_the_same(filled: FaultyAws, cluster: Any, tmp_path: Path) -> None:
    place = ("--region", REGION, "--endpoint-url", filled.url, "--no-metrics", "-f", "json")
    here = msgaudit(tmp_path, "scan", *place)
    there = msgaudit(tmp_path, "scan", *place, "--executor", address(cluster))
    assert there.returncode == here.returncode == 1, there.stderr
    assert json.loads(there.stdout)["findings"] == json.loads(here.stdout)["findings"]


class Sending(ThreadPoolExecutor):
    """Keeps what would be sent to other machines."""

    def __init__(self) -> None:
        super().__init__(2)
        self.sent: list[Part] = []

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        self.sent += args
        return super().submit(fn, *args, **kwargs)


def test_no_secret_is_sent(filled: FaultyAws, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "hunter2hunter2")
    with Sending() as workers:
        read(filled.url, Workers(workers))
    assert {part.region for part in workers.sent} == set(REGIONS)
    assert [part.first for part in workers.sent].count(True) == 1
    assert b"hunter2" not in pickle.dumps(workers.sent)


def test_a_part_that_nobody_can_read_is_a_gap(filled: FaultyAws) -> None:
    class Dying(Sending):
        def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
            if args[0].region != "us-west-2":
                return super().submit(fn, *args, **kwargs)
            future: Future[Any] = Future()
            future.set_exception(MemoryError("killed"))
            return future

    with Dying() as workers:
        unit = read(filled.url, Workers(workers))
    (gap,) = [gap for gap in unit.gaps if "no worker" in gap.reason]
    assert (gap.what, "MemoryError" in gap.reason) == (f"us-west-2 of account {ACCOUNT}", True)
    assert "no worker" in unit.readings[0].unread["AWS::SQS::Queue"]
    assert len(resources(unit, "AWS::SQS::Queue")) == 1 + 2 + 3


def test_workers_in_another_account_read_nothing(filled: FaultyAws) -> None:
    part = Part(Scope(regions=(REGION,)), "999999999999", REGION, True, filled.url, None, (), 14)
    answer = read_part(part)
    assert isinstance(answer, Gap)
    assert answer.reason == f"the worker has credentials of another account: {ACCOUNT}"


def test_workers_without_credentials(filled: FaultyAws) -> None:
    class Elsewhere(Sending):
        def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
            filled.answer("GetCallerIdentity", xml_error("InvalidClientTokenId"))
            return super().submit(fn, *args, **kwargs)

    with Elsewhere() as workers, pytest.raises(NothingAuditedError, match="cannot be used"):
        read(filled.url, Workers(workers))


def test_executors_that_cannot_be_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, unused_port: int
) -> None:
    place = ("--region", REGION, "--endpoint-url", "http://127.0.0.1:1")
    wrong = msgaudit(tmp_path, "scan", *place, "--executor", "ray://here:1")
    assert (wrong.returncode, "dask://HOST:PORT" in wrong.stderr) == (2, True)
    monkeypatch.setattr("auditor.cli.executors._CONNECT_SECONDS", 1)
    url = f"dask://127.0.0.1:{unused_port}"
    with pytest.raises(UsageError, match="no scheduler answers"), executor(url):
        pass
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(UsageError, match=r"needs dask\.distributed"), executor(url):
        pass


@pytest.fixture
def unused_port() -> int:
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])
