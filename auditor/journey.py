"""Follows one event through a graph: what it matches, whom it reaches, and where it ends."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from enum import StrEnum

from msgspec import Struct

from auditor.arns import Arn
from auditor.graph import Edge, EdgeKind, Graph
from auditor.index import External
from auditor.patterns import (
    EVENT_BRIDGE,
    LAMBDA_KINESIS,
    LAMBDA_OTHER,
    LAMBDA_QUEUE,
    LAMBDA_TABLE,
    PIPES,
    SNS_ATTRIBUTES,
    SNS_BODY,
    Dialect,
    opened,
    parse,
)
from auditor.resources import (
    EventBus,
    EventRule,
    EventSourceMapping,
    Pipe,
    Queue,
    Resource,
    Stream,
    Subscription,
    Topic,
)
from auditor.values import UndeterminedError, Unknown

_DIALECTS = {"sqs": LAMBDA_QUEUE, "kinesis": LAMBDA_KINESIS, "dynamodb": LAMBDA_TABLE}
_CHANGES = ("Input", "InputPath", "InputTransformer")
# Longer ways are no architecture.
_FARTHEST = 100
_ONWARD = (EdgeKind.DELIVERS, EdgeKind.CONSUMES)
# What a message holds once something has changed it that only AWS evaluates.
Message = Mapping[str, object] | Unknown
_CHANGED = Unknown("the message is transformed on the way")


class Verdict(StrEnum):
    """What becomes of the event at one step."""

    PASSES = "gets it"
    STOPS = "does not match"
    MAYBE = "may get it"


class Step(Struct, frozen=True):
    """One step of the way; `depth` says how far along, `ends` that the way ends here."""

    depth: int
    label: str
    type: str
    verdict: Verdict
    reason: str = ""
    ends: bool = False


def follow(graph: Graph, event: Mapping[str, object], bus: str | None = None) -> Iterator[Step]:
    """The steps of an event that is put on a bus, in the order of the way.

    Without `bus` the event is put on every bus: it does not say itself on which one it arrives.
    What was followed once with the same message is not followed again.
    """
    way = _Way(graph)
    for rule in graph.resources(EventRule):
        if bus is None or bus in _bus_names(rule, graph):
            yield from way.rule(rule, event, 0)


def buses(graph: Graph) -> set[str]:
    """The names by which `follow` knows the buses that rules listen on."""
    return {name for rule in graph.resources(EventRule) for name in _bus_names(rule, graph)}


def _bus_names(rule: EventRule, graph: Graph) -> set[str]:
    for edge in graph.declared(rule, EdgeKind.DELIVERS):
        if edge.target is rule:
            if isinstance(edge.source, EventBus):
                return {edge.source.label, str(edge.source.raw.name)}
            if isinstance(edge.source, External):
                return {edge.source.reference.rpartition("/")[2]}
    return set()


class _Way:
    """What was followed so far."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._followed: set[tuple[str, Verdict, str]] = set()

    def rule(
        self, rule: EventRule, event: Message, depth: int, before: Verdict = Verdict.PASSES
    ) -> Iterator[Step]:
        """The step of a rule, and all that follow from it; `before` is what became of the event."""
        judged, reason = _judged(rule, event)
        verdict = judged if judged is Verdict.STOPS else _worse(before, judged)
        yield Step(depth, rule.label, rule.type, verdict, reason)
        if verdict is Verdict.STOPS or not self._is_new(rule, verdict, event):
            return
        for edge in self._graph.declared(rule, EdgeKind.DELIVERS):
            if edge.source is rule:
                changed = any(name in _target(rule, edge) for name in _CHANGES)
                yield from self._arrive(edge, _CHANGED if changed else event, depth + 1, verdict)

    def _is_new(self, place: Resource, verdict: Verdict, message: Message) -> bool:
        shown = message.reason if isinstance(message, Unknown) else json.dumps(message)
        key = (place.id, verdict, shown)
        new = key not in self._followed
        self._followed.add(key)
        return new

    def _arrive(self, edge: Edge, message: Message, depth: int, verdict: Verdict) -> Iterator[Step]:
        """The step at the end of an edge, and all that follow from it."""
        end = edge.target
        if not isinstance(end, Resource):
            label = end.reference if isinstance(end, External) else (end.text or "unknown")
            yield Step(depth, label, "", verdict, "outside of what was read", ends=True)
            return
        onward = self._graph.known_outgoing(end, *_ONWARD)
        # What is invoked decides itself what it sends on.
        carries = isinstance(end, Queue | Topic | Stream | Pipe | EventBus) and bool(onward)
        followed = carries and not self._is_new(end, verdict, message)
        reason = "already followed" if followed else ""
        if depth >= _FARTHEST and carries:
            followed, reason = True, "too far to be followed"
        yield Step(depth, end.label, end.type, verdict, reason, ends=not carries)
        for following in onward if carries and not followed else ():
            yield from self._pass_on(following, message, depth + 1, verdict)

    def _pass_on(
        self, edge: Edge, message: Message, depth: int, verdict: Verdict
    ) -> Iterator[Step]:
        if isinstance(edge.target, EventRule):
            yield from self.rule(edge.target, message, depth, verdict)
            return
        onward, reason = _filtered(edge, message)
        if onward is Verdict.STOPS:
            label = edge.target.label if isinstance(edge.target, Resource) else edge.via.label
            yield Step(depth, label, edge.via.type, onward, reason)
            return
        worse = _worse(onward, verdict)
        yield from self._arrive(edge, _delivered(edge, message), depth, worse)


