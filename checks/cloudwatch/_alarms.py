"""What rules about alarms share."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.findings import Confidence, Severity
from auditor.graph import Edge, EdgeKind, Graph, once_per_graph
from auditor.resources import Alarm, EventRule, Resource
from auditor.resources.cloudwatch import Metric
from auditor.values import Unknown, optional, read, texts

DEPTH = "ApproximateNumberOfMessagesVisible"
AGE = "ApproximateAgeOfOldestMessage"


def metrics_of(alarm: Alarm) -> Iterator[Metric]:
    """The metrics of a plain alarm and of metric math; raises when one cannot be read."""
    if alarm.has("MetricName"):
        yield Metric(alarm.properties)
    for query in alarm.metrics:
        if query.metric_stat is not None:
            yield query.metric_stat.metric


def watches(resource: Resource, graph: Graph, *metrics: str) -> list[Edge]:
    """The alarms that watch one of these metrics of the resource.

    Raises `UndeterminedError` when there are none, but one that could not be read may do so.
    """
    return graph.incoming(resource, EdgeKind.WATCHES, details=metrics)


def settle_watched(alarm: Alarm, graph: Graph, *metrics: str) -> None:
    """Raises `UndeterminedError` when it could not be read what an alarm watches.

    `metrics` are those that matter, all by default. What comes from outside of the stack does not
    matter, nor does what an expression selects.
    """
    for edge in graph.declared(alarm, EdgeKind.WATCHES):
        unread = isinstance(edge.target, Unknown) and not edge.target.external
        matters = not metrics or edge.detail in ("", *metrics)
        if unread and matters and edge.path[-1:] != ("Expression",):
            graph.settle_end(edge, edge.target)


def elsewhere(resource: Resource, graph: Graph) -> bool:
    """Whether the alarms are probably kept elsewhere: a template that has not a single one."""
    return resource.raw.account is None and not graph.resources(Alarm)


def certainty(resource: Resource, graph: Graph) -> Confidence:
    """How sure it is that a missing alarm is missing: a template may leave alarms to another."""
    if resource.raw.account is not None:
        return Confidence.HIGH
    return Confidence.LOW if elsewhere(resource, graph) else Confidence.MEDIUM


def absence(resource: Resource, graph: Graph, *metrics: str) -> tuple[Severity | None, Confidence]:
    """How much it matters that nothing watches these metrics of the resource.

    In an account all alarms were read. A template that watches these metrics of a resource of the
    same type, but not of this one, has probably forgotten it; one whose alarms are about other
    things counts less. Severity `None` is the rule's own.
    """
    if resource.raw.account is not None:
        return None, Confidence.HIGH
    alike = any(
        isinstance(edge.target, type(resource)) and edge.detail in metrics
        for alarm in graph.resources(Alarm)
        for edge in graph.outgoing(alarm, EdgeKind.WATCHES)
    )
    return (None, Confidence.MEDIUM) if alike else (Severity.LOW, Confidence.LOW)


def unwatched(resource: Resource, graph: Graph, *metrics: str) -> bool:
    """Whether nothing watches these metrics, in an account or in a template that has alarms."""
    return not elsewhere(resource, graph) and not watches(resource, graph, *metrics)


def listened_to(source: str, sender: Resource, graph: Graph) -> bool:
    """Whether a rule listens to the events of an AWS service about a resource, say its state.

    Raises `UndeterminedError` when a rule that could not be read may do so.
    """
    return source in _all_sources(graph, sender.raw.account)


@once_per_graph
def _all_sources(graph: Graph, account: str | None) -> frozenset[str]:
    listeners = graph.all(EventRule, account)
    return frozenset(each for listener in listeners for each in _sources(listener))


def _sources(listener: EventRule) -> tuple[str, ...]:
    pattern = listener.event_pattern
    if pattern is None:
        return ()
    return read(pattern.peek("source"), optional(texts), ("EventPattern", "source"), None) or ()
