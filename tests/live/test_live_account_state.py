"""What an account has beside the settings of its resources: limits, tasks, sources of partners."""

from __future__ import annotations

import json

import pytest

from auditor.collectors.live import functions, kinesis, moves, sns
from auditor.graph import EdgeKind
from auditor.linking import build_graph
from auditor.resources import EventBus, Function, Queue, Stream, StreamConsumer, Subscription
from auditor.resources.events import SOURCE_STATE
from auditor.resources.sns import SMS
from auditor.resources.sqs import MOVE_TASK
from auditor.resources.streams import LIMITS
from auditor.values import UndeterminedError, Unknown
from tests.live.conftest import REGION, Account
from tests.live.faulty import FaultyAws, Reply
from tests.live.filling import PARTNER, add_partner
from tests.live.reading import arn, collect, resources
from tests.live.test_live_events_functions import EMPTY_ZIP

HOUR = 3_600_000


def answer(**body: object) -> Reply:
    return 200, "application/json", json.dumps(body).encode()


def told(url: str, type_: str, name: str) -> dict[str, object]:
    """One property of each resource of a type."""
    return {str(raw.name): raw.properties.get(name) for raw in resources(collect(url), type_)}


def with_dead_letters(account: Account) -> None:
    account.queue("dead")
    account.queue("other")
    redrive = {"deadLetterTargetArn": arn("sqs", "dead"), "maxReceiveCount": 5}
    account.queue("work", RedrivePolicy=json.dumps(redrive))


def test_only_dead_letter_queues_tell_their_last_task(account: Account, faulty: FaultyAws) -> None:
    with_dead_letters(account)
    task = {"Status": "FAILED", "FailureReason": "AccessDenied", "StartedTimestamp": 1}
    faulty.answer("ListMessageMoveTasks", answer(Results=[task]))
    assert told(faulty.url, Queue.type, MOVE_TASK) == {
        "dead": {"Status": "FAILED", "FailureReason": "AccessDenied"}, "other": None, "work": None,
    }  # fmt: skip
    assert faulty.calls["ListMessageMoveTasks"] == 1


def test_dead_letter_queue_without_a_task(account: Account, faulty: FaultyAws) -> None:
    with_dead_letters(account)
    faulty.answer("ListMessageMoveTasks", answer(Results=[]))
    assert set(told(faulty.url, Queue.type, MOVE_TASK).values()) == {None}


def test_denied_tasks_are_unknown(account: Account, faulty: FaultyAws) -> None:
    with_dead_letters(account)
    faulty.deny("ListMessageMoveTasks")
    assert isinstance(told(faulty.url, Queue.type, MOVE_TASK)["dead"], Unknown)


def test_running_task_tells_its_hours() -> None:
    task = {
        "TaskHandle": "eyJ0YXNrSWQiOiJh", "Status": "RUNNING", "SourceArn": arn("sqs", "dead"),
        "ApproximateNumberOfMessagesMoved": 40, "StartedTimestamp": 10 * HOUR,
    }  # fmt: skip
    assert moves.transform(task, 35.5 * HOUR / 1000) == {
        "Status": "RUNNING", "ApproximateNumberOfMessagesMoved": 40, "HoursRunning": 25,
    }  # fmt: skip


def test_first_stream_tells_the_limits_of_the_account(account: Account) -> None:
    for name in ("clicks", "audit"):
        account.client("kinesis").create_stream(StreamName=name, ShardCount=1)
    found = told(account.url, Stream.type, LIMITS)
    assert found["clicks"] is None
    assert found["audit"] == {
        "OnDemandStreamCount": 0, "OnDemandStreamCountLimit": 50,
        "OpenShardCount": 0, "ShardLimit": 6000,
    }  # fmt: skip


def test_limits_leave_out_what_no_rule_asks_for() -> None:
    recorded = {"ShardLimit": 500, "OpenShardCount": 0, "ChannelCount": 1, "ChannelCountLimit": 5}
    assert kinesis.limits(recorded) == {"ShardLimit": 500, "OpenShardCount": 0}


def test_first_phone_tells_what_text_messages_may_cost(account: Account) -> None:
    client = account.client("sns")
    client.set_sms_attributes(attributes={"MonthlySpendLimit": "7", "DefaultSenderID": "shop"})
    topic = client.create_topic(Name="alerts")["TopicArn"]
    for number in ("+15555550100", "+15555550101"):
        client.subscribe(TopicArn=topic, Protocol="sms", Endpoint=number)
    found = [raw.properties.get(SMS) for raw in resources(collect(account.url), Subscription.type)]
    assert found == [{"MonthlySpendLimit": 7}, None]


def test_limit_that_nobody_set_is_not_known() -> None:
    assert sns.texting({"attributes": {}}) == {}


@pytest.mark.parametrize("state", ["ACTIVE", "DELETED"])
def test_bus_of_a_partner_tells_its_source(account: Account, faulty: FaultyAws, state: str) -> None:
    add_partner(account)
    faulty.answer("ListEventSources", answer(EventSources=[{"Name": PARTNER, "State": state}]))
    found = told(faulty.url, EventBus.type, SOURCE_STATE)
    assert found == {"default": None, PARTNER: state}


def test_only_functions_behind_queues_are_asked_for_loops(
    account: Account, faulty: FaultyAws
) -> None:
    account.client("iam").create_role(RoleName="worker", AssumeRolePolicyDocument="{}")
    account.queue("work")
    account.client("kinesis").create_stream(StreamName="clicks", ShardCount=1)
    sources = {"queued": arn("sqs", "work"), "streamed": arn("kinesis", "stream/clicks")}
    for name in (*sources, "idle"):
        account.client("lambda").create_function(
            FunctionName=name, Runtime="python3.13", Handler="a.b",
            Role="arn:aws:iam::123456789012:role/worker", Code={"ZipFile": EMPTY_ZIP},
        )  # fmt: skip
    for name, source in sources.items():
        account.client("lambda").create_event_source_mapping(
            FunctionName=name, EventSourceArn=source, StartingPosition="LATEST"
        )
    faulty.answer("GetFunctionRecursionConfig", answer(RecursiveLoop="Allow"))
    found = told(faulty.url, Function.type, "RecursiveLoop")
    assert found.pop("queued") == "Allow"
    assert all(isinstance(value, Unknown) for value in found.values())
    assert len(found) == 2
    assert faulty.calls["GetFunctionRecursionConfig"] == 1


def test_function_without_settings_has_none() -> None:
    configuration = {"FunctionName": "a", "FunctionArn": f"arn:aws:lambda:{REGION}:1:function:a"}
    assert functions.function(configuration, None, None).properties == {"FunctionName": "a"}


def test_stream_with_queues_may_have_other_readers(account: Account, faulty: FaultyAws) -> None:
    account.client("kinesis").create_stream(StreamName="clicks", ShardCount=1)
    summary = account.client("kinesis").describe_stream_summary(StreamName="clicks")
    described = {**summary["StreamDescriptionSummary"], "QueueCount": 1}
    body = json.dumps({"StreamDescriptionSummary": described}, default=lambda _: 1.0).encode()
    faulty.answer("DescribeStreamSummary", (200, "application/json", body))
    unit = collect(faulty.url)
    (reading,) = unit.readings
    assert (unit.gaps, reading.unread[StreamConsumer.type]) == (
        (), "the queues of stream clicks are not read",
    )  # fmt: skip
    graph = build_graph(reading.resources, reading.unread)
    (stream,) = graph.all(Stream)
    with pytest.raises(UndeterminedError):
        graph.settle_outgoing(stream, EdgeKind.CONSUMES)
