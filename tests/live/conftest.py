from __future__ import annotations

import os
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import botocore.session
import pytest

from auditor.collectors.live import session
from tests.live.faulty import FaultyAws
from tests.live.moto_process import running

REGION = "us-east-1"


@pytest.fixture(scope="session")
def moto_url() -> Iterator[str]:
    with running() as url:
        yield url


@pytest.fixture(autouse=True)
def no_real_account(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing of the developer's own configuration may be seen, let alone used."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a busy machine the first answer of moto's services takes longer than AWS ever does."""
    monkeypatch.setattr(session, "_READ_SECONDS", 300)
    monkeypatch.setattr(session, "_CONNECT_SECONDS", 300)


class Account:
    """An empty account in moto, and clients to fill it."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._session = botocore.session.Session()
        self._session.set_credentials("testing", "testing")
        self._made: dict[tuple[str, str], Any] = {}

    def client(self, service: str, region: str = REGION) -> Any:
        if (service, region) not in self._made:
            client = self._session.create_client(service, region, endpoint_url=self.url)
            self._made[service, region] = client
        return self._made[service, region]

    def reset(self) -> None:
        """Empty the account."""
        request = urllib.request.Request(f"{self.url}/moto-api/reset", method="POST")
        urllib.request.urlopen(request).close()

    def queue(self, name: str, **attributes: str) -> str:
        """A queue; its URL."""
        made = self.client("sqs").create_queue(QueueName=name, Attributes=attributes)
        return str(made["QueueUrl"])


@pytest.fixture(scope="session")
def shared_account(moto_url: str) -> Account:
    """Clients are slow to make, so all tests use the same."""
    return Account(moto_url)


@pytest.fixture
def account(shared_account: Account) -> Account:
    shared_account.reset()
    return shared_account


@pytest.fixture
def faulty(account: Account) -> Iterator[FaultyAws]:
    proxy = FaultyAws(account.url)
    yield proxy
    proxy.close()
