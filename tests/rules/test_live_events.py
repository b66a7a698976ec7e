"""What rules on buses and streams can tell only in an account."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from auditor.engine import judge
from auditor.findings import Finding, Outcome
from auditor.inventory import Reading, Unit
from auditor.resources.base import RawResource
from auditor.rules import Rule
from checks.eventbridge.buses import bus_without_archive, bus_without_rules, rules_near_quota
from checks.kinesis.consumers import stream_without_consumer, too_many_stream_readers
from checks.sqs.dead_letter import risky_max_receive_count

ACCOUNT = "111122223333"
BUS, RULE = "AWS::Events::EventBus", "AWS::Events::Rule"
QUEUE, STREAM = "AWS::SQS::Queue", "AWS::Kinesis::Stream"
NOT_READ = {"AWS::Kinesis::StreamConsumer": "access denied"}


def resource(
    type_: str, arn: str, properties: Mapping[str, object], region: str = "eu-west-1"
) -> RawResource:
    arn = f"arn:aws:{arn.replace('REGION', f'{region}:{ACCOUNT}')}"
    name = arn.rpartition("/")[2].rpartition(":")[2]
    return RawResource(type_, arn, properties, name, arn, ACCOUNT, region)


def bus(name: str, region: str = "eu-west-1") -> RawResource:
    return resource(BUS, f"events:REGION:event-bus/{name}", {"Name": name}, region)


def event_rule(number: int, bus_name: str, region: str = "eu-west-1") -> RawResource:
    properties = {"EventBusName": bus_name, "EventPattern": {"source": ["shop"]}}
    return resource(RULE, f"events:REGION:rule/{bus_name}/{number}", properties, region)


def findings(
    rule: Rule[Any], *resources: RawResource, unread: Mapping[str, str] | None = None
) -> list[Finding]:
    verdict = judge(Unit("", (Reading(resources, unread or {}),)), [rule])
    assert [gap for gap in verdict.gaps if gap.what.startswith("rule ")] == []
    return verdict.findings


@pytest.mark.parametrize(
    ("region", "count", "expected"),
    [("af-south-1", 80, 0), ("af-south-1", 81, 1), ("eu-west-1", 240, 0), ("eu-west-1", 241, 1)],
)
def test_quota_of_rules_depends_on_the_region(region: str, count: int, expected: int) -> None:
    rules = [event_rule(number, "orders", region) for number in range(count)]
    assert len(findings(rules_near_quota, bus("orders", region), *rules)) == expected


@pytest.mark.parametrize("rule", [bus_without_rules, bus_without_archive])
def test_default_bus_is_not_meant(rule: Rule[Any]) -> None:
    assert findings(rule, bus("default"), event_rule(1, "default")) == ([])


def test_unread_archives_leave_their_absence_open() -> None:
    unread = {"AWS::Events::Archive": "access denied"}
    found = findings(bus_without_archive, bus("orders"), event_rule(1, "orders"), unread=unread)
    assert [finding.outcome for finding in found] == [Outcome.UNDETERMINED]


@pytest.mark.parametrize("rule", [stream_without_consumer, too_many_stream_readers])
def test_unread_consumers_leave_readers_of_a_stream_open(rule: Rule[Any]) -> None:
    stream = resource(STREAM, "kinesis:REGION:stream/clicks", {"ShardCount": 2})
    found = findings(rule, stream, unread=NOT_READ)
    assert [finding.outcome for finding in found] == [Outcome.UNDETERMINED]


def test_unread_consumers_of_streams_say_nothing_about_queues() -> None:
    dlq = resource(QUEUE, "sqs:REGION:orders-dlq", {})
    redrive = {"deadLetterTargetArn": dlq.arn, "maxReceiveCount": 500}
    orders = resource(QUEUE, "sqs:REGION:orders", {"RedrivePolicy": redrive})
    found = findings(risky_max_receive_count, orders, dlq, unread=NOT_READ)
    assert [finding.outcome for finding in found] == [Outcome.VIOLATION]
    fine = resource(
        QUEUE, "sqs:REGION:orders", {"RedrivePolicy": {**redrive, "maxReceiveCount": 3}}
    )
    assert findings(risky_max_receive_count, fine, dlq, unread=NOT_READ) == []
