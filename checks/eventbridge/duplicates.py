"""Rules that send the same events to the same target."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache

from auditor.findings import Category, Match, Severity
from auditor.graph import Edge, EdgeKind, External, Graph, Node, once_per_graph
from auditor.resources import EventRule, Resource, Target
from auditor.rules import rule
from auditor.values import UndeterminedError, Unknown

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

    @cache  # several targets may have the same other rules
    def is_wider(other: EventRule) -> bool:
        return _is_wider(other, event_rule)

    for edge in graph.declared(event_rule, EdgeKind.DELIVERS):
        end = edge.target
        if edge.source is not event_rule or isinstance(end, Unknown):
            continue
        for other in filter(is_wider, _siblings(edge, end, graph)):
            if isinstance(end, External):
                graph.settle_end(edge, end)
                break
            message = f"{end.label} gets every event of {event_rule.label} also from {other.label}"
            related = ((other, "the rule that sends the same"), (end, "gets it twice"))
            yield Match(event_rule, message, edge.path, (), related, discriminator=end.label)
            break


def _is_wider(other: EventRule, own: EventRule) -> bool:
    """Whether a rule matches all that another matches; of two equal rules only the first does."""
    if other.state == "DISABLED" or not _includes(other, own):
        return False
    return own.id > other.id or not _includes(own, other)


def _siblings(edge: Edge, end: Resource | External, graph: Graph) -> Iterator[EventRule]:
    """The other rules of the same bus that send the same to the same target."""
    bus = _bus(graph, edge.via)
    arriving = (
        graph.known_incoming(end, EdgeKind.DELIVERS)
        if isinstance(end, Resource)
        else _leaving(graph)[end]
    )
    for delivery in arriving if bus else ():
        other = delivery.source
        if not isinstance(other, EventRule) or other is edge.via:
            continue
        if _bus(graph, other) == bus and _sent(delivery) == _sent(edge):
            yield other


@once_per_graph
def _leaving(graph: Graph) -> Mapping[External, list[Edge]]:
    """The deliveries to each end that was not read."""
    found: dict[External, list[Edge]] = defaultdict(list)
    for edge in graph.edges:
        if edge.kind is EdgeKind.DELIVERS and isinstance(edge.target, External):
            found[edge.target].append(edge)
    return found


def _sent(edge: Edge) -> dict[str, object]:
    targets = edge.via.targets if isinstance(edge.via, EventRule) else ()
    return what_is_sent(targets[int(edge.path[1])])


@once_per_graph
def _bus(graph: Graph, event_rule: Resource) -> tuple[object, ...]:
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


def _includes(wide: EventRule, narrow: EventRule) -> bool:
    """Whether it is proved; raises `UndeterminedError` when something unread may decide."""
    outer, inner = wide.opened_pattern, narrow.opened_pattern
    if outer is None or inner is None or not outer.valid:
        return False
    if inner.proved_within(outer):
        return True
    return not (_settled(wide) and _settled(narrow)) and inner.subsumed_by(outer)


def _settled(event_rule: EventRule) -> bool:
    """Whether all of the pattern could be read."""
    return event_rule.once("is settled", lambda: _can_settle(event_rule))


def _can_settle(event_rule: EventRule) -> bool:
    try:
        if event_rule.opened_pattern:
            event_rule.opened_pattern.settle()
    except UndeterminedError:
        return False
    return True
