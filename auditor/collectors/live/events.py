"""EventBridge: buses with their policies, rules with their targets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any

from auditor.collectors.live.reader import Reader
from auditor.collectors.live.shapes import MANAGED_BY, beside, concealed, pick
from auditor.resources import EventBus, EventBusPolicy, EventRule
from auditor.resources.base import RawResource, unread_properties
from auditor.resources.events import PARTNER, SOURCE_STATE
from auditor.values import Unknown, document

TYPES = (EventBus.type, EventBusPolicy.type, EventRule.type)

_BUS = ("DeadLetterConfig", "Description", "KmsKeyIdentifier", "LogConfig")
_RULE = ("Description", "EventBusName", "Name", "RoleArn", "ScheduleExpression", "State")
_SECRETS = ("HeaderParameters", "QueryStringParameters")


def collect(reader: Reader) -> Iterator[RawResource]:
    """All buses of a region with their rules."""
    buses = reader.listing("events:ListEventBuses", "EventBuses", *TYPES, Limit=100)
    rules = list(chain.from_iterable(reader.each(lambda bus: _rules(reader, bus), buses)))
    found = chain.from_iterable(reader.each(lambda bus: _bus(reader, bus), buses))
    yield from _with_sources(reader, list(found))
    yield from chain.from_iterable(reader.each(lambda rule: _rule(reader, rule), rules))


def _bus(reader: Reader, listed: Mapping[str, Any]) -> list[RawResource]:
    name, arn = listed["Name"], listed["Arn"]
    answer = reader.detail("events:DescribeEventBus", name, Name=name)
    if answer is None:
        return []
    properties: Mapping[str, Any]
    if isinstance(answer, Unknown):
        properties = unread_properties({"Name": name}, answer)
    else:
        properties = {"Name": name, **pick(answer, _BUS)}
    bus = RawResource(EventBus.type, arn, properties, name=name, arn=arn)
    return [bus, *bus_policies(name, arn, listed.get("Policy"))]


def _with_sources(reader: Reader, resources: list[RawResource]) -> Iterator[RawResource]:
    """The same; the bus of a partner tells what became of the source that its events are from."""
    if not any(map(_partners, resources)):
        return iter(resources)
    answer = reader.details("events:ListEventSources", "EventSources", "the account", Limit=100)
    return (_with_source(raw, answer) if _partners(raw) else raw for raw in resources)


def _partners(raw: RawResource) -> bool:
    return raw.type == EventBus.type and str(raw.name).startswith(PARTNER)


def _with_source(bus: RawResource, sources: list[Any] | Unknown | None) -> RawResource:
    if isinstance(sources, Unknown):
        return beside(bus, SOURCE_STATE, sources)
    states = {source["Name"]: source.get("State") for source in sources or ()}
    return beside(bus, SOURCE_STATE, states.get(bus.name, ""))


def bus_policies(name: str, arn: str, policy: str | None) -> Iterator[RawResource]:
    """One policy resource for each statement, as CloudFormation has them."""
    parsed = document(policy)
    statements = parsed.get("Statement", []) if isinstance(parsed, Mapping) else []
    for position, statement in enumerate(statements):
        sid = statement.get("Sid", str(position))
        properties = {"EventBusName": name, "StatementId": sid, "Statement": statement}
        yield RawResource(EventBusPolicy.type, f"{arn}#policy/{sid}", properties)


def _rules(reader: Reader, bus: Mapping[str, Any]) -> list[Any]:
    return reader.listing(
        "events:ListRules", "Rules", EventRule.type, EventBusName=bus["Name"], Limit=100
    )


def _rule(reader: Reader, listed: Mapping[str, Any]) -> list[RawResource]:
    targets = reader.details(
        "events:ListTargetsByRule", "Targets", listed["Name"],
        Rule=listed["Name"], EventBusName=listed.get("EventBusName", "default"), Limit=100,
    )  # fmt: skip
    return [] if targets is None else [rule(listed, targets)]


def rule(listed: Mapping[str, Any], targets: list[Any] | Unknown) -> RawResource:
    """A rule with its targets, of which there are at most five."""
    name, arn = listed["Name"], listed["Arn"]
    properties = pick(listed, _RULE)
    if pattern := listed.get("EventPattern"):
        properties["EventPattern"] = document(pattern)
    if listed.get("ManagedBy"):
        properties[MANAGED_BY] = listed["ManagedBy"]
    if isinstance(targets, Unknown):
        properties["Targets"] = targets
    elif targets:
        properties["Targets"] = [target(item) for item in targets]
    return RawResource(EventRule.type, arn, properties, name=name, arn=arn)


def target(item: Mapping[str, Any]) -> dict[str, Any]:
    """A target in CloudFormation's words, which are the API's; HTTP headers may be secrets."""
    result = pick(item, item)
    if "HttpParameters" in result:
        result["HttpParameters"] = {
            name: concealed(value, "HTTP headers are not kept") if name in _SECRETS else value
            for name, value in result["HttpParameters"].items()
        }
    return result
