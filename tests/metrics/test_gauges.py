"""Gauges over accounts of which each level is known by hand."""

from __future__ import annotations

from typing import Any

import pytest

from auditor.engine import judge
from auditor.gauges import GAUGES, utilisation
from auditor.inventory import Reading, Unit
from auditor.loading import load_rules
from auditor.portions import judge_in_portions
from auditor.resources import RawResource, typed
from auditor.traffic import METRICS, needed
from auditor.utilisation import Level, Row
from auditor.values import Unknown
from tests.accounts import course

HOUR, FIVE_MINUTES, MINUTE = 3_600, 300, 60


def resource(type_: str, properties: dict[str, Any], **metrics: Any) -> RawResource:
    name = "orders"
    arn = f"arn:aws:x:eu-west-1:111122223333:{name}"
    given = {**properties, METRICS: metrics.pop("given", metrics)}
    return RawResource(type_, arn, given, name, arn, "111122223333", "eu-west-1")


def values(text: str, resolution: int = HOUR) -> dict[str, Any]:
    return {"resolution": resolution, "values": course(text)}


def only_row(raw: RawResource) -> Row:
    found = typed(raw)
    assert found
    (row,) = utilisation([found]).rows
    return row


def level_of(raw: RawResource) -> Level:
    level = only_row(raw).level
    assert level
    return level


def test_each_gauge_shows_what_a_rule_has_read() -> None:
    asked = {(each.resource, each.key) for each in needed(load_rules())}
    assert {(each.measure.resource, each.measure.key) for each in GAUGES} <= asked


# A limit, what CloudWatch said in its own unit, and what comes of it by hand.
LEVELS: dict[str, tuple[RawResource, str, float, float]] = {
    "FIFO queue: 144,000 a minute are 2,400 a second of 300 calls of ten": (
        resource("AWS::SQS::Queue", {"FifoQueue": True},
                 given={"NumberOfMessagesSent Sum every 60 s": values("336 x 144000", MINUTE)}),
        "messages sent", 3_000, 0.8,
    ),
    "half of 120,000 messages in flight": (
        resource("AWS::SQS::Queue", {},
                 given={"ApproximateNumberOfMessagesNotVisible Maximum": values("336 x 60000")}),
        "messages in flight", 120_000, 0.5,
    ),
    "the oldest message is a day old, four are kept": (
        resource("AWS::SQS::Queue", {},
                 given={"ApproximateAgeOfOldestMessage Maximum": values("336 x 86400")}),
        "age against retention", 345_600, 0.25,
    ),
    "two shards take 2,000 records a second, 1,500 come": (
        resource("AWS::Kinesis::Stream", {"ShardCount": 2},
                 given={"IncomingRecords Sum every 300 s": values("336 x 450000", FIVE_MINUTES)}),
        "records written", 2_000, 0.75,
    ),
    "one shard gives 2 MiB a second, 1 MiB is read": (
        resource("AWS::Kinesis::Stream", {"ShardCount": 1},
                 given={"GetRecords.Bytes Sum every 300 s": values("336 x 314572800", 300)}),
        "bytes read", 2_097_152, 0.5,
    ),
    "readers are six hours late, a day is kept": (
        resource("AWS::Kinesis::Stream", {"ShardCount": 1}, given={
            "GetRecords.IteratorAgeMilliseconds Maximum": values("336 x 21600000")}),
        "age against retention", 86_400, 0.25,
    ),
    "a function needs 2.7 s of 3": (
        resource("AWS::Lambda::Function", {}, given={"Duration p99": values("336 x 2700")}),
        "duration against timeout", 3, 0.9,
    ),
    "a function may run ten times at once, and does nine times": (
        resource("AWS::Lambda::Function", {"ReservedConcurrentExecutions": 10},
                 given={"ConcurrentExecutions Maximum": values("336 x 9")}),
        "concurrent executions", 10, 0.9,
    ),
    "one without a reserve shares the 1,000 that its account was granted": (
        resource("AWS::Lambda::Function", {"$quotas": {"lambda.concurrency": 1_000}},
                 given={"ConcurrentExecutions Maximum": values("336 x 250")}),
        "concurrent executions", 1_000, 0.25,
    ),
    "a FIFO topic takes 3,000 messages a second as a whole": (
        resource("AWS::SNS::Topic", {"FifoTopic": True}, given={
            "NumberOfMessagesPublished Sum every 300 s": values("336 x 450000", FIVE_MINUTES)}),
        "messages published", 3_000, 0.5,
    ),
    "4,500 messages a second of 9,000 in Ireland": (
        resource("AWS::SNS::Topic", {}, given={
            "NumberOfMessagesPublished Sum every 300 s": values("336 x 1350000", FIVE_MINUTES)}),
        "messages published", 9_000, 0.5,
    ),
}  # fmt: skip


