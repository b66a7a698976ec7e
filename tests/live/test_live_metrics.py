"""Metrics over real HTTP: in few calls, by hours, and missing ones never taken for zero."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from auditor.collectors.live import LiveCollector, Scope
from auditor.collectors.live.metrics import Traffic, with_metrics
from auditor.collectors.live.quotas import with_quotas
from auditor.collectors.live.reader import Log, Reader
from auditor.collectors.live.session import open_session
from auditor.data.metrics import namespaces
from auditor.engine import judge
from auditor.findings import Gap, Outcome
from auditor.inventory import Reading, Unit
from auditor.loading import load_rules
from auditor.resources import EventBus, EventRule, Function, Queue, RawResource, Topic
from auditor.snapshot import SnapshotCollector
from auditor.traffic import METRICS, Measure, needed
from auditor.traffic.series import packed, unpacked
from auditor.values import UndeterminedError, Unknown
from checks.eventbridge.traffic import events_near_regional_quota
from checks.sns.traffic import topic_near_regional_quota
from tests.accounts import HOURS, SUFFIX, kept, read_account
from tests.live.conftest import Account
from tests.live.faulty import Call, FaultyAws, Reply, error
from tests.live.reading import REGION, only, properties, resources
from tests.live.reading import collect as collect_without
from tests.live.stub_cloudwatch import StubCloudWatch

FIXTURES = Path(__file__).parents[1] / "fixtures"
RULES = {rule.name: rule for rule in load_rules()}
ACCOUNTS = sorted(path for path in FIXTURES.glob(f"*/*/*{SUFFIX}") if RULES[path.parent.name].needs)
NO_METRICS = b'{"MetricDataResults": [], "Messages": []}'
# Makes every measure ask.
_ALL = {"FifoQueue": True, "DesiredShardLevelMetrics": ["ALL"]}
SENT = Measure(Queue, "NumberOfMessagesSent")


def measured(
    url: str, resources: Sequence[RawResource], traffic: Traffic, log: Log | None = None
) -> list[RawResource]:
    clients = open_session(None, url, 1)
    regions = sorted({raw.region or REGION for raw in resources})
    with ThreadPoolExecutor(4) as pool:
        log = log or Log()
        readers = [Reader(clients, region, "111122223333", pool, log) for region in regions]
        return with_metrics(readers, resources, traffic)


def plain(raw: RawResource) -> RawResource:
    """The resource as it is before its metrics are read."""
    known = {name: value for name, value in raw.properties.items() if name != METRICS}
    return replace(raw, properties=known)


def queues(count: int) -> list[RawResource]:
    names = [f"q{number}" for number in range(count)]
    arns = {name: f"arn:aws:sqs:{REGION}:111122223333:{name}" for name in names}
    return [
        RawResource(Queue.type, arns[name], {}, name, arns[name], "111122223333", REGION)
        for name in names
    ]


def test_there_are_enough_shapes_of_traffic() -> None:
    assert len(ACCOUNTS) >= 30


@pytest.mark.parametrize("fixture", ACCOUNTS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_traffic_that_comes_over_the_wire_gets_the_same_verdict(
    faulty: FaultyAws, fixture: Path
) -> None:
    """The fixtures say by hand what each shape of traffic means; here CloudWatch tells it."""
    rule = RULES[fixture.parent.name]
    (reading,) = read_account(fixture).readings
    stub = StubCloudWatch()
    stub.learn(reading.resources, rule.needs)
    faulty.faults["GetMetricData"] = stub
    bare = [plain(raw) for raw in reading.resources]
    assert judge(Unit("", (Reading(tuple(bare)),)), [rule]).findings == []
    resources = measured(faulty.url, bare, Traffic(rule.needs))
    found = judge(Unit("", (Reading(tuple(resources)),)), [rule]).findings
    expected = judge(Unit("", (reading,)), [rule]).findings
    assert {(it.outcome, it.severity, it.resource.id) for it in found} == {
        (it.outcome, it.severity, it.resource.id) for it in expected
    }


def test_500_metrics_are_one_call(faulty: FaultyAws) -> None:
    stub = StubCloudWatch()
    faulty.faults["GetMetricData"] = stub
    measured(faulty.url, queues(1_201), Traffic([SENT]))
    assert sorted(stub.asked) == [201, 500, 500]
    assert stub.pages == 3


def test_nothing_is_asked_where_no_rule_needs_it(faulty: FaultyAws) -> None:
    stub = StubCloudWatch()
    faulty.faults["GetMetricData"] = stub
    measured(faulty.url, queues(3), Traffic())
    assert stub.asked == []


def test_denied_metrics_are_one_gap_and_undetermined(faulty: FaultyAws) -> None:
    faulty.deny("GetMetricData", status=403)
    log = Log()
    (orders, _) = measured(faulty.url, queues(2), Traffic([SENT]), log)
    with pytest.raises(UndeterminedError, match="GetMetricData on 2 metrics: AccessDenied"):
        SENT.seen(Queue(orders))
    what = f"cloudwatch:GetMetricData on 2 metrics in {REGION}"
    assert log.gaps() == (Gap(what, "AccessDenied", "cloudwatch:GetMetricData"),)


def test_metric_left_out_of_the_answer_is_unknown(faulty: FaultyAws) -> None:
    faulty.answer("GetMetricData", (200, "application/x-amz-json-1.0", NO_METRICS))
    (orders,) = measured(faulty.url, queues(1), Traffic([SENT]))
    assert isinstance(orders.properties[METRICS][SENT.key], Unknown)


def test_answer_that_makes_no_sense_is_a_gap(faulty: FaultyAws) -> None:
    odd = b'{"MetricDataResults": [{"Label": "no id"}], "Messages": []}'
    faulty.answer("GetMetricData", (200, "application/x-amz-json-1.0", odd))
    log = Log()
    (orders,) = measured(faulty.url, queues(1), Traffic([SENT]), log)
    assert isinstance(orders.properties[METRICS][SENT.key], Unknown)
    assert "could not be understood" in log.gaps()[0].reason


def put(account: Account, queue: str, hours_ago: float, value: float) -> None:
    time = dt.datetime.now(dt.UTC).replace(minute=30) - dt.timedelta(hours=hours_ago)
    account.client("cloudwatch").put_metric_data(
        Namespace="AWS/SQS",
        MetricData=[
            {
                "MetricName": SENT.metric,
                "Dimensions": [{"Name": "QueueName", "Value": queue}],
                "Timestamp": time,
                "Value": value,
            }
        ],
    )


def test_values_lie_in_their_hours(account: Account) -> None:
    """Moto computes the statistics; the hour that has not ended is left out."""
    account.queue("orders")
    for hours_ago, value in ((1, 5), (1, 7), (24, 3), (24 * 14, 9), (24 * 15, 99)):
        put(account, "orders", hours_ago, value)
    resources = measured(account.url, queues_of(account), Traffic([SENT]))
    series = SENT.seen(Queue(resources[0]))
    assert len(series.values) == HOURS
    assert (series.values[-1], series.values[-24], series.values[0]) == (12, 3, 9)
    assert series.total == 24


def queues_of(account: Account) -> list[RawResource]:
    (reading,) = collect_without(account.url).readings
    return [raw for raw in reading.resources if raw.type == Queue.type]


def test_peaks_of_minutes_are_kept(account: Account) -> None:
    account.queue("orders")
    for value in (100, 300, 200):
        put(account, "orders", 3 + value / 1_000, value)
    peaks = Measure(Queue, SENT.metric, resolution=60)
    resources = measured(account.url, queues_of(account), Traffic([peaks], days=1))
    assert peaks.seen(Queue(resources[0])).maximum == 300


def test_account_without_metrics_has_no_trace_of_them(account: Account) -> None:
    account.queue("orders.fifo", FifoQueue="true")
    unit = collect_without(account.url)
    assert METRICS not in properties(unit, Queue.type)
    rules = [rule for rule in RULES.values() if rule.needs]
    assert judge(unit, rules).findings == []


def test_every_measure_is_one_that_aws_publishes() -> None:
    for measure in needed(RULES.values()):
        known = namespaces()[measure.namespace].metrics[measure.metric]
        arn = "arn:aws:x:eu-west-1:111122223333:default"
        raw = RawResource(measure.resource.type, arn, _ALL, "default", arn)
        dimensions = measure.dimensions(raw)
        assert dimensions is not None
        parts = {measure.part} if measure.part else set()
        assert frozenset(dimensions) | parts in known


@pytest.mark.parametrize(
    ("bus", "dimensions"),
    [
        ("default", {}),
        ("orders", {"EventBusName": "orders"}),
        ("arn:aws:events:eu-west-1:1:event-bus/orders", {"EventBusName": "orders"}),
        ("aws.partner/shop.com/1/x", {"EventBusName": "aws.partner/shop.com/1/x"}),
    ],
)
def test_rules_have_the_dimension_of_their_bus(bus: str, dimensions: dict[str, str]) -> None:
    raw = RawResource(EventRule.type, "arn", {"EventBusName": bus}, "daily")
    assert Measure(EventRule, "Invocations").dimensions(raw) == {**dimensions, "RuleName": "daily"}


def test_functions_without_a_reserve_tell_the_quota_of_concurrency(faulty: FaultyAws) -> None:
    quota = b'{"Quota": {"QuotaCode": "L-B99A9384", "Value": 1000.0}}'
    faulty.answer("GetServiceQuota", (200, "application/x-amz-json-1.1", quota))
    given: list[dict[str, Any]] = [{}, {}, {"ReservedConcurrentExecutions": 5}]
    functions = [
        RawResource(Function.type, f"f{number}", properties, region=REGION)
        for number, properties in enumerate(given)
    ]
    traffic = Traffic([Measure(Function, "ConcurrentExecutions", "Maximum")])
    with ThreadPoolExecutor(1) as pool:
        reader = Reader(open_session(None, faulty.url, 1), REGION, "111122223333", pool, Log())
        found = with_quotas([reader], functions, traffic)
    granted = {"lambda.concurrency": 1_000}
    assert [Function(raw).quotas for raw in found] == [granted, granted, {}]
    assert faulty.calls["GetServiceQuota"] == 1


def test_undetermined_is_no_violation() -> None:
    """No shape without any data is ever a violation."""
    for path in ACCOUNTS:
        (reading,) = read_account(path).readings
        silent = [silenced(raw) for raw in reading.resources]
        found = judge(Unit("", (Reading(tuple(silent)),)), [RULES[path.parent.name]]).findings
        assert {finding.outcome for finding in found} <= {Outcome.UNDETERMINED}, path


def silenced(raw: RawResource) -> RawResource:
    """The resource with a course of nothing for each of its metrics."""
    if METRICS not in raw.properties:
        return raw
    nothing = {
        name: {"resolution": 3_600, "values": [None] * HOURS} for name in raw.properties[METRICS]
    }
    return replace(raw, properties={**raw.properties, METRICS: nothing})


def quotas_read(account: Account, faulty: FaultyAws) -> tuple[Mapping[str, Any], Unit]:
    """What the default bus tells of quotas, and the whole account."""
    faulty.answer("GetMetricData", (200, "application/x-amz-json-1.0", NO_METRICS))
    account.client("events").put_rule(Name="daily", ScheduleExpression="rate(1 day)")
    collector = LiveCollector(
        Scope(regions=(REGION,)),
        endpoint_url=faulty.url,
        traffic=Traffic(events_near_regional_quota.needs),
    )
    (unit,) = collector.collect()
    return EventBus(only(unit, EventBus.type)).quotas, unit


def test_quotas_of_the_account_are_those_that_it_was_granted(
    account: Account, faulty: FaultyAws
) -> None:
    quota = b'{"Quota": {"QuotaCode": "L-5540C5E3", "Value": 50000.0}}'

    def invocations(call: Call) -> Reply:
        granted = (200, "application/x-amz-json-1.1", quota)
        return granted if "L-5540C5E3" in call.body else error("NoSuchResourceException")

    faulty.faults["GetServiceQuota"] = invocations
    quotas, unit = quotas_read(account, faulty)
    assert quotas == {"events.invocations": 50_000}
    assert unit.gaps == ()


def test_denied_quotas_are_a_gap_and_the_defaults_hold(account: Account, faulty: FaultyAws) -> None:
    faulty.deny("GetServiceQuota")
    quotas, unit = quotas_read(account, faulty)
    assert quotas == {}
    (gap,) = unit.gaps
    assert gap.permission == "servicequotas:GetServiceQuota"


def test_standard_topics_tell_the_quota_of_publishing_which_is_asked_for_once(
    account: Account, faulty: FaultyAws
) -> None:
    for name in ("orders", "refunds"):
        account.client("sns").create_topic(Name=name)
    account.client("sns").create_topic(Name="orders.fifo", Attributes={"FifoTopic": "true"})
    quota = b'{"Quota": {"QuotaCode": "L-F8E2BA85", "Value": 100000.0}}'
    faulty.answer("GetServiceQuota", (200, "application/x-amz-json-1.1", quota))
    faulty.answer("GetMetricData", (200, "application/x-amz-json-1.0", NO_METRICS))
    collector = LiveCollector(
        Scope(regions=(REGION,)),
        endpoint_url=faulty.url,
        traffic=Traffic(topic_near_regional_quota.needs),
    )
    (unit,) = collector.collect()
    told = {str(raw.name): Topic(raw).quotas for raw in resources(unit, Topic.type)}
    granted = {"sns.publish": 100_000}
    assert told == {"orders": granted, "refunds": granted, "orders.fifo": {}}
    assert faulty.calls["GetServiceQuota"] == 1


def test_times_as_text_are_read_as_well(faulty: FaultyAws) -> None:
    """What our own parsing does not understand is left to botocore."""
    end = dt.datetime.now(dt.UTC).replace(minute=0, second=0, microsecond=0)
    times = [(end - dt.timedelta(hours=hours)).isoformat() for hours in (1, 2)]
    result = {"Id": "m0", "StatusCode": "Complete", "Timestamps": times, "Values": [5, 7]}
    body = json.dumps({"MetricDataResults": [result]}).encode()
    faulty.answer("GetMetricData", (200, "application/x-amz-json-1.0", body))
    (orders,) = measured(faulty.url, queues(1), Traffic([SENT]))
    assert list(SENT.seen(Queue(orders)).known) == [7, 5]


def test_courses_are_the_same_in_a_snapshot(tmp_path: Path) -> None:
    kept_values = packed([None, 3, 0.5])
    metrics = {SENT.key: {"resolution": 3_600, "values": kept_values}}
    odd = {"resolution": 3_600, "values": ["many"]}
    pattern = {"resolution": [4], "values": [1, 2]}
    raw = replace(queues(1)[0], properties={METRICS: {**metrics, "x Sum": odd}, "P": pattern})
    path = tmp_path / "kept.msgaudit.json.gz"
    path.write_bytes(kept(Unit("", (Reading((raw,)),))))
    (unit,) = SnapshotCollector(str(path)).collect()
    (read,) = unit.readings[0].resources
    course = read.properties[METRICS][SENT.key]["values"]
    assert unpacked(course) == [None, 3, 0.5]
    assert read.properties[METRICS]["x Sum"] == odd
    assert read.properties["P"] == pattern
