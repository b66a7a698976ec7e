"""What the traffic of buses and rules tells: failed deliveries, dead rules, quotas."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.data import limits
from auditor.findings import Category, Confidence, Match, Severity
from auditor.graph import Graph
from auditor.resources import EventBus, EventRule
from auditor.rules import rule
from auditor.traffic import Measure
from auditor.traffic.quotas import granted
from auditor.traffic.series import brief
from checks._traffic import mishap, near_limit, percent

INVOCATIONS = Measure(EventRule, "Invocations")
FAILED = Measure(EventRule, "FailedInvocations")
MATCHED = Measure(EventRule, "MatchedEvents")
CREATED = Measure(EventBus, "InvocationsCreated", resolution=300)
ENTRIES = Measure(EventBus, "PutEventsEntriesCount")
FAILED_ENTRIES = Measure(EventBus, "PutEventsFailedEntriesCount")
CALLS = Measure(EventBus, "PutEventsApproximateCallCount", resolution=300)
CALLS_IN = Measure(EventBus, "PutEventsApproximateCallCount")
REQUEST_BYTES = Measure(EventBus, "PutEventsRequestSize", "Maximum")

ISSUES = "EventBridge Issues (lines 1218-1234)"
SCALING = "EventBridge Scaling Characteristics (lines 935-942)"
# Our choice: with more entries than this in a request on average, large requests are batches.
_SINGLE = 1.5


@rule(
    "OPS012",
    "rule-with-failed-invocations",
    severity=Severity.HIGH,
    category=Category.RELIABILITY,
    guide=ISSUES,
    applies_to=EventRule,
    needs=(INVOCATIONS, FAILED),
    remediation="""
        OrdersRule:
          Type: AWS::Events::Rule
          Properties:
            EventPattern: {source: [shop]}
            Targets:
              - Id: orders
                Arn: !GetAtt OrdersQueue.Arn
                DeadLetterConfig: {Arn: !GetAtt OrdersDlq.Arn}

        What lands in the dead-letter queue has the error in its attributes.

        Live: aws events list-targets-by-rule --rule NAME
    """,
)
def rule_with_failed_invocations(rule: EventRule, _graph: Graph) -> Iterator[Match]:
    """Targets of a rule could not be invoked, for good.

    EventBridge counts here what it gave up on: mostly a missing permission or a deleted target.
    Without a dead-letter queue these events are lost. In few hours only, or not in the last week,
    it is low.

    Fine to accept where the cause has been mended since.
    """
    invocations, failed = INVOCATIONS.seen(rule), FAILED.counter(rule)
    if count := failed.total:
        message = f"{brief(count)} invocations by {rule.label} failed in {invocations.days} days"
        share = f"{percent(count, max(count, invocations.total))} of all"
        severity, line = mishap(failed)
        evidence = (share, invocations.summary("an hour"), line)
        yield Match(rule, message, ("Targets",), evidence, severity=severity)


@rule(
    "OPS010",
    "rule-that-matches-nothing",
    severity=Severity.MEDIUM,
    category=Category.OPERATIONS,
    confidence=Confidence.MEDIUM,
    guide=ISSUES,
    applies_to=EventRule,
    needs=(MATCHED,),
    remediation="""
        Compare the pattern with an event that should match.

        Live: aws events test-event-pattern --event-pattern file://pattern.json
        --event file://event.json
    """,
)
def rule_that_matches_nothing(rule: EventRule, _graph: Graph) -> Iterator[Match]:
    """A rule is enabled and measured, but not a single event matched its pattern.

    Either its pattern is wrong, or what it waits for is gone. A rule of which CloudWatch has no
    data at all is undetermined: that can mean the same, but also that nothing was published. So is
    one without data of the first day or the last, as it may be new.

    Fine to accept for alerts that wait for something rare.
    """
    if rule.event_pattern is None or rule.state == "DISABLED":
        return
    matched = MATCHED.steady(rule)
    if matched.total == 0:
        MATCHED.whole(rule)
        message = f"not a single event matched {rule.label} in {matched.days} days"
        yield Match(rule, message, ("EventPattern",))


@rule(
    "OPS013",
    "events-refused",
    severity=Severity.HIGH,
    category=Category.RELIABILITY,
    guide=ISSUES,
    applies_to=EventBus,
    needs=(ENTRIES, FAILED_ENTRIES),
    remediation="""
        Look at FailedEntryCount in the answer of PutEvents, and send the failed entries again.

        Live: aws cloudwatch get-metric-statistics --namespace AWS/Events
        --metric-name PutEventsFailedEntriesCount
    """,
)
def events_refused(bus: EventBus, _graph: Graph) -> Iterator[Match]:
    """Entries of PutEvents calls were refused in a region.

    The call itself succeeds, so a producer that does not look at each entry loses them. The metric
    is that of the account and region; it is shown at the default bus. In few hours only, or not in
    the last week, it is low.

    Fine to accept where producers send such entries again.
    """
    if bus.raw.name != "default":
        return
    entries = ENTRIES.seen(bus)
    failed = FAILED_ENTRIES.counter(bus)
    if failed.total:
        message = f"{brief(failed.total)} events were refused in {bus.raw.region}"
        severity, line = mishap(failed)
        yield Match(bus, message, evidence=(entries.summary("an hour"), line), severity=severity)


@rule(
    "ARC041",
    "events-near-regional-quota",
    severity=Severity.HIGH,
    category=Category.PERFORMANCE,
    guide=SCALING,
    applies_to=EventBus,
    needs=(CREATED, CALLS),
    remediation="""
        Narrow patterns so that rules invoke less, send several events in each PutEvents call, or
        ask for a higher quota.

        Live: aws service-quotas request-service-quota-increase --service-code events
        --quota-code L-5540C5E3 --desired-value NUMBER
    """,
)
def events_near_regional_quota(bus: EventBus, _graph: Graph) -> Iterator[Match]:
    """A region comes near the quota of PutEvents calls or of invocations of targets.

    Calls above the quota are refused, invocations above it are delayed. Both quotas belong to the
    account and differ between regions; the metrics are shown at the default bus. The rates are
    averages over five minutes.

    The account's own quotas count where Service Quotas tells them, else the published defaults.

    Fine to accept where calls are repeated and events may be late.
    """
    if bus.raw.name != "default":
        return
    region = bus.raw.region or ""
    for measure, name in ((CREATED, "events.invocations"), (CALLS, "events.put_events")):
        series = measure.steady(bus).per_second()
        what = f"{series.name} of {region}"
        limit = granted(bus, name, series.maximum)
        yield from near_limit(bus, series, limit, what, unit="a second")


@rule(
    "QUO014",
    "events-near-size-limit",
    severity=Severity.MEDIUM,
    category=Category.RELIABILITY,
    confidence=Confidence.MEDIUM,
    guide=SCALING,
    applies_to=EventBus,
    needs=(REQUEST_BYTES, ENTRIES, CALLS_IN),
    remediation="""
        Keep large payloads in S3 and put their key into the event.

        Live: aws cloudwatch get-metric-statistics --namespace AWS/Events
        --metric-name PutEventsRequestSize
    """,
)
def events_near_size_limit(bus: EventBus, _graph: Graph) -> Iterator[Match]:
    """Requests of PutEvents are nearly as large as EventBridge takes.

    The entries of a request have 1 MiB together; what is larger is refused, and lost where the
    producer does not look. A request of one entry is an event, one of many can be split: where
    requests have several on average, nothing is said. The metric is that of the account and region;
    it is shown at the default bus.

    Fine to accept where producers split their batches by size.
    """
    if bus.raw.name == "default":
        series = REQUEST_BYTES.steady(bus)
        what = f"the size of PutEvents requests in {bus.raw.region}"
        for match in near_limit(bus, series, limits.EVENT_BYTES_MAX, what, unit="bytes"):
            if ENTRIES.counted(bus) <= _SINGLE * CALLS_IN.seen(bus).total:
                yield match
