"""Buses of partners, and the events that arrive on them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditor.findings import Category, Confidence, Match, Severity
from auditor.graph import Graph
from auditor.patterns import Group, Leaf, Pattern, leaves
from auditor.patterns.matchers import Exact, Range
from auditor.resources import EventBus, EventRule
from auditor.resources.events import PARTNER
from auditor.rules import rule
from checks.eventbridge._patterns import PATH, node_at, sources

SHOPIFY = "aws.partner/shopify.com"
ENVELOPE = frozenset({"payload", "metadata"})
PRICE = re.compile(r"(^|_)(price|subtotal|total|amount)(_|$)")


@rule(
    "EVB019",
    "partner-bus-without-its-source",
    severity=Severity.HIGH,
    category=Category.RELIABILITY,
    guide="Event Bus Types (lines 342-345)",
    applies_to=EventBus,
    remediation="""
        ShopBus:
          Type: AWS::Events::EventBus
          Properties:
            Name: aws.partner/shopify.com/123456/mystore
            EventSourceName: aws.partner/shopify.com/123456/mystore

        Live: aws events create-event-bus --name SOURCE --event-source-name SOURCE
        A source that the partner deleted has to be set up again at the partner's.
    """,
)
def partner_bus_without_its_source(bus: EventBus, _graph: Graph) -> Iterator[Match]:
    """A bus for a partner's events has another name than its event source, or lost that source.

    EventBridge creates such a bus only if both are the same, and no other bus may have a name with
    a slash. (API CreateEventBus.) Once the partner deletes the source, the bus stays, and no event
    arrives on it any more; that is known for live buses only.

    Fine to accept in no case that we know of.
    """
    if bus.source_state == "DELETED":
        message = f"no events arrive on {bus.label}: the partner deleted their source"
        yield Match(bus, message, ("EventSourceName",), (f"event source {bus.bus_name}: DELETED",))
    elif bus.source_name:
        if bus.source_name != bus.bus_name:
            message = f"{bus.label} is not named as its event source"
            evidence = (bus.bus_name, bus.source_name)
            yield Match(bus, message, ("EventSourceName",), evidence)
    # Accounts tell the source of a bus by its name alone.
    elif bus.bus_name.startswith(PARTNER) and not bus.id.startswith("arn:"):
        message = f"{bus.label} has the name of a partner's event source, but no such source"
        yield Match(bus, message, ("EventSourceName",), (bus.bus_name,))


@rule(
    "EVB042",
    "partner-envelope-mistaken",
    severity=Severity.MEDIUM,
    category=Category.RELIABILITY,
    confidence=Confidence.MEDIUM,
    guide="SaaS Integration Example (Shopify) (lines 432-442)",
    applies_to=EventRule,
    remediation="""
        EventPattern:
          source: [aws.partner/shopify.com/123456/mystore]
          detail-type: [shopifyWebhook]
          detail:
            metadata: {X-Shopify-Topic: [orders/create]}
            payload: {financial_status: [paid]}

        Live: aws events put-rule --name NAME --event-bus-name BUS
        --event-pattern file://pattern.json
    """,
)
def partner_envelope_mistaken(event_rule: EventRule, _graph: Graph) -> Iterator[Match]:
    """A rule for events of Shopify asks for fields that these events do not have.

    Each of them is a shopifyWebhook, with the order under detail.payload and the topic under
    detail.metadata; prices are text, so that no numeric comparison meets them. (As public captures
    of such events show; the last one read is of September 2026.)

    Fine to accept where the events come through something that changes them.
    """
    pattern = event_rule.pattern
    if pattern is None or not pattern.valid:
        return
    names = sources(pattern)
    if not names or not all(name.startswith(SHOPIFY) for name in names):
        return
    for path, text in _mistakes(pattern):
        message = f"{event_rule.label} asks Shopify for what it does not send: {text}"
        yield Match(event_rule, message, (*PATH, *path), discriminator=text)


def _mistakes(pattern: Pattern) -> Iterator[tuple[tuple[str | int, ...], str]]:
    kinds = node_at(pattern, "detail-type")
    if isinstance(kinds, Leaf) and all(
        isinstance(kind, Exact) and kind.value != "shopifyWebhook" for kind in kinds.matchers
    ):
        yield ("detail-type",), "the detail-type is always shopifyWebhook"
    detail = node_at(pattern, "detail")
    for name, _ in detail.fields if isinstance(detail, Group) else ():
        if name not in ENVELOPE:
            yield ("detail", name), f"detail.{name} is in detail.payload"
    for leaf, _ in leaves(pattern.root):
        if not isinstance(leaf, Leaf) or not PRICE.search(str(leaf.path[-1])):
            continue
        if any(isinstance(matcher, Range) for matcher in leaf.matchers):
            yield leaf.path, f"{leaf.path[-1]} is text, not a number"
