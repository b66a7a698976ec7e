"""Event patterns, and where their events come from."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.findings import Category, Confidence, Match, Severity
from auditor.graph import EdgeKind, External, Graph
from auditor.patterns import Leaf
from auditor.patterns.matchers import Exact
from auditor.patterns.nodes import Node
from auditor.resources import Bucket, BucketNotifications, EventBus, EventBusPolicy, EventRule
from auditor.rules import rule
from auditor.values import UndeterminedError, Unknown
from checks._shared import unread_end
from checks.eventbridge._buses import is_default
from checks.eventbridge._patterns import GUIDE, PATH, from_aws, node_at, sources

BUSES = "Event Bus Types (lines 342-345)"
CLOUD_TRAIL = "AWS API Call via CloudTrail"


@rule(
    "EVB017",
    "aws-events-on-custom-bus",
    severity=Severity.HIGH,
    category=Category.RELIABILITY,
    confidence=Confidence.MEDIUM,
    guide=BUSES,
    applies_to=EventRule,
    remediation="""
        OnUpload:
          Type: AWS::Events::Rule
          Properties:                      # no EventBusName: the default bus
            EventPattern:
              source: [aws.s3]

        Live: aws events put-rule --name NAME --event-pattern file://pattern.json
    """,
)
def aws_events_on_custom_bus(event_rule: EventRule, graph: Graph) -> Iterator[Match]:
    """A rule waits on a custom bus for events of AWS services, which arrive on the default bus.

    Unless another rule sends them on, the rule never fires. Buses to which something delivers,
    and buses with a policy, on which other accounts may put events, are not meant.

    Fine to accept where a rule of another stack sends these events to the bus.
    """
    pattern = event_rule.pattern
    if pattern is None or not pattern.valid or is_default(event_rule.bus_name):
        return
    names = sources(pattern)
    if not names or not all(map(from_aws, names)):
        return
    bus = _bus(event_rule, graph)
    if graph.incoming(bus, EdgeKind.DELIVERS) or bus.has("Policy") or _has_policy(bus, graph):
        return
    message = f"{event_rule.label} waits on {bus.label} for events that only the default bus gets"
    yield Match(event_rule, message, ("EventBusName",), tuple(names), ((bus, "the bus"),))


def _bus(event_rule: EventRule, graph: Graph) -> EventBus:
    name = event_rule.peek("EventBusName")
    bus = graph.find(name) or graph.index.named(EventBus, name, event_rule)
    if not isinstance(bus, EventBus):
        raise UndeterminedError(unread_end(bus), ("EventBusName",))
    return bus


def _has_policy(bus: EventBus, graph: Graph) -> bool:
    policies = graph.all(EventBusPolicy, bus.raw.account)
    return any(policy.bus_name in (bus.bus_name, bus.arn) for policy in policies)


@rule(
    "EVB018",
    "application-events-on-default-bus",
    severity=Severity.LOW,
    category=Category.OPERATIONS,
    guide=BUSES,
    pedantic=True,
    applies_to=EventRule,
    remediation="""
        OrdersBus:
          Type: AWS::Events::EventBus
          Properties: {Name: orders}
        OnOrder:
          Type: AWS::Events::Rule
          Properties:
            EventBusName: !Ref OrdersBus

        Live: aws events create-event-bus --name orders
    """,
)
def application_events_on_default_bus(event_rule: EventRule, _graph: Graph) -> Iterator[Match]:
    """A rule hears an application's own events on the default bus.

    There they share quotas, permissions and archives with the events of all AWS services.

    Fine to accept in small accounts with one application.
    """
    pattern = event_rule.pattern
    if pattern is None or not pattern.valid or not is_default(event_rule.bus_name):
        return
    names = sources(pattern)
    if names and not any(name.startswith("aws") for name in names):
        message = f"{event_rule.label} hears application events on the default bus"
        yield Match(event_rule, message, (*PATH, "source"), tuple(names))


@rule(
    "EVB020",
    "bucket-sends-no-events",
    severity=Severity.HIGH,
    category=Category.RELIABILITY,
    guide=GUIDE,
    applies_to=EventRule,
    remediation="""
        Uploads:
          Type: AWS::S3::Bucket
          Properties:
            NotificationConfiguration:
              EventBridgeConfiguration:
                EventBridgeEnabled: true

        Live: aws s3api put-bucket-notification-configuration --bucket NAME
        --notification-configuration '{"EventBridgeConfiguration": {}}'
    """,
)
def bucket_sends_no_events(event_rule: EventRule, graph: Graph) -> Iterator[Match]:
    """A rule waits for the events of a bucket that sends none to EventBridge.

    Buckets do so only once it is turned on for them; until then the rule never fires. (The command
    for a live bucket replaces its other notifications.) Calls that CloudTrail records do not need
    it and are not meant.

    Fine to accept where something outside of the stack turns it on.
    """
    pattern = event_rule.pattern
    if pattern is None or not pattern.valid or sources(pattern) != ["aws.s3"]:
        return
    kinds = node_at(pattern, "detail-type")
    if isinstance(kinds, Leaf) and Exact(CLOUD_TRAIL) in kinds.matchers:
        return
    named = node_at(pattern, "detail", "bucket", "name")
    for matcher in named.matchers if isinstance(named, Leaf) else ():
        if not isinstance(matcher, Exact | Unknown):
            continue
        name = matcher.value if isinstance(matcher, Exact) else matcher
        bucket = graph.index.named(Bucket, name, event_rule)
        if isinstance(bucket, External):
            # An account's buckets carry neither account nor region, so that no name finds them.
            bucket = graph.find(f"arn:aws:s3:::{name}") or bucket
        if not isinstance(bucket, Bucket):
            raise UndeterminedError(unread_end(bucket), (*PATH, "detail", "bucket", "name"))
        if not _sends_events(bucket, graph):
            _settle(kinds)
            message = f"{event_rule.label} waits for events that {bucket.label} does not send"
            related = ((bucket, "the bucket"),)
            yield Match(event_rule, message, PATH, (), related, bucket.id)


def _settle(kinds: Node | None) -> None:
    """Raises `UndeterminedError` when a rule may wait for the calls that CloudTrail records."""
    for kind in kinds.matchers if isinstance(kinds, Leaf) else ():
        if isinstance(kind, Unknown):
            raise UndeterminedError(kind.reason, (*PATH, "detail-type"))


def _sends_events(bucket: Bucket, graph: Graph) -> bool:
    return _enabled(bucket) or any(
        _enabled(custom)
        for custom in graph.all(BucketNotifications, bucket.raw.account)
        if custom.bucket_name == bucket.raw.name
    )


def _enabled(declaring: Bucket | BucketNotifications) -> bool:
    given = declaring.notifications
    return bool(given and given.event_bridge and given.event_bridge.enabled)