def _worse(*verdicts: Verdict) -> Verdict:
    return Verdict.MAYBE if Verdict.MAYBE in verdicts else Verdict.PASSES


def _judged(rule: EventRule, event: Message) -> tuple[Verdict, str]:
    """Whether a rule takes an event, and why not."""
    given = rule.peek("EventPattern")
    if given is None:
        return Verdict.STOPS, "it runs by a schedule"
    try:
        if rule.state == "DISABLED":
            return Verdict.STOPS, "it is disabled"
        pattern = parse(opened(given), EVENT_BRIDGE)
        if not pattern.valid:
            return Verdict.STOPS, "its pattern is refused"
        if isinstance(event, Unknown):
            return Verdict.MAYBE, event.reason
        return (Verdict.PASSES if pattern.matches(event) else Verdict.STOPS), ""
    except UndeterminedError as doubt:
        return Verdict.MAYBE, doubt.reason


def _target(rule: EventRule, edge: Edge) -> Mapping[str, object]:
    targets = rule.peek("Targets")
    target = targets[int(edge.path[1])] if isinstance(targets, list) else None
    return target if isinstance(target, Mapping) else {}


def _filtered(edge: Edge, message: Message) -> tuple[Verdict, str]:
    """Whether the filter of a subscription, mapping or pipe lets a message through, and why not."""
    try:
        filters = list(_filters(edge))
        if not filters:
            return Verdict.PASSES, ""
        if isinstance(message, Unknown):
            return Verdict.MAYBE, message.reason
        record = _record(edge, message)
        passes = any(parse(given, dialect).matches(record) for given, dialect in filters)
    except UndeterminedError as doubt:
        return Verdict.MAYBE, doubt.reason
    return (Verdict.PASSES, "") if passes else (Verdict.STOPS, "its filter drops it")


def _filters(edge: Edge) -> Iterator[tuple[object, Dialect]]:
    """The patterns of which one has to match, if there are any."""
    via = edge.via
    if isinstance(via, Subscription):
        given = via.peek("FilterPolicy")
        if given not in (None, {}, "", "{}"):
            body = via.filter_scope == "MessageBody"
            yield opened(given), SNS_BODY if body else SNS_ATTRIBUTES
        return
    criteria: object = None
    dialect = PIPES
    if isinstance(via, EventSourceMapping):
        criteria = via.peek("FilterCriteria")
        arn = Arn.parse(via.source_arn)
        dialect = _DIALECTS.get(arn.service if arn else "", LAMBDA_OTHER)
    elif isinstance(via, Pipe):
        criteria = (via.source_parameters or {}).get("FilterCriteria")
    if isinstance(criteria, Unknown):
        raise UndeterminedError(criteria.reason)
    for item in (criteria or {}).get("Filters", ()) if isinstance(criteria, Mapping) else ():
        yield opened(item.get("Pattern") if isinstance(item, Mapping) else item), dialect


def _record(edge: Edge, message: Mapping[str, object]) -> Mapping[str, object]:
    """What a filter is compared with; an event of EventBridge has no message attributes."""
    if isinstance(edge.via, Subscription):
        return message if edge.via.filter_scope == "MessageBody" else {}
    return {"data" if isinstance(edge.source, Stream) else "body": message}


def _delivered(edge: Edge, message: Message) -> Message:
    """What arrives: a topic wraps the message, unless it is to deliver it raw."""
    if isinstance(message, Unknown) or not isinstance(edge.source, Topic):
        return _CHANGED if isinstance(edge.via, Pipe) and edge.source is edge.via else message
    raw = isinstance(edge.via, Subscription) and edge.via.raw_delivery
    return message if raw else {"Type": "Notification", "Message": json.dumps(message)}
