"""Buses and rules that do what another service does better."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.arns import Arn, symbolic
from auditor.findings import Category, Confidence, Match, Severity
from auditor.graph import EdgeKind, Graph
from auditor.resources import EventBus, EventRule
from auditor.rules import rule
from auditor.usage import Usage
from checks.architecture._events import (
    gets_whole_event,
    only_source,
    own_source,
    service,
    sources_of,
)
from checks.eventbridge.traffic import MATCHED

GUIDE = "When to Use EventBridge (lines 790-802)"
STREAMS = ("firehose", "kinesis")
# What SNS delivers to as well, and a rule needs no role for.
SUBSCRIBERS = ("lambda", "sqs")
# What a queue leads to without a bus.
BEHIND_QUEUES = ("lambda", "sqs", "states")


@rule(
    "ARC006",
    "rule-that-only-broadcasts",
    severity=Severity.INFO,
    category=Category.COST,
    guide="Messaging Service Decision Tree (lines 24-75)",
    pedantic=True,
    applies_to=EventRule,
    remediation="""
        OrdersTopic:
          Type: AWS::SNS::Topic
        OrdersSubscription:
          Type: AWS::SNS::Subscription
          Properties:
            TopicArn: !Ref OrdersTopic
            Protocol: sqs
            Endpoint: !GetAtt OrdersQueue.Arn

        Live: aws sns subscribe --topic-arn ARN --protocol sqs --notification-endpoint QUEUE_ARN
    """,
)
def rule_that_only_broadcasts(event_rule: EventRule, _graph: Graph) -> Iterator[Match]:
    """A rule sends everything of one source to several targets unchanged, as a topic does.

    Nothing is filtered, changed or taken from AWS or a partner, so that a topic would deliver the
    same sooner and for less. The estimate supposes that no other rule wants the events.

    Fine to accept where rules are to follow that filter, or where events are archived.
    """
    targets = event_rule.targets
    if len(targets) < 2 or own_source(event_rule) is None:
        return
    if all(gets_whole_event(it) and service(it) in SUBSCRIBERS for it in targets):
        message = f"{event_rule.label} only broadcasts the events of one source"
        yield Match(event_rule, message, ("EventPattern",), usage=_as_topic(event_rule))


def _as_topic(event_rule: EventRule) -> Usage | None:
    """What the events cost on the bus and on a topic; deliveries to these targets are free."""
    events = MATCHED.monthly_if_known(event_rule)
    if not events:
        return None
    assumption = "each event of up to 64 KB, and wanted by no other rule"
    return Usage({"events.custom-event": events}, {"sns.publish": events}, assumption)


@rule(
    "ARC042",
    "bus-with-one-route",
    severity=Severity.INFO,
    category=Category.COST,
    guide=GUIDE,
    pedantic=True,
    applies_to=EventBus,
    remediation="""
        OrdersPipe:
          Type: AWS::Pipes::Pipe
          Properties:
            Source: !GetAtt OrdersQueue.Arn
            Target: !GetAtt OrdersFunction.Arn
            RoleArn: !GetAtt PipeRole.Arn

        Live: aws pipes create-pipe --name NAME --source ARN --target ARN --role-arn ROLE
    """,
)
def bus_with_one_route(bus: EventBus, graph: Graph) -> Iterator[Match]:
    """A custom bus has one rule, for one source and with one target: a queue would do.

    A bus pays off with several producers and consumers. Between two, a queue keeps what the
    consumer cannot take yet, and costs less. Targets that a queue does not lead to, such as API
    destinations, and buses of partners are exempt.

    Fine to accept where the bus is to grow, or other stacks use it.
    """
    edges = graph.outgoing(bus, EdgeKind.DELIVERS)
    rules = [edge.target for edge in edges if isinstance(edge.target, EventRule)]
    if len(rules) != 1 or len(rules[0].targets) != 1 or rules[0].event_pattern is None:
        return
    if len(sources_of(rules[0].event_pattern)) != 1 or bus.has("EventSourceName"):
        return
    if service(rules[0].targets[0]) in BEHIND_QUEUES:
        graph.settle_outgoing(bus, EdgeKind.DELIVERS)
        message = f"{bus.label} carries the events of one source to one target"
        yield Match(bus, message, (), (), ((rules[0], "the only rule"),))


@rule(
    "ARC043",
    "analytics-through-bus",
    severity=Severity.INFO,
    category=Category.COST,
    guide=GUIDE,
    pedantic=True,
    applies_to=EventRule,
    remediation="""
        ClicksStream:
          Type: AWS::Kinesis::Stream          # producers call PutRecords instead of PutEvents
          Properties:
            StreamModeDetails: {StreamMode: ON_DEMAND}

        Live: aws kinesis put-records --stream-name NAME --records file://records.json
    """,
)
def analytics_through_bus(event_rule: EventRule, _graph: Graph) -> Iterator[Match]:
    """A rule sends everything of one application to a stream, which it could write to itself.

    Each event is paid on the bus and again in the stream, and the bus adds delay and quotas.

    Fine to accept where the same events have other consumers on the bus.
    """
    if own_source(event_rule) is None:
        return
    for target in event_rule.targets:
        if service(target) in STREAMS:
            message = f"{event_rule.label} sends everything of one source to a stream"
            yield Match(event_rule, message, (*target.path, "Arn"))


@rule(
    "ARC044",
    "function-filters-events",
    severity=Severity.LOW,
    category=Category.COST,
    confidence=Confidence.LOW,
    guide=GUIDE,
    pedantic=True,
    applies_to=EventRule,
    remediation="""
        EventPattern:
          source: [shop.orders]
          detail-type: [OrderPlaced]
          detail:
            total: [{numeric: [">", 100]}]

        Live: aws events put-rule --name NAME --event-pattern file://pattern.json
    """,
)
def function_filters_events(event_rule: EventRule, _graph: Graph) -> Iterator[Match]:
    """A rule sends everything of a source to a function, which has to filter it itself.

    Each event that the function drops is an invocation that a pattern would have saved.

    Fine to accept where the function needs every event of the source.
    """
    if only_source(event_rule) is None:
        return
    for target in event_rule.targets:
        if service(target) == "lambda":
            message = f"{event_rule.label} leaves the choice of events to its function"
            yield Match(event_rule, message, ("EventPattern",))
            return


@rule(
    "COST011",
    "everything-sent-elsewhere",
    severity=Severity.MEDIUM,
    category=Category.COST,
    confidence=Confidence.MEDIUM,
    guide="EventBridge Cost Optimization (lines 992-1005)",
    applies_to=EventRule,
    remediation="""
        EventPattern:
          source: [shop.orders]           # what the other Region needs
          detail-type: [OrderPlaced]

        Live: aws events put-rule --name NAME --event-pattern file://pattern.json
    """,
)
def everything_sent_elsewhere(event_rule: EventRule, _graph: Graph) -> Iterator[Match]:
    """A rule sends every event to a bus in another Region or account.

    Each event is paid again there, and transfer between Regions on top, whether or not anybody
    listens. Between accounts of one Region, where a central bus is common, it counts less.

    Fine to accept where the other bus is an archive of everything, or nothing but a copy.
    """
    if event_rule.pattern is None or not event_rule.pattern.matches_everything():
        return
    here = Arn.parse(event_rule.arn or "")
    for target in event_rule.targets:
        there = Arn.parse(target.arn)
        if here is None or there is None or not there.resource.startswith("event-bus/"):
            continue
        if there.region != here.region and not symbolic(there.region):
            severity = Severity.MEDIUM
        elif there.account != here.account and not symbolic(there.account):
            severity = Severity.LOW
        else:
            continue
        message = f"{event_rule.label} sends every event to a bus elsewhere"
        path = (*target.path, "Arn")
        yield Match(event_rule, message, path, (target.arn,), severity=severity)
