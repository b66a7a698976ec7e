"""What rules of several chapters ask."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditor.data.webhooks import masked
from auditor.graph import Edge, EdgeKind, Graph
from auditor.resources import EventSourceMapping, Queue, Resource, Subscription, Topic
from auditor.values import UndeterminedError, Unknown

_DEAD_LETTER_NAME = re.compile(r"dlq|dead[-_]?letter", re.IGNORECASE)


def is_dead_letter_queue(queue: Queue, graph: Graph) -> bool:
    """Whether the queue takes dead letters: it says so itself, or something sends them to it.

    What sends them under other parameter values counts as well: the queue is meant for it.

    Raises `UndeterminedError` when something that could not be read may send them.
    """
    return says_dead_letters(queue) or graph.ever(queue, EdgeKind.DEAD_LETTERS)


def action_of(edge: Edge) -> str:
    """The permission that a delivery of an API takes.

    Raises `UndeterminedError` when what the API does could not be read.
    """
    if not edge.detail:
        raise UndeterminedError(unread_end(edge.target), edge.path)
    return edge.detail


def says_dead_letters(queue: Queue) -> bool:
    """Whether name or redrive allow policy show that the queue is meant for dead letters.

    The queues that use it may belong to another stack, so that no edge shows it.
    """
    name = queue.raw.name.text if isinstance(queue.raw.name, Unknown) else queue.raw.name
    own_id = re.split(r"[/:]", queue.id)[-1]
    if _DEAD_LETTER_NAME.search(f"{own_id} {name or ''}"):
        return True
    policy = queue.redrive_allow_policy
    return policy is not None and policy.permission != "denyAll"


def mappings_of(queue: Queue, graph: Graph) -> list[Edge]:
    """The edges from a queue to the functions that read it through an event source mapping."""
    edges = graph.outgoing(queue, EdgeKind.CONSUMES)
    return [edge for edge in edges if isinstance(edge.via, EventSourceMapping)]


def subscriptions_of(queue: Queue, graph: Graph) -> Iterator[Edge]:
    """The edges from topics to a queue.

    A protocol that could not be read counts: SNS takes no other one for a queue. Yields what is
    known, then raises `UndeterminedError` when there may be more.
    """
    via = (Subscription, Topic)
    yield from graph.incoming(queue, EdgeKind.DELIVERS, details=("", "sqs"), via=via)
    graph.settle_incoming(queue, EdgeKind.DELIVERS, via=via)


def dead_letter_queues(queue: Queue, graph: Graph) -> Iterator[Queue]:
    """The queue that the redrive policy names, or nothing without such a policy.

    Raises `UndeterminedError` when it names a queue that was not read.
    """
    for edge in graph.outgoing(queue, EdgeKind.DEAD_LETTERS):
        if not isinstance(edge.target, Queue):
            raise UndeterminedError(unread_end(edge.target), edge.path)
        yield edge.target


def each_incoming(graph: Graph, resource: Resource, *kinds: EdgeKind) -> Iterator[Edge]:
    """The edges to a resource of several kinds, each kind known or in doubt by itself.

    Yields what is known, then raises `UndeterminedError` when edges of one kind could not be read.
    """
    yield from graph.incoming(resource, *kinds)
    for kind in kinds:
        graph.incoming(resource, kind)


def unread_end(end: object) -> str:
    """Why nothing is known about the end of an edge."""
    if isinstance(end, Unknown):
        return end.reason
    if isinstance(end, Resource):
        return f"{end.id} is of another type"
    reference = masked(str(getattr(end, "reference", end)))
    return f"{reference} is not among the resources that were read"


def uses_key(key: str, alias: str) -> bool:
    """Whether a key id names the alias, alone or as the end of an ARN."""
    return key == alias or key.endswith(f":{alias}")
