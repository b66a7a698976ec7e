"""Event buses as a whole."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.data import event_limits, limits
from auditor.findings import Category, Confidence, Match, Severity
from auditor.graph import EdgeKind, Graph
from auditor.resources import Discoverer, EventBus
from auditor.rules import rule
from checks.eventbridge._buses import is_default, rules_of

COMPONENTS = "Key Components (lines 336-340)"


@rule(
    "EVB001",
    "bus-without-rules",
    severity=Severity.MEDIUM,
    category=Category.OPERATIONS,
    confidence=Confidence.LOW,
    guide="Quick Service Selection Table (lines 11-20)",
    pedantic=True,
    applies_to=EventBus,
    remediation="""
        OrdersRule:
          Type: AWS::Events::Rule
          Properties:
            EventBusName: !Ref OrdersBus
            EventPattern:
              source: [shop.orders]

        Live: aws events delete-event-bus --name NAME
    """,
)
def bus_without_rules(bus: EventBus, graph: Graph) -> Iterator[Match]:
    """A custom bus has no rules, so whatever is put on it is lost.

    A bus keeps no events: those that no rule matches are gone. A template does not show the rules
    of other stacks, which is why this is only a hint.

    Fine to accept where other stacks declare the rules.
    """
    if not is_default(bus.bus_name) and not rules_of(bus, graph):
        yield Match(bus, f"{bus.label} has no rules: whatever is put on it is lost")


@rule(
    "EVB002",
    "bus-without-archive",
    severity=Severity.LOW,
    category=Category.RELIABILITY,
    guide="Quick Service Selection Table (lines 11-20)",
    pedantic=True,
    applies_to=EventBus,
    remediation="""
        OrdersArchive:
          Type: AWS::Events::Archive
          Properties:
            SourceArn: !GetAtt OrdersBus.Arn
            RetentionDays: 14

        Live: aws events create-archive --archive-name NAME --event-source-arn BUS_ARN
        --retention-days 14
    """,
)
def bus_without_archive(bus: EventBus, graph: Graph) -> Iterator[Match]:
    """A custom bus has rules but no archive, so its events cannot be replayed.

    After a consumer's mistake, or to fill a new one, an archive is the only way to the events of
    yesterday.

    Fine to accept where the events can be made again from their source.
    """
    if is_default(bus.bus_name) or not rules_of(bus, graph):
        return
    if not graph.outgoing(bus, EdgeKind.ARCHIVES):
        yield Match(bus, f"{bus.label} has no archive: its events cannot be replayed")


@rule(
    "EVB025",
    "encrypted-bus-pitfall",
    severity=Severity.MEDIUM,
    category=Category.RELIABILITY,
    guide=COMPONENTS,
    applies_to=EventBus,
    remediation="""
        OrdersBus:
          Type: AWS::Events::EventBus
          Properties:
            Name: orders
            KmsKeyIdentifier: !GetAtt OrdersKey.Arn
            DeadLetterConfig:
              Arn: !GetAtt BusDlq.Arn

        Live: aws events update-event-bus --name NAME --dead-letter-config Arn=DLQ_ARN
    """,
)
def encrypted_bus_pitfall(bus: EventBus, graph: Graph) -> Iterator[Match]:
    """A bus with a customer managed key lacks what such a bus needs, or has what it cannot have.

    When the key cannot be used, events are lost unless the bus has a dead-letter queue of its own.
    An archive keeps its events under another key unless it names one too, and schema discovery does
    not work at all on such a bus.

    Fine to accept where the key never changes and lost events do not matter.
    """
    if not bus.kms_key:
        return
    if bus.dead_letter_config is None:
        message = f"{bus.label} loses events whenever its key cannot be used"
        yield Match(bus, message, ("DeadLetterConfig",))
    for edge in graph.outgoing(bus, EdgeKind.ARCHIVES):
        if not edge.via.has("KmsKeyIdentifier"):
            message = f"{edge.via.label} keeps the events of {bus.label} under another key"
            related = ((edge.via, "the archive"),)
            yield Match(bus, message, ("KmsKeyIdentifier",), (), related, edge.via.id)
    for discoverer in graph.all(Discoverer, bus.raw.account):
        if graph.find(discoverer.source_arn) is bus:
            yield Match(
                bus,
                f"{discoverer.label} cannot discover schemas on {bus.label}, which has a key",
                ("KmsKeyIdentifier",),
                (),
                ((discoverer, "the discoverer"),),
                discoverer.id,
                Severity.HIGH,
            )


@rule(
    "EVB026",
    "bus-without-logs",
    severity=Severity.INFO,
    category=Category.OPERATIONS,
    guide=COMPONENTS,
    pedantic=True,
    applies_to=EventBus,
    remediation="""
        OrdersBus:
          Type: AWS::Events::EventBus
          Properties:
            Name: orders
            LogConfig:
              Level: ERROR
              IncludeDetail: NONE

        Live: aws events update-event-bus --name NAME --log-config Level=ERROR,IncludeDetail=NONE
    """,
)
def bus_without_logs(bus: EventBus, _graph: Graph) -> Iterator[Match]:
    """A custom bus writes no log, so failed deliveries are only counted, never explained.

    With level ERROR the bus says which rule and target failed, and why.

    Fine to accept where dead-letter queues tell enough.
    """
    if is_default(bus.bus_name):
        return
    if bus.log_config is None or bus.log_config.level == "OFF":
        yield Match(bus, f"{bus.label} does not log failed deliveries", ("LogConfig", "Level"))


@rule(
    "CHK006",
    "bus-without-schemas",
    severity=Severity.INFO,
    category=Category.OPERATIONS,
    guide="Implementation Guidelines (lines 1266-1271)",
    pedantic=True,
    applies_to=EventBus,
    remediation="""
        OrdersDiscoverer:
          Type: AWS::EventSchemas::Discoverer
          Properties:
            SourceArn: !GetAtt OrdersBus.Arn

        Live: aws schemas create-discoverer --source-arn BUS_ARN
    """,
)
def bus_without_schemas(bus: EventBus, graph: Graph) -> Iterator[Match]:
    """Nothing discovers the schemas of the events on a custom bus.

    Consumers learn the form of events from a registry; without one they learn it from failures.
    A bus with a customer managed key cannot have a discoverer and is exempt.

    Fine to accept where schemas are kept elsewhere, such as in a repository.
    """
    if is_default(bus.bus_name) or bus.kms_key:
        return
    sources = [
        graph.find(discoverer.source_arn) for discoverer in graph.all(Discoverer, bus.raw.account)
    ]
    if bus not in sources:
        yield Match(bus, f"nothing discovers the schemas of the events on {bus.label}")


@rule(
    "QUO012",
    "rules-near-quota",
    severity=Severity.MEDIUM,
    category=Category.OPERATIONS,
    guide="EventBridge Scaling Characteristics (lines 935-942)",
    applies_to=EventBus,
    remediation="""
        OrdersBus:
          Type: AWS::Events::EventBus    # a second bus, or one rule whose target branches further
          Properties:
            Name: orders

        Live: aws service-quotas request-service-quota-increase --service-code events
        --quota-code L-244521F2 --desired-value 600
    """,
)
def rules_near_quota(bus: EventBus, graph: Graph) -> Iterator[Match]:
    """A bus has almost as many rules as it may have, or more.

    300 is the quota unless it was raised, and 100 in the Regions af-south-1 and eu-south-1. The
    next deployments fail at a moment that nobody chose.

    Fine to accept where the quota was raised.
    """
    count = len(rules_of(bus, graph))
    small = bus.raw.region in event_limits.SMALL_REGIONS
    quota = event_limits.RULES_PER_BUS_IN_SMALL_REGIONS if small else event_limits.RULES_PER_BUS
    if count > quota * limits.QUOTA_WARNING_SHARE:
        yield Match(bus, f"{bus.label} has {count} rules, and the quota is {quota}")
