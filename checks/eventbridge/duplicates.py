"""Rules that send the same events to the same target."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.findings import Category, Match, Severity
from auditor.graph import Edge, EdgeKind, External, Graph, Node
from auditor.patterns import Pattern
from auditor.resources import EventRule, Resource, Target
from auditor.rules import rule
from auditor.values import UndeterminedError

# What may differ between two targets that get the same.
_BESIDE_THE_EVENT = {"Id", "DeadLetterConfig", "RetryPolicy", "RoleArn"}


def what_is_sent(target: Target) -> dict[str, object]:
    """The properties that say where a target is and in which form it gets an event."""
    given = target.properties.items()
    return {name: value for name, value in given if name not in _BESIDE_THE_EVENT}


@rule(
    "EVB044",
    "event-delivered-twice",
    severity=Severity.MEDIUM,
    category=Category.RELIABILITY,
    guide="Rule Configuration (lines 363-407)",
    applies_to=EventRule,
    remediation="""
        Remove the target from the narrower of the two rules, or let the wider one leave out what
        the narrower one takes:

        EventPattern:
          source: [shop.orders]
          detail-type: [{anything-but: OrderPlaced}]

        Live: aws events remove-targets --rule NAME --event-bus-name BUS --ids ID
    """,
)
def event_delivered_twice(event_rule: EventRule, graph: Graph) -> Iterator[Match]:
    """All that a rule sends to a target, another rule of the same bus sends there as well.

    Each event that matches the first pattern also matches the second, so the target gets it twice,
    does its work twice and costs twice. That is proved from the two patterns, not guessed. Rules
    that send in another form (input, transformer, message group) are exempt, disabled ones too.

    Fine to accept where the target expects the event once for each rule.
    """
    pattern = event_rule.opened_pattern
    if pattern is None or not pattern.valid or event_rule.state == "DISABLED":
        return
    for edge in graph.declared(event_rule, EdgeKind.DELIVERS):
        other = _wider(edge, pattern, graph) if edge.source is event_rule else None
        if other and isinstance(edge.target, Resource):
            name = edge.target.label
            message = f"{name} gets every event of {event_rule.label} also from {other.label}"
            related = ((other, "the rule that sends the same"), (edge.target, "gets it twice"))
            yield Match(event_rule, message, edge.path, (), related, discriminator=name)


def _wider(edge: Edge, pattern: Pattern, graph: Graph) -> EventRule | None:
    """Another rule that sends all of what an edge of a rule sends to the same target.

    Of two equal rules each is the wider one: only the second is told of.
    """
    own = edge.via
    for other in _siblings(edge, graph):
        theirs = other.opened_pattern
        if theirs is None or not theirs.valid or other.state == "DISABLED":
            continue
        if _includes(theirs, pattern) and (own.id > other.id or not _includes(pattern, theirs)):
            return other
    return None


def _siblings(edge: Edge, graph: Graph) -> Iterator[EventRule]:
    """The other rules of the same bus that send the same to the same target."""
    own = edge.via
    if not isinstance(own, EventRule) or not isinstance(edge.target, Resource):
        return
    sent, bus = _sent(edge), _bus(own, graph)
    for delivery in graph.known_incoming(edge.target, EdgeKind.DELIVERS):
        other = delivery.source
        same = isinstance(other, EventRule) and other is not own and _sent(delivery) == sent
        if same and isinstance(other, EventRule) and bus and _bus(other, graph) == bus:
            yield other


def _sent(edge: Edge) -> dict[str, object]:
    targets = edge.via.targets if isinstance(edge.via, EventRule) else ()
    return what_is_sent(targets[int(edge.path[1])])


def _bus(event_rule: EventRule, graph: Graph) -> tuple[object, ...]:
    """What tells the bus of a rule from others, nothing when it could not be read."""
    raw = event_rule.raw
    for edge in graph.declared(event_rule, EdgeKind.DELIVERS):
        if edge.target is event_rule and (name := _name(edge.source)):
            return (name, raw.account, raw.region)
    return ()


def _name(bus: Node) -> str:
    if isinstance(bus, Resource):
        return bus.id
    return bus.reference if isinstance(bus, External) else ""


def _includes(wide: Pattern, narrow: Pattern) -> bool:
    """Whether it is proved; raises `UndeterminedError` when something unread decides."""
    try:
        return narrow.subsumed_by(wide)
    except UndeterminedError:
        narrow.settle()
        wide.settle()
        return False
