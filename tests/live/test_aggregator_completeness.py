"""An aggregator without resources of a type proves that there are none only sometimes."""

from __future__ import annotations

from collections import Counter

import pytest

from auditor.engine import judge
from auditor.findings import Gap, Outcome
from auditor.inventory import Unit
from auditor.loading import load_rules
from tests.live.item_cases import CASES
from tests.live.reading import ACCOUNT, REGION, arn
from tests.live.stub_config import ALL, Row, StubConfig, item, read, recorder, source

QUEUE, TOPIC, ROLE = (
    CASES["AWS::SQS::Queue"][0],
    CASES["AWS::SNS::Topic"][0],
    CASES["AWS::IAM::Role"][0],
)
OTHER = "210987654321"
POLICIES = ("AWS::SQS::QueuePolicy", "AWS::SQS::QueueInlinePolicy")
ONLY_QUEUES = {"RecordingStrategy": {"UseOnly": "INCLUSION_BY_RESOURCE_TYPES"},
               "ResourceTypes": ["AWS::SQS::Queue"]}  # fmt: skip
NO_TOPICS = {"RecordingStrategy": {"UseOnly": "EXCLUSION_BY_RESOURCE_TYPES"},
             "ExclusionByResourceTypes": {"ResourceTypes": ["AWS::SNS::Topic"]}}  # fmt: skip
# Before there were strategies.
OLD = {"AllSupported": False, "ResourceTypes": ["AWS::SNS::Topic", "AWS::IAM::Role"]}
NO_IDENTITIES = {**ALL, "IncludeGlobalResourceTypes": False}


def elsewhere(row: Row, account: str = OTHER, region: str = REGION) -> Row:
    at = row["arn"].replace(ACCOUNT, account).replace(REGION, region)
    region = "global" if row["awsRegion"] == "global" else region
    return {**row, "accountId": account, "awsRegion": region, "arn": at}


def unread(unit: Unit, account: str = ACCOUNT) -> dict[str, str]:
    """What is not known of an account, other than what never is."""
    return dict(unit.readings[0].unread_in.get(account, {}))


def gap(unit: Unit, start: str) -> Gap:
    (found,) = [gap for gap in unit.gaps if gap.what.startswith(start)]
    return found


def test_what_is_recorded_and_seen_is_complete() -> None:
    unit = read(StubConfig([QUEUE, TOPIC, ROLE, recorder()], [source()]).serve())
    complete = {"AWS::SQS::Queue", "AWS::SNS::Topic", "AWS::IAM::Role", "AWS::IAM::User"}
    assert not complete & (unread(unit).keys() | unit.readings[0].unread.keys())


@pytest.mark.parametrize(
    ("group", "known", "unknown"),
    [
        (ONLY_QUEUES, "AWS::SQS::Queue", "AWS::SNS::Topic"),
        (NO_TOPICS, "AWS::SQS::Queue", "AWS::SNS::Topic"),
        (OLD, "AWS::SNS::Topic", "AWS::SQS::Queue"),
        (OLD, "AWS::IAM::Role", "AWS::IAM::User"),
        (NO_IDENTITIES, "AWS::SQS::Queue", "AWS::IAM::Role"),
    ],
)
def test_recorder_says_what_is_recorded(group: Row, known: str, unknown: str) -> None:
    unit = read(StubConfig([QUEUE, TOPIC, ROLE, recorder(group)], [source()]).serve())
    assert known not in unread(unit)
    assert "it is not recorded there" in unread(unit)[unknown]
    assert gap(unit, unknown).reason == "it is not recorded there"


@pytest.mark.parametrize(
    ("rows", "sources", "reason"),
    [
        ([], [source()], "no recorder is known there"),
        ([recorder(on=False)], [source()], "the recorder is switched off"),
        ([recorder()], [source("FAILED")], "its data is FAILED"),
        ([recorder()], [source("OUTDATED")], "its data is OUTDATED"),
    ],
)
def test_nothing_is_complete_where_no_data_comes_from(
    rows: list[Row], sources: list[Row], reason: str
) -> None:
    unit = read(StubConfig([QUEUE, ROLE, *rows], sources).serve())
    for type_ in ("AWS::SQS::Queue", *POLICIES, "AWS::IAM::Role"):
        assert reason in unread(unit)[type_]
    assert gap(unit, "everything in us-east-1").reason == reason


def test_type_that_is_nowhere_in_a_region_may_not_be_supported_there() -> None:
    """But where another account has one, the recorder can be believed."""
    alone = read(StubConfig([QUEUE, recorder()], [source()]).serve())
    assert "AWS Config may not support it" in unread(alone)["AWS::SNS::Topic"]
    others = [elsewhere(TOPIC), recorder(account=OTHER)]
    both = read(StubConfig([QUEUE, recorder(), *others], [source()]).serve())
    assert "AWS::SNS::Topic" not in unread(both)


