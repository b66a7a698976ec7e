"""Rules that send the same events to the same target."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache

from auditor.findings import Category, Match, Severity
from auditor.graph import Edge, EdgeKind, External, Graph, Node, may_be, once_per_graph
from auditor.policy import Doubts
from auditor.resources import EventRule, Resource, Target
from auditor.rules import rule
from auditor.values import UndeterminedError, Unknown
from checks.delivery._edges import value_at

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

    doubts = Doubts()
    for edge in graph.declared(event_rule, EdgeKind.DELIVERS):
        for other, delivery in _rivals(edge, graph) if edge.source is event_rule else ():
            with doubts:
                if is_wider(other):
                    _settle(edge, delivery, graph)
                    yield from _twice(event_rule, edge, other)
                    break
    doubts.settle()


def _twice(event_rule: EventRule, edge: Edge, other: EventRule) -> Iterator[Match]:
    end = edge.target
    if isinstance(end, Resource):
        message = f"{end.label} gets every event of {event_rule.label} also from {other.label}"
        related = ((other, "the rule that sends the same"), (end, "gets it twice"))
        yield Match(event_rule, message, edge.path, (), related, discriminator=end.label)


def _is_wider(other: EventRule, own: EventRule) -> bool:
    """Whether a rule matches all that another matches; of two equal rules only the first does."""
    if other.state == "DISABLED" or not _includes(other, own):
        return False
    return own.id > other.id or not _includes(own, other)


def _rivals(edge: Edge, graph: Graph) -> Iterator[tuple[EventRule, Edge]]:
    """The other rules that may send the same from the same bus to the same target, and how."""
    bus, sent = _bus(graph, edge.via), _sent(edge)
    for delivery in _arriving(edge.target, graph):
        other = delivery.source
        if not isinstance(other, EventRule) or other is edge.via:
            continue
        if _may_share(bus, _bus(graph, other)) and _may_equal(sent, _sent(delivery)):
            yield other, delivery


def _arriving(end: Node, graph: Graph) -> list[Edge]:
    """The deliveries of rules that lead to an end, and those that may do so."""
    by_end = _deliveries(graph)
    if isinstance(end, Unknown):
        return [it for its in by_end.values() for it in its if _may_be_one(end, it.target)]
    doubtful = (it for it in by_end[""] if _may_be_one(it.target, end))
    return [*by_end.get(_name(end), ()), *doubtful]


def _may_be_one(unread: Node, other: Node) -> bool:
    """Whether an end that could not be read may be the same resource as another one."""
    if isinstance(unread, Unknown) and isinstance(other, Resource):
        return may_be(unread, other)
    return isinstance(other, Unknown)


@once_per_graph
def _deliveries(graph: Graph) -> Mapping[str, list[Edge]]:
    """What rules deliver, by the name of the end: empty for those that could not be read."""
    found: dict[str, list[Edge]] = {"": []}
    for edge in graph.edges:
        if edge.kind is EdgeKind.DELIVERS and isinstance(edge.source, EventRule):
            found.setdefault(_name(edge.target), []).append(edge)
    return found


def _settle(edge: Edge, delivery: Edge, graph: Graph) -> None:
    """Raises `UndeterminedError` when two deliveries are equal only as far as they were read."""
    graph.settle_end(edge, edge.target)
    differ = _sent(edge) != _sent(delivery)
    for each in (edge, delivery):
        sent = _sent(each).values() if differ else ()
        for part in (_listened(graph, each.via), each.target, *sent):
            if isinstance(part, Unknown):
                reason = f"what {each.via.id} sends, or where to, could not be read: {part.reason}"
                raise UndeterminedError(reason, edge.path)


def _sent(edge: Edge) -> dict[str, object]:
    """What is sent, empty when it could not be read."""
    target = value_at(edge.via, edge.path[:2])
    return what_is_sent(Target(target)) if isinstance(target, dict) else {}


def _may_equal(one: dict[str, object], other: dict[str, object]) -> bool:
    if not one or not other:
        return True
    return one.keys() == other.keys() and all(
        value == other[name] or isinstance(value, Unknown) or isinstance(other[name], Unknown)
        for name, value in one.items()
    )


def _listened(graph: Graph, event_rule: Resource) -> Node | None:
    """The bus of a rule."""
    edges = graph.declared(event_rule, EdgeKind.DELIVERS)
    return next((edge.source for edge in edges if edge.target is event_rule), None)


@once_per_graph
def _bus(graph: Graph, event_rule: Resource) -> tuple[object, ...]:
    """What tells the bus of a rule from others, nothing when it could not be read."""
    raw, bus = event_rule.raw, _listened(graph, event_rule)
    name = _name(bus) if bus is not None else ""
    return (name, raw.account, raw.region) if name else ()


def _may_share(one: tuple[object, ...], other: tuple[object, ...]) -> bool:
    return one == other or not one or not other


def _name(node: Node) -> str:
    if isinstance(node, Resource):
        return node.id
    return node.reference if isinstance(node, External) else ""


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
