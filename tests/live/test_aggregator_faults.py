"""Every call to an aggregator, broken in every way that calls break; and answers made to harm."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from auditor.collectors.aggregator import AggregatorCollector
from auditor.collectors.live import Scope
from auditor.collectors.live.operations import AGGREGATED, operation_name
from auditor.errors import NothingAuditedError, UsageError
from auditor.inventory import Unit
from tests.cli.inside import msgaudit
from tests.live.faulty import RESET, Reply, error
from tests.live.item_cases import CASES
from tests.live.reading import REGION, arn
from tests.live.stub_config import (
    NAME,
    RECORDER,
    Row,
    StubConfig,
    answer,
    item,
    read,
    recorder,
    source,
)

QUEUE, TOPIC = CASES["AWS::SQS::Queue"][0], CASES["AWS::SNS::Topic"][0]
QUERY = "config:SelectAggregateResourceConfig"
BATCH = "config:BatchGetAggregateResourceConfig"
# None of the gaps that every audit of an aggregator has.
CALL = re.compile(r"config:\w+")
FAULTS: dict[str, Reply] = {
    "denied": error("AccessDeniedException"),
    "failing": error("InternalFailure", 500),
    "hanging up": RESET,
    "truncated": (200, "application/x-amz-json-1.1", b'{"Results": ["{'),
    "garbage": (200, "application/x-amz-json-1.1", b"<html>busy</html"),
    "empty": (200, "application/x-amz-json-1.1", b"{}"),
    "other words": answer(**{name: [{"a": 1}] for name in (
        "AggregatedSourceStatusList", "BaseConfigurationItems", "ConfigurationAggregators",
        "GroupedResourceCounts", "Results",
    )}, TotalDiscoveredResources=1),
}  # fmt: skip


def company() -> StubConfig:
    """With a reason for every call: the configuration of the topic is left out of its row."""
    return StubConfig([QUEUE, TOPIC, recorder()], [source()], {TOPIC["resourceId"]})


def failed(unit: Unit) -> set[str]:
    return {found[0] for gap in unit.gaps if (found := CALL.match(gap.what))}


def unread(unit: Unit) -> set[str]:
    (reading,) = unit.readings
    return {*reading.unread, *(type_ for types in reading.unread_in.values() for type_ in types)}


def test_every_listed_call_is_made_and_no_other() -> None:
    server = company().serve()
    unit = read(server)
    known = {operation_name(action) for action in AGGREGATED}
    assert server.calls.keys() == known | {"GetCallerIdentity"}
    assert failed(unit) == set()


def test_queries_are_as_few_as_types() -> None:
    """One for the recorders, and one for each type that is counted."""
    server = company().serve()
    read(server)
    assert server.calls["SelectAggregateResourceConfig"] == 3


@pytest.mark.parametrize("fault", sorted(FAULTS))
@pytest.mark.parametrize("action", sorted(AGGREGATED))
def test_broken_call_is_a_gap_and_nothing_passes(action: str, fault: str) -> None:
    server = company().serve()
    server.answer(operation_name(action), FAULTS[fault])
    unit = read(server)
    if (action, fault) == ("config:DescribeConfigurationAggregators", "other words"):
        return  # it says no less than that there is no filter
    assert failed(unit) == {action}
    denied = {gap.permission for gap in unit.gaps} - {None}
    assert denied == ({action} if fault == "denied" else set())
    complete = {"AWS::SNS::Topic", "AWS::SNS::TopicPolicy"}
    if action == BATCH:
        (topic,) = [raw for raw in unit.readings[0].resources if raw.type == "AWS::SNS::Topic"]
        assert topic.properties == {}
        assert getattr(topic.properties, "unread", None)
    if action != "config:GetAggregateDiscoveredResourceCounts":  # it only saves queries
        assert complete <= unread(unit)


def test_every_throttled_call_is_made_again() -> None:
    server = company().serve()
    for action in AGGREGATED:
        name = operation_name(action)
        known = server.faults[name]
        replies = iter([error("ThrottlingException")])
        server.faults[name] = lambda call, known=known, replies=replies: (  # type: ignore[misc]
            next(replies, None) or known(call)
        )
    collector = AggregatorCollector(
        NAME, Scope(regions=(REGION,)), server.url, lambda _: None, attempts=3
    )
    (unit,) = collector.collect()
    server.close()
    assert failed(unit) == set()
    assert all(server.calls[operation_name(action)] > 1 for action in AGGREGATED)


def test_repeated_page_ends() -> None:
    server = company().serve()
    server.answer("SelectAggregateResourceConfig", answer(Results=[], NextToken="again"))
    unit = read(server)
    (gap,) = [gap for gap in unit.gaps if gap.what.startswith(QUERY)]
    assert gap.reason == "the service repeats the same page"
    assert server.calls["SelectAggregateResourceConfig"] == 6


def test_more_than_a_page() -> None:
    queues = [
        item("AWS::SQS::Queue", f"q{number}", arn("sqs", f"q{number}"), {"DelaySeconds": 1})
        for number in range(250)
    ]
    config = StubConfig([*queues, recorder()], [source()] * 150)
    config.left_out = {row["resourceId"] for row in queues[:120]}
    server = config.serve()
    unit = read(server)
    assert len(unit.readings[0].resources) == 250
    assert all(raw.properties["DelaySeconds"] == 1 for raw in unit.readings[0].resources)
    expected = {
        "SelectAggregateResourceConfig": 4, "BatchGetAggregateResourceConfig": 2,
        "DescribeConfigurationAggregatorSourcesStatus": 2,
    }  # fmt: skip
    assert {name: server.calls[name] for name in expected} == expected


def test_expired_credentials_end_the_reading() -> None:
    server = company().serve()
    server.answer("GetAggregateDiscoveredResourceCounts", error("ExpiredTokenException"))
    unit = read(server)
    (gap,) = [gap for gap in unit.gaps if "expired" in gap.reason]
    assert "sign in again" in gap.reason
    assert server.calls["SelectAggregateResourceConfig"] == 1
    assert "AWS::SQS::Queue" in unread(unit)


def test_nothing_answers() -> None:
    server = company().serve()
    for action in AGGREGATED:
        server.deny(operation_name(action))
    with pytest.raises(NothingAuditedError, match="AccessDenied") as caught:
        read(server)
    assert "iam-policy --config-aggregator" in caught.value.hint


def test_unknown_aggregator() -> None:
    with pytest.raises(UsageError, match="no aggregator compny in us-east-1") as caught:
        read(company().serve(), "compny")
    assert "--region" in caught.value.hint


def without(row: Row, *names: str) -> str:
    return json.dumps({name: value for name, value in row.items() if name not in names})


OTHER = {**QUEUE, "resourceId": "other"}
HARMFUL: dict[str, Callable[[], str]] = {
    "no JSON": lambda: "{",
    "no object": lambda: "[1]",
    "no account": lambda: without(QUEUE, "accountId"),
    "deep": lambda: "[" * 100_000,
    "configuration is text": lambda: json.dumps({**QUEUE, "configuration": "x"}),
    "configuration is a number": lambda: json.dumps({**QUEUE, "configuration": 7}),
    "number is none": lambda: json.dumps({**OTHER, "configuration": {"DelaySeconds": "many"}}),
    "no ARN": lambda: without({**OTHER, "configuration": {"DelaySeconds": 1}}, "arn"),
    "no text for an id": lambda: json.dumps({**OTHER, "resourceId": []}),
    "no text for an ARN": lambda: json.dumps({**OTHER, "arn": 5}),
    "tags are numbers": lambda: json.dumps({**OTHER, "tags": [1]}),
}


@pytest.mark.parametrize("kind", sorted(HARMFUL))
def test_item_that_makes_no_sense_is_a_gap(kind: str) -> None:
    """The item beside it is read."""
    server = StubConfig([QUEUE, recorder()], [source()]).serve()
    known = server.faults["SelectAggregateResourceConfig"]
    rows = [without(QUEUE), HARMFUL[kind]()]
    server.faults["SelectAggregateResourceConfig"] = lambda call: (
        known(call) if RECORDER in call.body else answer(Results=rows)
    )
    unit = read(server)
    (gap,) = [gap for gap in unit.gaps if gap.what.startswith(QUERY)]
    assert "could not be understood" in gap.reason
    assert "AWS::SQS::Queue" in unit.readings[0].unread
    assert [raw.name for raw in unit.readings[0].resources] == ["orders"]


@pytest.mark.parametrize(
    ("type_", "configuration"),
    [
        ("AWS::Events::EventBus", {"Name": ["a"]}),
        ("AWS::EventSchemas::Discoverer", {"DiscovererArn": 5, "DiscovererId": "a"}),
        ("AWS::IAM::Policy", {"PolicyVersionList": []}),
        ("AWS::Lambda::Function", {"FunctionName": "a"}),
    ],
)
def test_configuration_that_makes_no_sense_is_a_gap(type_: str, configuration: Row) -> None:
    more = {"Concurrency": '{"reservedConcurrentExecutions": 1e999}'}
    broken = item(type_, "broken", arn("sqs", "broken"), configuration, more)
    unit = read(StubConfig([QUEUE, broken, recorder()], [source()]).serve())
    assert [gap.what.partition(" on ")[2] for gap in unit.gaps if gap.what.startswith(QUERY)] == [
        f"{type_} in {REGION}"
    ]
    assert [raw.name for raw in unit.readings[0].resources] == ["orders"]


def test_recorder_that_makes_no_sense_proves_nothing() -> None:
    broken = item(RECORDER, "default", "", {"Recording": True})
    unit = read(StubConfig([QUEUE, broken], [source()]).serve())
    assert "AWS::SQS::Queue" in unread(unit)


EVIL = "<script>alert(1)</script>\x1b[31m\u202e|`a`"


def test_hostile_names_are_harmless_in_every_format(tmp_path: Path) -> None:
    named = {"QueueName": EVIL, "QueueArn": arn("sqs", EVIL), "KmsMasterKeyId": EVIL}
    rows = [item("AWS::SQS::Queue", EVIL, arn("sqs", EVIL), named), recorder()]
    sources = [source(), source("FAILED", region="eu-west-1", LastErrorCode=EVIL)]
    server = StubConfig(rows, sources).serve()
    options = ("--region", REGION, "--endpoint-url", server.url, "--config-aggregator", NAME)
    outputs = [part for format_ in ("html", "markdown", "sarif", "svg", "csv")
               for part in ("-o", f"{format_}=out.{format_}")]  # fmt: skip
    done = msgaudit(tmp_path, "scan", *options, *outputs, "--exit-zero")
    server.close()
    assert done.returncode == 0
    texts = {path.name: path.read_text() for path in tmp_path.glob("out.*")}
    assert len(texts) == 5
    for name, text in {**texts, "text": done.stdout}.items():
        assert "\x1b[31m" not in text, name
    for name in ("out.html", "out.svg"):
        assert "<script>alert" not in texts[name]
