"""The calls of a run are those that the documents promise, and none is made twice."""

from __future__ import annotations

import re
from math import ceil
from pathlib import Path

import pytest

from auditor.collectors.live import OPERATIONS
from tests.live.conftest import Account
from tests.live.faulty import FaultyAws, call_name
from tests.live.filling import add_rest_method, complete
from tests.live.reading import arn, collect
from tests.live.test_live_events_functions import EMPTY_ZIP

TABLE = Path(__file__).parents[2] / "docs" / "accounts.md"
ROW = re.compile(r"^\| [^|]*\| `([\w:]+)` \| ([^|]+) \|$", re.MULTILINE)
ROWS = dict(ROW.findall(TABLE.read_text()))
N = 20
# What the documents count by, in an account of that size; the default bus is always there.
SIZES = {
    "queues": N, "topics": N, "subscriptions": N, "buses": 1, "rules": N // 2,
    "streams": N // 10, "functions": N // 5, "mappings": N // 5, "state machines": N // 5,
    "alarms": N, "REST APIs": N // 5,
}  # fmt: skip
KINDS = {
    "kind of alarm": 2, "kind of identity": 4, "profile": 1, "page of IoT rules": 1,
    "region with streams": 1,
}  # fmt: skip
NAMES = {
    "bus": "buses", "REST API": "REST APIs", "function with a mapping": "functions",
    "function with a mapping of a queue": "functions",
    "stream with consumers": "streams",  # moto does not tell how many consumers there are
}  # fmt: skip


@pytest.fixture
def sized(account: Account) -> Account:
    """N queues, topics, subscriptions and alarms, and what goes with them, such as REST APIs."""
    for number in range(N):
        account.queue(f"queue-{number}")
        topic = account.client("sns").create_topic(Name=f"topic-{number}")["TopicArn"]
        queue = arn("sqs", f"queue-{number}")
        account.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue)
        account.client("cloudwatch").put_metric_alarm(
            AlarmName=f"alarm-{number}", MetricName="m", Namespace="AWS/SQS", Period=60,
            ComparisonOperator="GreaterThanThreshold", EvaluationPeriods=1, Threshold=0,
            Statistic="Sum",
        )  # fmt: skip
    for number in range(N // 2):
        account.client("events").put_rule(Name=f"rule-{number}", ScheduleExpression="rate(1 day)")
    for number in range(N // 10):
        account.client("kinesis").create_stream(StreamName=f"stream-{number}", ShardCount=1)
    account.client("iam").create_role(RoleName="worker", AssumeRolePolicyDocument="{}")
    for number in range(N // 5):
        add_function(account, number)
        add_rest_method(account, f"queue-{number}")
    return account


def add_function(account: Account, number: int) -> None:
    role = "arn:aws:iam::123456789012:role/worker"
    account.client("lambda").create_function(
        FunctionName=f"function-{number}", Runtime="python3.13", Handler="a.b", Role=role,
        Code={"ZipFile": EMPTY_ZIP},
    )  # fmt: skip
    account.client("lambda").create_event_source_mapping(
        FunctionName=f"function-{number}", EventSourceArn=arn("sqs", f"queue-{number}")
    )
    account.client("stepfunctions").create_state_machine(
        name=f"machine-{number}", roleArn=role,
        definition='{"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}',
    )  # fmt: skip


def promised(words: str) -> int:
    """The calls that a cell of the table means for this account."""
    words, _, _ = words.partition(", and alias")
    kind = words.partition(", ")[0]
    if kind in KINDS:
        return KINDS[kind]
    if page := re.fullmatch(r"page of ([\d,]+) (.+)", words):
        size, name = int(page[1].replace(",", "")), page[2]
        return max(1, ceil(SIZES.get(name, 0) / size)) if " of " not in name else 0
    return SIZES.get(NAMES.get(words, f"{words}s"), 0)


def test_every_action_is_documented() -> None:
    assert ROWS.keys() == OPERATIONS.keys()


def test_calls_are_as_documented_and_none_is_made_twice(sized: Account, faulty: FaultyAws) -> None:
    complete(faulty)
    collect(faulty.url)
    special = ("with `--", "where keys are in use")
    expected = {
        call_name(action): 0 if any(word in cell for word in special) else promised(cell)
        for action, cell in ROWS.items()
    }
    assert dict(faulty.calls) == {name: count for name, count in expected.items() if count}
    assert [call for call, count in faulty.requests.items() if count > 1] == []
