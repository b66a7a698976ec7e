"""What rules on buses share."""

from __future__ import annotations

from auditor.graph import EdgeKind, Graph
from auditor.resources import EventBus, EventRule


def is_default(bus: str) -> bool:
    """Whether a name or ARN is that of the default bus."""
    return bus.rpartition("event-bus/")[2] == "default"


def rules_of(bus: EventBus, graph: Graph) -> list[EventRule]:
    """The rules on a bus; raises `UndeterminedError` rather than wrongly say none."""
    edges = graph.outgoing(bus, EdgeKind.DELIVERS)
    return [edge.target for edge in edges if isinstance(edge.target, EventRule)]
