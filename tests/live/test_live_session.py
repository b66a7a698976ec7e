"""Profiles, regions, and the promise to only read."""

from __future__ import annotations

import contextlib
import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import botocore
import pytest
from botocore.credentials import RefreshableCredentials
from botocore.loaders import create_loader

from auditor.collectors.live import OPERATIONS, LiveCollector, Scope
from auditor.collectors.live.collector import SERVICES
from auditor.collectors.live.operations import (
    ANSWERS,
    ReadOnlyError,
    client_name,
    operation_name,
    refuse_changes,
)
from auditor.collectors.live.reader import Log, Reader
from auditor.collectors.live.session import open_session, sign_in
from auditor.errors import NothingAuditedError, UsageError
from tests.live.conftest import REGION, Account
from tests.live.faulty import FaultyAws
from tests.live.reading import resources


def test_unknown_profile(tmp_path: Path) -> None:
    (tmp_path / "config").write_text("[profile prod]\nregion = eu-west-1\n")
    with pytest.raises(UsageError, match="prdo") as caught:
        list(LiveCollector(Scope(profiles=("prdo",))).collect())
    assert caught.value.hint == "profiles in your AWS configuration: prod"


def test_unreadable_configuration(tmp_path: Path) -> None:
    (tmp_path / "config").write_text("profile prod\n")
    with pytest.raises(UsageError, match="parse") as caught:
        list(LiveCollector().collect())
    assert "~/.aws/config" in caught.value.hint


@pytest.mark.parametrize(
    ("region", "hint"),
    [("us-esat-1", "us-east-1"), ("mars", "upgrade botocore")],
)
def test_unknown_region(region: str, hint: str) -> None:
    with pytest.raises(UsageError, match=f"unknown region {region}") as caught:
        list(LiveCollector(Scope(regions=(REGION, region))).collect())
    assert hint in caught.value.hint


def test_no_region() -> None:
    with pytest.raises(UsageError, match="no region") as caught:
        list(LiveCollector().collect())
    assert "--region" in caught.value.hint