def test_accounts_are_told_apart() -> None:
    rows = [QUEUE, TOPIC, recorder(), elsewhere(QUEUE), recorder(NO_TOPICS, OTHER)]
    unit = read(StubConfig(rows, [source(), source(account=OTHER)]).serve())
    assert unit.accounts == (ACCOUNT, OTHER)
    assert "AWS::SNS::Topic" not in unread(unit)
    assert "AWS::SNS::Topic" in unread(unit, OTHER)
    assert unit.readings[0].unread_in.keys() == {ACCOUNT, OTHER}


def test_region_without_any_item_is_not_part_of_the_audit() -> None:
    sources = [source(), source(region="eu-west-1")]
    unit = read(StubConfig([QUEUE, recorder()], sources).serve())
    assert unit.regions == (REGION,)
    assert "AWS::SQS::Queue" not in unread(unit)
    assert gap(unit, "everything in eu-west-1").reason == "no recorder is known there"


def test_types_are_named_once() -> None:
    accounts = [f"{number:012}" for number in range(1, 9)]
    rows = [elsewhere(QUEUE, account) for account in accounts]
    rows += [recorder(NO_TOPICS, account) for account in accounts]
    unit = read(StubConfig(rows, [source(account=each) for each in accounts]).serve())
    found = gap(unit, "AWS::SNS::Topic")
    assert found.what == "AWS::SNS::Topic in us-east-1 of account 000000000001 and 7 more"
    assert len([gap for gap in unit.gaps if gap.what == "AWS::SNS::Subscription"]) == 1


def test_filter_of_the_aggregator_leaves_types_out() -> None:
    config = StubConfig([QUEUE, TOPIC, recorder()], [source()])
    config.filters = {"ResourceType": {"Type": "INCLUDE", "Value": ["AWS::SQS::Queue"]}}
    unit = read(config.serve())
    assert "AWS::SQS::Queue" not in unread(unit)
    assert "the aggregator leaves it out" in unread(unit)["AWS::SNS::Topic"]


def test_aggregator_of_what_services_record_is_never_complete() -> None:
    config = StubConfig([QUEUE, recorder()], [source()])
    config.filters = {"ServicePrincipal": {"Type": "INCLUDE", "Value": ["x.amazonaws.com"]}}
    unit = read(config.serve())
    assert "AWS services" in unit.readings[0].unread["AWS::SQS::Queue"]
    assert "AWS services" in gap(unit, "what AWS Config records").reason


def test_discovered_but_not_recorded() -> None:
    """AWS Config counts such resources, and a query does not tell of them."""
    config = StubConfig([QUEUE, recorder()], [source()])
    config.discovered = Counter({"AWS::SQS::Queue": 2})
    unit = read(config.serve())
    expected = "of 3 that AWS Config discovered it tells of 1"
    assert gap(unit, "AWS::SQS::Queue").reason == expected
    assert expected in unit.readings[0].unread["AWS::SQS::Queue"]


def test_failed_sources_are_grouped_by_their_reason() -> None:
    failed = [source("FAILED", f"{number:012}", LastErrorCode="AccessDenied") for number in (1, 2)]
    outdated = source("OUTDATED", OTHER, LastErrorCode="Slow")
    unit = read(StubConfig([QUEUE, recorder()], [source(), *failed, outdated]).serve())
    found = {gap.what: gap.reason for gap in unit.gaps if gap.what.startswith("the data of")}
    assert found == {
        "the data of 000000000001 in us-east-1 and 1 more": "FAILED AccessDenied",
        f"the data of {OTHER} in us-east-1": "OUTDATED Slow",
    }


def test_oldest_update_is_told() -> None:
    newer = source(region="eu-west-1", LastUpdateTime=1_765_000_000)
    unit = read(StubConfig([QUEUE, recorder()], [newer, source()]).serve())
    assert unit.as_of == "2025-11-24T16:00Z"


def test_queue_without_reader_is_undetermined() -> None:
    """AWS Config records neither mappings nor pipes, so that nobody can know."""
    unit = read(StubConfig([QUEUE, recorder()], [source()]).serve())
    rules = [rule for rule in load_rules() if rule.name == "queue-without-dlq"]
    dead = item("AWS::SQS::Queue", "dead", arn("sqs", "dead"), {"QueueArn": arn("sqs", "dead")})
    both = read(StubConfig([QUEUE, dead, recorder()], [source()]).serve())
    (found,) = judge(both, rules).findings
    assert found.outcome is Outcome.UNDETERMINED
    assert judge(unit, rules).findings == []
