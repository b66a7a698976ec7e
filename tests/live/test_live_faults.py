"""Nothing that goes wrong is lost, and nothing else is lost with it."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest

from auditor.collectors.live import LiveCollector, Scope
from auditor.engine import judge
from auditor.errors import NothingAuditedError, UsageError
from auditor.findings import Gap, Outcome
from auditor.resources import Queue
from auditor.values import UndeterminedError
from checks.sqs.dead_letter import queue_without_dlq
from tests.live.conftest import Account
from tests.live.faulty import Call, FaultyAws, Reply, error, xml_error
from tests.live.reading import ACCOUNT, REGION, arn, collect, properties, resources

THROTTLED = error("ThrottlingException")
GARBAGE: Reply = (200, "application/x-amz-json-1.0", b'{"QueueUrls": ["https://')
EMPTY: Reply = (200, "application/x-amz-json-1.0", b"{}")


def fill(account: Account) -> None:
    """One resource for each service."""
    account.queue("orders")
    topic = account.client("sns").create_topic(Name="orders")["TopicArn"]
    account.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn("sqs", "orders"))
    account.client("kinesis").create_stream(StreamName="clicks", ShardCount=1)
    account.client("events").put_rule(Name="daily", ScheduleExpression="rate(1 day)")
    account.client("cloudwatch").put_metric_alarm(
        AlarmName="deep", MetricName="m", Namespace="AWS/SQS", Period=60, Statistic="Sum",
        ComparisonOperator="GreaterThanThreshold", EvaluationPeriods=1, Threshold=0,
    )  # fmt: skip


FILLED = {
    "AWS::CloudWatch::Alarm",
    "AWS::Events::EventBus",
    "AWS::Events::Rule",
    "AWS::Kinesis::Stream",
    "AWS::SNS::Subscription",
    "AWS::SNS::Topic",
    "AWS::SQS::Queue",
}
LOST_WITH = {"AWS::Events::EventBus": ["AWS::Events::Rule"]}
DENIED_LISTS = [
    ("sqs:ListQueues", error("AccessDeniedException"), "AWS::SQS::Queue"),
    ("sns:ListTopics", xml_error("AuthorizationError"), "AWS::SNS::Topic"),
    ("sns:ListSubscriptions", xml_error("AuthorizationError"), "AWS::SNS::Subscription"),
    ("kinesis:ListStreams", error("AccessDeniedException"), "AWS::Kinesis::Stream"),
    ("events:ListEventBuses", error("AccessDeniedException"), "AWS::Events::EventBus"),
    ("events:ListRules", error("AccessDeniedException"), "AWS::Events::Rule"),
    ("pipes:ListPipes", error("AccessDeniedException", 403), "AWS::Pipes::Pipe"),
    ("scheduler:ListSchedules", error("AccessDeniedException", 403), "AWS::Scheduler::Schedule"),
    ("lambda:ListFunctions", error("AccessDeniedException", 403), "AWS::Lambda::Function"),
    ("iot:ListTopicRules", error("UnauthorizedException", 401), "AWS::IoT::TopicRule"),
    ("states:ListStateMachines", error("Forbidden", 403), "AWS::StepFunctions::StateMachine"),
]


@pytest.mark.parametrize(("action", "reply", "type_"), DENIED_LISTS)
def test_denied_list_is_one_gap_and_the_rest_is_there(
    account: Account, faulty: FaultyAws, action: str, reply: Reply, type_: str
) -> None:
    fill(account)
    faulty.answer(action.partition(":")[2], reply)
    unit = collect(faulty.url)
    (reading,) = unit.readings
    assert unit.gaps == (Gap(f"{action} in {REGION}", "AccessDenied", action),)
    assert reading.unread[type_] == f"{action} in {REGION}: AccessDenied"
    lost = {type_, *LOST_WITH.get(type_, ())}
    assert {raw.type for raw in reading.resources} == FILLED - lost


def test_what_was_not_collected_is_said_for_every_type(account: Account) -> None:
    unread = collect(account.url).readings[0].unread
    assert unread["AWS::DynamoDB::Table"] == (
        "AWS::DynamoDB::Table is not collected from accounts yet"
    )
    assert "AWS::SQS::Queue" not in unread


def test_denied_attributes_of_one_queue_leave_it_undetermined(
    account: Account, faulty: FaultyAws
) -> None:
    account.queue("orders")
    account.queue("secret.fifo", FifoQueue="true")

    def only_secret(call: Call) -> Reply | None:
        return error("AccessDeniedException") if "secret" in call.body else None

    faulty.faults["GetQueueAttributes"] = only_secret
    unit = collect(faulty.url)
    assert unit.gaps == (
        Gap(
            f"sqs:GetQueueAttributes on secret.fifo in {REGION}",
            "AccessDenied",
            "sqs:GetQueueAttributes",
        ),
    )
    orders, secret = resources(unit, "AWS::SQS::Queue")
    assert (orders.name, secret.name) == ("orders", "secret.fifo")
    assert secret.arn == arn("sqs", "secret.fifo")
    queue = Queue(secret)
    assert queue.fifo
    with pytest.raises(UndeterminedError, match=r"sqs:GetQueueAttributes on secret\.fifo"):
        _ = queue.visibility_timeout
    outcomes = {
        found.resource.name: found.outcome for found in judge(unit, [queue_without_dlq]).findings
    }
    assert outcomes == {
        "orders": Outcome.UNDETERMINED,  # the other queue may dead-letter to it
        "secret.fifo": Outcome.UNDETERMINED,
    }


def test_many_denied_resources_are_one_gap(account: Account, faulty: FaultyAws) -> None:
    for name in ("a", "b", "c"):
        account.queue(name)
    faulty.deny("GetQueueAttributes")
    (gap,) = collect(faulty.url).gaps
    assert gap.what == f"sqs:GetQueueAttributes on a and 2 more in {REGION}"


def test_denied_targets_leave_the_rule_with_unknown_ones(
    account: Account, faulty: FaultyAws
) -> None:
    account.client("events").put_rule(Name="daily", ScheduleExpression="rate(1 day)")
    faulty.deny("ListTargetsByRule")
    targets = properties(collect(faulty.url), "AWS::Events::Rule")["Targets"]
    assert targets.reason == "events:ListTargetsByRule on daily: AccessDenied"


def test_throttled_calls_are_repeated(account: Account, faulty: FaultyAws) -> None:
    account.queue("orders")
    faulty.answer("GetQueueAttributes", THROTTLED, times=1)
    unit = collect(faulty.url)
    assert [raw.name for raw in resources(unit, "AWS::SQS::Queue")] == ["orders"]
    assert (unit.gaps, faulty.calls["GetQueueAttributes"]) == ((), 2)


def test_calls_that_stay_throttled_are_a_gap_without_permission(
    account: Account, faulty: FaultyAws
) -> None:
    fill(account)
    faulty.answer("ListStreams", THROTTLED)
    (gap,) = collect(faulty.url).gaps
    assert gap == Gap(
        f"kinesis:ListStreams in {REGION}", "ThrottlingException: refused by the test"
    )


@pytest.mark.parametrize(
    ("operation", "reply"),
    [
        ("ListQueues", GARBAGE),
        ("ListStreams", EMPTY),
        ("ListEventBuses", (200, "application/x-amz-json-1.1", b"<html>proxy</html>")),
        ("ListPipes", (200, "application/json", b"{}")),
        ("ListTopics", (200, "text/xml", b"<ListTopicsResponse/>")),
        ("ListSubscriptions", (200, "text/xml", b"not xml")),
        ("DescribeAlarms", (200, "application/cbor", b"\xff\xff")),
        ("DescribeAlarms", (200, "application/cbor", b"\xa0")),
    ],
)
def test_broken_answer_with_status_200_is_a_gap(
    account: Account, faulty: FaultyAws, operation: str, reply: Reply
) -> None:
    fill(account)
    faulty.answer(operation, reply)
    unit = collect(faulty.url)
    assert {gap.what.partition(":")[2].partition(" ")[0] for gap in unit.gaps} == {operation}
    assert all(gap.permission is None for gap in unit.gaps)
    assert len(unit.readings[0].resources) >= 4


def test_answer_without_its_parts_is_a_gap(account: Account, faulty: FaultyAws) -> None:
    fill(account)
    body = json.dumps({"Attributes": {}}).encode()
    faulty.answer("GetQueueAttributes", (200, "application/x-amz-json-1.0", body))
    unit = collect(faulty.url)
    assert unit.gaps == (
        Gap(f"SQS in {REGION}", "an answer could not be understood: KeyError('QueueArn')"),
    )
    assert "AWS::SQS::Queue" in unit.readings[0].unread
    assert resources(unit, "AWS::SNS::Topic")


def test_queue_deleted_after_it_was_listed_is_gone(account: Account, faulty: FaultyAws) -> None:
    fill(account)
    faulty.deny("GetQueueAttributes", "AWS.SimpleQueueService.NonExistentQueue")
    unit = collect(faulty.url)
    assert (resources(unit, "AWS::SQS::Queue"), unit.gaps) == ([], ())


def test_a_page_that_repeats_does_not_repeat_for_ever(account: Account, faulty: FaultyAws) -> None:
    fill(account)
    body = json.dumps({"StreamNames": ["clicks"], "HasMoreStreams": True, "NextToken": "same"})
    faulty.answer("ListStreams", (200, "application/x-amz-json-1.1", body.encode()))
    unit = collect(faulty.url)
    assert [gap.reason for gap in unit.gaps] == ["the service repeats the same page"]
    assert [raw.name for raw in resources(unit, "AWS::Kinesis::Stream")] == ["clicks"]


def test_expired_token(faulty: FaultyAws) -> None:
    faulty.answer("GetCallerIdentity", xml_error("ExpiredToken"))
    with pytest.raises(NothingAuditedError, match="cannot be used: ExpiredToken") as caught:
        collect(faulty.url)
    assert "sign in (aws sso login)" in caught.value.hint


def test_credentials_are_judged_only_by_what_can_be_read(
    account: Account, faulty: FaultyAws
) -> None:
    fill(account)
    faulty.answer("GetCallerIdentity", xml_error("AccessDenied"))
    unit = collect(faulty.url)
    assert {raw.account for raw in unit.readings[0].resources} == {ACCOUNT}


def test_no_credentials(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    with pytest.raises(NothingAuditedError, match="Unable to locate credentials"):
        collect(account.url)


def test_everything_denied(account: Account, faulty: FaultyAws) -> None:
    faulty.reply = lambda call: error("AccessDenied", 403)  # type: ignore[method-assign]
    with pytest.raises(NothingAuditedError, match="nothing could be read") as caught:
        collect(faulty.url)
    assert "msgaudit iam-policy" in caught.value.hint


def test_endpoint_that_nobody_listens_at() -> None:
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{reserved.getsockname()[1]}"
        with pytest.raises(NothingAuditedError, match="Could not connect") as caught:
            collect(url, attempts=1)
    assert "--endpoint-url" in caught.value.hint


def test_endpoint_that_is_no_url(account: Account) -> None:
    with pytest.raises(UsageError, match="Invalid endpoint: localhost") as caught:
        collect("localhost")
    assert "give a URL" in caught.value.hint


def test_credentials_never_show(faulty: FaultyAws, tmp_path: Path) -> None:
    (tmp_path / "credentials").write_text("[default]\n")
    faulty.answer("GetCallerIdentity", xml_error("InvalidClientTokenId"))
    with pytest.raises(NothingAuditedError) as caught:
        list(LiveCollector(Scope(regions=(REGION,)), endpoint_url=faulty.url).collect())
    assert "testing" not in f"{caught.value} {caught.value.hint}"
