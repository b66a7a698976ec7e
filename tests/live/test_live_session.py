"""Profiles, regions, and the promise to only read."""

from __future__ import annotations

from pathlib import Path

import botocore
import pytest
from botocore import xform_name

from auditor.collectors.live import OPERATIONS, LiveCollector, Scope
from auditor.collectors.live.collector import SERVICES
from auditor.collectors.live.operations import (
    ANSWERS,
    READING_VERBS,
    ReadOnlyError,
    client_name,
    operation_name,
)
from auditor.collectors.live.session import open_session
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


def test_progress_names_each_service(account: Account) -> None:
    account.queue("orders")
    said: list[str] = []
    scope = Scope(regions=(REGION,))
    list(LiveCollector(scope, endpoint_url=account.url, progress=said.append).collect())
    assert said[0].startswith(f"{REGION}: 1 resources of SQS; {len(SERVICES) - 1} of ")
    assert len(said) == len(SERVICES)


def test_every_operation_exists_and_only_reads() -> None:
    session = botocore.session.Session()
    for action in ANSWERS:
        name = operation_name(action)
        model = session.get_service_model(client_name(action))
        assert name in model.operation_names
        assert name.startswith(READING_VERBS)


@pytest.mark.parametrize(
    ("service", "operation", "arguments"),
    [
        ("sqs", "DeleteQueue", {"QueueUrl": "https://sqs.us-east-1.amazonaws.com/1/orders"}),
        ("sqs", "SendMessage", {"QueueUrl": "https://x.example/1/orders", "MessageBody": "hello"}),
        ("sns", "CreateTopic", {"Name": "orders"}),
        ("lambda", "Invoke", {"FunctionName": "worker"}),
        ("cloudwatch", "PutMetricData", {"Namespace": "a", "MetricData": []}),
        (
            "sts",
            "AssumeRoot",
            {"TargetPrincipal": "111122223333", "TaskPolicyArn": {"arn": "a" * 20}},
        ),
    ],
)
def test_other_calls_are_refused_before_they_are_sent(
    faulty: FaultyAws, service: str, operation: str, arguments: dict[str, str]
) -> None:
    client = open_session(None, faulty.url, attempts=1).get(service, REGION)
    with pytest.raises(ReadOnlyError, match=f"{service}:{operation} was about to be called"):
        getattr(client, xform_name(operation))(**arguments)
    assert sum(faulty.calls.values()) == 0


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
