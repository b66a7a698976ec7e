"""The `Events` of a SAM function or state machine."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.collectors.template.declared import Declared
from auditor.collectors.template.sam.making import Part, block, key_of
from auditor.values import Block, Unknown

_UNREAD = "unread"


def events(part: Part) -> Iterator[Part]:
    """Each event; one that could not be read has a kind that no event has."""
    if part.peek("Events") is None:
        return
    given = block(part.peek("Events"), f"Events of {part.id}")
    for name, value in given.items():
        event = block(value, f"event {name} of {part.id}")
        kind = event.get("Type")
        properties = block(event.get("Properties", event.unread), f"Properties of {name}")
        if not isinstance(kind, str):
            properties = Block(unread=_why(name, kind, event))
        yield Part(
            part.declared, part.scope, part.id + name, properties,
            key_of(given, name) or part.anchor, kind if isinstance(kind, str) else _UNREAD,
        )  # fmt: skip
    if given.unread:
        unread = Block(unread=given.unread)
        yield Part(part.declared, part.scope, f"{part.id}Events", unread, part.anchor, _UNREAD)


def _why(name: str, kind: object, event: Block) -> Unknown:
    if isinstance(kind, Unknown):
        return kind
    return event.unread or Unknown(f"event {name} has no type")


def unreadable(event: Part) -> Iterator[Declared]:
    """What an event of a function may be: resources of which only the function is known."""
    why = _reason(event)
    yield event.make(
        "AWS::Lambda::EventSourceMapping", event.id,
        {"FunctionName": event.owner.ref, "EventSourceArn": why}, unread=why,
    )  # fmt: skip
    yield event.make(
        "AWS::SNS::Subscription", f"{event.id}Subscription",
        {"TopicArn": why, "Endpoint": event.owner.arn}, unread=why,
    )  # fmt: skip
    yield unreadable_rule(event)


def unreadable_rule(event: Part) -> Declared:
    """What an event of a function or state machine may be: a rule with only its target known."""
    why = _reason(event)
    target = Block({"Arn": event.owner.arn}, unread=why)
    return event.make(
        "AWS::Events::Rule", f"{event.id}Rule",
        {"EventBusName": why, "Targets": [target]}, unread=why,
    )  # fmt: skip


def _reason(event: Part) -> Unknown:
    if event.kind != _UNREAD:
        return Unknown(f"nothing is known of events of type {event.kind}")
    return event.properties.unread or Unknown(f"{event.id} could not be read")