def test_profile_gives_region_and_credentials(
    account: Account, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    (tmp_path / "config").write_text("[profile prod]\nregion = eu-west-1\n")
    keys = "aws_access_key_id = testing\naws_secret_access_key = testing\n"
    (tmp_path / "credentials").write_text(f"[prod]\n{keys}")
    account.client("sqs", "eu-west-1").create_queue(QueueName="orders")
    (unit,) = LiveCollector(Scope(profiles=("prod",)), endpoint_url=account.url).collect()
    assert [raw.region for raw in resources(unit, "AWS::SQS::Queue")] == ["eu-west-1"]


@pytest.mark.parametrize(
    ("setting", "reason"),
    [
        ("credential_process = /bin/false", "from custom-process"),
        ("credential_process = /no/such/program", "No such file or directory"),
        ("credential_process = echo hello", "Expecting value"),
        ("credential_process = echo []", "no attribute 'get'"),
        ("web_identity_token_file = /no/such/file\nrole_arn = {role}", "No such file or directory"),
        (
            "sso_session = corp\nsso_account_id = 1\nsso_role_name = a",
            "Token for corp does not exist",
        ),
        ("sso_session = gone\nsso_account_id = 1\nsso_role_name = a", "sso-session does not exist"),
        ("role_arn = {role}\nsource_profile = gone", 'source_profile "gone" referenced'),
        ("aws_access_key_id = testing", "Partial credentials"),
    ],
)
def test_profile_without_usable_credentials(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, setting: str, reason: str
) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    lines = setting.format(role="arn:aws:iam::123456789012:role/audit")
    portal = f"[sso-session corp]\nsso_region = {REGION}\nsso_start_url = https://corp.example/\n"
    (tmp_path / "config").write_text(f"[profile prod]\nregion = {REGION}\n{lines}\n{portal}")
    with pytest.raises(NothingAuditedError, match=reason) as caught:
        list(LiveCollector(Scope(profiles=("prod",))).collect())
    assert str(caught.value).startswith("these AWS credentials cannot be used: ")
    assert "--profile" in caught.value.hint


def test_code_that_nobody_can_type(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a profile with `mfa_serial` comes to without a terminal."""

    def ask() -> None:
        raise EOFError

    clients = open_session(None, None, attempts=1)
    monkeypatch.setattr(clients.session, "get_credentials", ask)
    with pytest.raises(NothingAuditedError, match="there is no terminal to answer"):
        sign_in(clients)


def test_credentials_that_cannot_be_renewed_end_the_run(account: Account) -> None:
    """As when the program of a profile is gone by then."""
    clients = open_session(None, account.url, attempts=1)
    session: Any = clients.session
    known = session.get_credentials()

    def renew() -> dict[str, str]:
        raise FileNotFoundError(2, "No such file or directory")

    soon = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=1)
    # No provider gives such short-lived ones.
    session._credentials = RefreshableCredentials(
        known.access_key, known.secret_key, "", soon, renew, "custom-process"
    )
    with ThreadPoolExecutor(1) as pool:
        reader = Reader(clients, REGION, None, pool, log := Log())
        assert reader.listing("sqs:ListQueues", "QueueUrls", MaxResults=1000) == []
        assert reader.listing("sns:ListTopics", "Topics") == []
    (gap,) = log.gaps()
    assert gap.reason.startswith("the credentials cannot be renewed: [Errno 2] No such file")


def test_progress_names_each_service(account: Account) -> None:
    account.queue("orders")
    said: list[str] = []
    scope = Scope(regions=(REGION,))
    list(LiveCollector(scope, endpoint_url=account.url, progress=said.append).collect())
    assert said[0].startswith(f"{len(SERVICES) - 1} of {len(SERVICES)} left, about ")
    assert said[0].endswith(f" failed; {REGION}: 1 resources of SQS")
    assert len(said) == len(SERVICES)


def test_every_operation_exists_and_only_reads() -> None:
    session = botocore.session.Session()
    for action in ANSWERS:
        name = operation_name(action)
        model = session.get_service_model(client_name(action))
        assert name in model.operation_names
        assert name.startswith(("BatchGet", "Describe", "Get", "List", "Select"))


def test_other_calls_are_refused_before_they_are_sent(faulty: FaultyAws) -> None:
    """Also with models that know them: there are two locks."""
    clients = open_session(None, faulty.url, attempts=1)
    clients.session.register_component("data_loader", create_loader())
    client = clients.get("sqs", REGION)
    with pytest.raises(ReadOnlyError, match="sqs:DeleteQueue was about to be called"):
        client.delete_queue(QueueUrl=f"{faulty.url}/1/orders")
    assert sum(faulty.calls.values()) == 0


# Beside lists and descriptions: what signs in, and what finds the region of a bucket.
SIGNING_IN = {
    ("s3", "HeadBucket"), ("signin", "CreateOAuth2Token"), ("sso", "GetRoleCredentials"),
    ("sso-oidc", "CreateToken"), ("sts", "AssumeRole"), ("sts", "AssumeRoleWithWebIdentity"),
}  # fmt: skip


def test_no_operation_of_any_service_can_change_anything() -> None:
    """Nor read what messages and objects hold: every operation that botocore knows there is tried.

    Of the services that are asked, and of some that hold secrets.
    """
    session = botocore.session.Session()
    known = {(client_name(action), operation_name(action)) for action in ANSWERS}
    services = {service for service, _ in known | SIGNING_IN} | {"secretsmanager", "ssm", "logs"}
    allowed = set()
    for service in sorted(services):
        model = session.get_service_model(service)
        for name in model.operation_names:
            with contextlib.suppress(ReadOnlyError):
                refuse_changes(model=model.operation_model(name))
                allowed.add((service, name))
    assert allowed == known | SIGNING_IN


def test_collecting_sends_nothing_but_the_listed_operations(
    account: Account, faulty: FaultyAws
) -> None:
    account.queue("orders.fifo", FifoQueue="true")
    account.client("events").put_rule(Name="daily", ScheduleExpression="rate(1 day)")
    list(LiveCollector(Scope(regions=(REGION,)), endpoint_url=faulty.url).collect())
    known = set(map(operation_name, OPERATIONS))
    assert set(faulty.calls) <= known
    assert faulty.calls["GetQueueAttributes"] == 1
    assert faulty.calls["ListTargetsByRule"] == 1
    repeated = {name: count for name, count in faulty.calls.items() if count > 1}
    # One list for each kind of alarm, and one for each kind of identity.
    assert repeated == {"DescribeAlarms": 2, "GetAccountAuthorizationDetails": 4}


def test_missing_profile_file_is_not_a_reason_to_use_other_credentials(
    account: Account, tmp_path: Path
) -> None:
    (tmp_path / "config").write_text("[profile prod]\nregion = eu-west-1\n")
    with pytest.raises(NothingAuditedError, match="Unable to locate credentials"):
        list(LiveCollector(Scope(profiles=("prod",)), endpoint_url=account.url).collect())