@pytest.mark.parametrize(("raw", "what", "limit", "share"), LEVELS.values(), ids=LEVELS.keys())
def test_levels(raw: RawResource, what: str, limit: float, share: float) -> None:
    level = level_of(raw)
    assert (level.what, level.limit) == (what, limit)
    assert level.share == pytest.approx(share)


def test_quotas_of_the_account_come_before_the_table() -> None:
    created = {"InvocationsCreated Sum every 300 s": values("336 x 300000", FIVE_MINUTES)}
    bus = resource("AWS::Events::EventBus", {"$quotas": {"events.invocations": 50_000}},
                   given=created)  # fmt: skip
    assert level_of(bus).share == pytest.approx(1_000 / 50_000)


def test_the_nearest_limit_counts() -> None:
    queue = resource("AWS::SQS::Queue", {"MessageRetentionPeriod": 60}, given={
        "ApproximateNumberOfMessagesNotVisible Maximum": values("336 x 60000"),
        "ApproximateAgeOfOldestMessage Maximum": values("336 x 54"),
    })  # fmt: skip
    assert (level_of(queue).what, level_of(queue).share) == ("age against retention", 0.9)


def test_single_peaks_are_no_use() -> None:
    queue = resource("AWS::SQS::Queue", {}, given={
        "ApproximateNumberOfMessagesNotVisible Maximum": values("335 x 12000, 1 x 120000"),
    })  # fmt: skip
    assert (level_of(queue).share, level_of(queue).peak) == (0.1, 120_000)


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (values("336 x -"), "CloudWatch has no data"),
        (values("12 x 5"), "less than a day"),
        (Unknown("AccessDenied"), "AccessDenied"),
        (values("336 x nan"), "CloudWatch has no data"),
        (values("336 x inf"), "makes no sense"),
        ({"resolution": HOUR, "values": ["many"] * 48}, "makes no sense"),
        ({"resolution": HOUR}, "makes no sense"),
    ],
)
def test_what_is_not_known_has_no_level(given: Any, reason: str) -> None:
    queue = resource("AWS::SQS::Queue", {}, given={"SentMessageSize Maximum": given})
    row = only_row(queue)
    assert row.level is None
    ((what, told),) = row.unknown
    assert what == "size of messages"
    assert reason in told


def test_function_that_may_never_run_or_whose_account_told_nothing_has_no_level() -> None:
    running = {"ConcurrentExecutions Maximum": values("336 x 5")}
    stopped = resource("AWS::Lambda::Function", {"ReservedConcurrentExecutions": 0}, given=running)
    assert only_row(stopped).level is None
    ((_, reason),) = only_row(resource("AWS::Lambda::Function", {}, given=running)).unknown
    assert reason == "the concurrency that the account was granted is not known"


def test_unknown_limit_is_no_level() -> None:
    stream = resource("AWS::Kinesis::Stream", {}, given={
        "IncomingRecords Sum every 300 s": values("336 x 1", FIVE_MINUTES)})  # fmt: skip
    assert only_row(stream).unknown == (("records written", "the number of shards is not known"),)


def test_what_has_no_such_limit_or_was_not_asked_for_has_no_row() -> None:
    records = {"IncomingRecords Sum every 300 s": values("336 x 1", FIVE_MINUTES)}
    mode = {"StreamModeDetails": {"StreamMode": "ON_DEMAND"}}
    raws = [
        resource("AWS::Kinesis::Stream", mode, given=records),
        resource("AWS::SQS::Queue", {}, given={"NumberOfMessagesSent Sum": values("336 x 1")}),
        resource("AWS::SQS::Queue", {}, given={}),
    ]
    assert utilisation(filter(None, map(typed, raws))).rows == ()


def test_portions_have_the_ranking_of_the_whole() -> None:
    raws = [
        RawResource(
            "AWS::SQS::Queue", arn := f"arn:aws:sqs:eu-west-1:111122223333:q{number}",
            {METRICS: {"ApproximateNumberOfMessagesNotVisible Maximum": values(f"24 x {number}")}},
            f"q{number}", arn, "111122223333", "eu-west-1",
        )
        for number in range(4_100)
    ]  # fmt: skip
    unit = Unit("", (Reading(tuple(raws)),))
    whole, parts = judge(unit, []).utilisation, judge_in_portions(unit, [], 2).utilisation
    assert whole == parts
    assert whole.rows[0].subject.name == "q4099"
    assert whole.omitted == 4_050
