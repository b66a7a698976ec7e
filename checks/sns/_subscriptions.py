"""What rules on subscriptions share; each is a resource, or a line inside its topic."""

from __future__ import annotations

from auditor.arns import Arn
from auditor.graph import Edge, EdgeKind, External, Graph, Node, may_be, once_per_graph
from auditor.resources import Queue, Resource, Subscription, Topic
from auditor.resources.sns import InlineSubscription
from auditor.values import PropertyPath, UndeterminedError, Unknown
from checks._shared import unread_end

GUIDE = "Subscription Types (lines 237-246)"
MAIL = ("email", "email-json")
WEB = ("http", "https")
# How a text starts of which nothing is known: a symbol, or what a deployment looks up.
UNRESOLVED = ("${", "{{")


def each_subscription(resource: Resource) -> tuple[Subscription | InlineSubscription, ...]:
    """The subscriptions that a topic holds, or the one that the resource is."""
    if isinstance(resource, Topic):
        return resource.subscriptions
    return (resource,) if isinstance(resource, Subscription) else ()


def protocol_path(subscription: Subscription | InlineSubscription) -> PropertyPath:
    """Where the protocol stands.

    Reports quote the line, and that of an endpoint may hold a secret or somebody's address.
    """
    return (*subscription.path, "Protocol")


def known_text(subscription: Subscription | InlineSubscription, name: str) -> str:
    """A property; of a text with unknown parts (the webhook's token) the known ones are enough."""
    value = subscription.peek(name)
    if isinstance(value, Unknown):
        if value.text is None or value.text.startswith(UNRESOLVED):
            raise UndeterminedError(value.reason, (*subscription.path, name))
        value = value.text
    return str(value)


def topic_of(resource: Resource, graph: Graph) -> Node:
    """The topic that a subscription belongs to; a topic is its own."""
    if isinstance(resource, Topic):
        return resource
    return graph.index.resolve(resource.peek("TopicArn"))


def endpoint_of(subscription: Subscription | InlineSubscription, graph: Graph) -> Node:
    """What a subscription delivers to."""
    return graph.index.resolve(subscription.peek("Endpoint"))


def declared_at(edge: Edge) -> Subscription | InlineSubscription:
    """The subscription that an edge from a topic stands for."""
    if isinstance(edge.via, Topic):
        return edge.via.subscriptions[int(edge.path[1])]
    if isinstance(edge.via, Subscription):
        return edge.via
    raise UndeterminedError(unread_end(edge.via))


def settle_subscriptions(topic: Topic, graph: Graph, *protocols: str) -> None:
    """Raises `UndeterminedError` when a topic may have more subscriptions than are known.

    `protocols` are those that matter, all by default.
    """
    for edge, end in _of_unread_topics(graph):
        if (not protocols or edge.detail in ("", *protocols)) and may_be(end, topic):
            raise UndeterminedError(f"the topic of {edge.via.id} could not be read: {end.reason}")
    graph.all(Subscription, topic.raw.account)


@once_per_graph
def _of_unread_topics(graph: Graph) -> list[tuple[Edge, Unknown]]:
    return [
        (edge, edge.source)
        for each in graph.resources(Subscription)
        for edge in graph.declared(each, EdgeKind.DELIVERS)
        if isinstance(edge.source, Unknown)
    ]


def settle_no_more(most: float, topic: Topic, graph: Graph) -> None:
    """The same when they may be more than so many."""
    if len(graph.all(Subscription, topic.raw.account)) > most:
        settle_subscriptions(topic, graph)


def is_fifo(node: Node) -> bool:
    """Whether a topic or a queue is FIFO; of one that was not read, the ARN tells."""
    if isinstance(node, Queue | Topic):
        return node.fifo
    arn = Arn.parse(node.reference) if isinstance(node, External) else None
    if arn is None or arn.resource.endswith("}"):
        raise UndeterminedError(unread_end(node))
    return arn.resource.endswith(".fifo")
