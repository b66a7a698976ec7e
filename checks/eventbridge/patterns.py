"""Event patterns that EventBridge refuses, that match nothing, or that match everything."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from auditor.data import event_limits
from auditor.findings import Category, Confidence, Match, Severity
from auditor.graph import Graph
from auditor.patterns import EVENT_BRIDGE, PIPES, Kind, Pattern, parse
from auditor.resources import Archive, EventBus, EventRule, Pipe, Resource
from auditor.rules import rule
from auditor.values import PropertyPath, read, sequence
from checks.eventbridge._buses import is_default, rules_of
from checks.eventbridge._patterns import (
    GUIDE,
    PATH,
    node_at,
    service_of,
    sources,
    uses_wildcard,
)

COMPONENTS = "Key Components (lines 336-340)"
# They keep events, or pass them on: what a rule for everything is meant for.
KEEPING = ("events", "firehose", "kinesis", "logs")
# Services with many resources, of which a rule rarely means all. Findings of security services,
# in contrast, are about the account.
MANY_RESOURCES = frozenset(
    f"aws.{name}"
    for name in (
        "autoscaling", "batch", "codebuild", "codecommit", "codepipeline", "dynamodb", "ec2", "ecr",
        "ecs", "glue", "rds", "s3", "states",
    )
)  # fmt: skip


def _patterns(resource: Resource) -> Iterator[tuple[Pattern, PropertyPath]]:
    """The patterns that a resource declares, and where."""
    if isinstance(resource, EventRule):
        if resource.pattern is not None:
            yield resource.pattern, PATH
    elif isinstance(resource, Archive):
        if (given := resource.peek("EventPattern")) is not None:
            yield parse(given, EVENT_BRIDGE), PATH
    elif isinstance(resource, Pipe) and resource.source_parameters:
        criteria = resource.source_parameters.get("FilterCriteria") or {}
        filters = criteria.get("Filters") if isinstance(criteria, dict) else criteria
        path: PropertyPath = ("SourceParameters", "FilterCriteria", "Filters")
        items: list[Any] = read(filters, sequence, path, [])
        for index, item in enumerate(items):
            given = item.get("Pattern") if isinstance(item, dict) else item
            if given is not None:
                yield parse(given, PIPES), (*path, index, "Pattern")


@rule(
    "EVB014",
    "pattern-that-cannot-match",
    severity=Severity.HIGH,
    category=Category.RELIABILITY,
    guide=COMPONENTS,
    applies_to=(EventRule, Archive, Pipe),
    remediation="""
        EventPattern:
          source: [shop.orders]              # a list, even for one value
          detail-type: [OrderPlaced]
          detail:
            status: [{anything-but: draft}]

        Live: aws events test-event-pattern --event-pattern file://pattern.json
        --event file://event.json
    """,
)
def pattern_that_cannot_match(resource: Resource, _graph: Graph) -> Iterator[Match]:
    """A pattern is refused by EventBridge, or there is no event that could match it.

    It has to be a JSON object that ends in lists, with operators that EventBridge knows, and no
    longer than the quota. At the top level events have only their envelope (source, detail-type,
    detail and so on), whose fields are text: whatever else a pattern asks for there, no event has.

    Fine to accept in no case that we know of; the quota of 2,048 characters can be raised.
    """
    for pattern, path in _patterns(resource):
        for problem in pattern.problems:
            if problem.kind is Kind.NUMBER:
                continue
            doubtful = problem.kind in (Kind.LIMIT, Kind.WIDTH)
            yield Match(
                resource,
                f"the pattern of {resource.label} is refused: {problem.text}",
                (*path, *problem.path),
                severity=Severity.MEDIUM if doubtful else None,
                confidence=Confidence.MEDIUM if doubtful else None,
                discriminator=problem.text,
            )
        if pattern.valid and not pattern.can_match():
            fields = ", ".join(pattern.hopeless_fields())
            message = f"no event can match the pattern of {resource.label}"
            yield Match(resource, f"{message}: {fields}" if fields else message, path)


@rule(
    "EVB027",
    "number-compared-with-text",
    severity=Severity.HIGH,
    category=Category.RELIABILITY,
    guide="Rule Configuration (lines 363-407)",
    applies_to=(EventRule, Archive, Pipe),
    remediation="""
        EventPattern:
          detail:
            total: [{numeric: [">=", 1000]}]      # no quotes; the event needs a number, too

        Live: aws events put-rule --name NAME --event-pattern file://pattern.json
    """,
)
def number_compared_with_text(resource: Resource, _graph: Graph) -> Iterator[Match]:
    """A numeric comparison in a pattern is given text instead of a number.

    EventBridge refuses it, and the deployment fails.

    Fine to accept in no case that we know of.
    """
    for pattern, path in _patterns(resource):
        for problem in pattern.problems:
            if problem.kind is Kind.NUMBER:
                message = f"the pattern of {resource.label} is refused: {problem.text}"
                yield Match(resource, message, (*path, *problem.path))
        pattern.settle()


@rule(
    "EVB015",
    "pattern-matches-everything",
    severity=Severity.HIGH,
    category=Category.COST,
    guide=COMPONENTS,
    applies_to=EventRule,
    remediation="""
        EventPattern:
          source: [shop.orders]
          detail-type: [OrderPlaced]

        Live: aws events put-rule --name NAME --event-bus-name BUS
        --event-pattern file://pattern.json
    """,
)
def pattern_matches_everything(event_rule: EventRule, _graph: Graph) -> Iterator[Match]:
    """A rule matches every event of its bus, and starts something for each.

    The default bus carries the events of all AWS services of the account, also those that the
    target itself causes: that is paid, and may never end. On a custom bus it counts less. Rules
    that are disabled, or only keep events or pass them on (logs, streams, buses), are not meant.

    Fine to accept where the target really handles every kind of event.
    """
    pattern = event_rule.pattern
    if pattern is None or not pattern.valid or event_rule.state == "DISABLED":
        return
    if not pattern.matches_everything():
        return
    if all(service_of(target) in KEEPING for target in event_rule.targets):
        return
    default = is_default(event_rule.bus_name)
    which = "the default bus" if default else "its bus"
    message = f"{event_rule.label} matches every event of {which}"
    yield Match(event_rule, message, PATH, severity=None if default else Severity.LOW)


@rule(
    "EVB016",
    "too-many-wildcards",
    severity=Severity.MEDIUM,
    category=Category.OPERATIONS,
    guide=COMPONENTS,
    applies_to=EventBus,
    remediation="""
        EventPattern:
          detail:
            path: [{prefix: uploads/}]      # instead of {wildcard: "uploads/*"}

        Live: aws events put-rule --name NAME --event-bus-name BUS
        --event-pattern file://pattern.json
    """,
)
def too_many_wildcards(bus: EventBus, graph: Graph) -> Iterator[Match]:
    """More rules on a bus use wildcards than EventBridge allows.

    30 is the quota unless it was raised. Many wildcards only look for a beginning or an end of a
    text, for which prefix and suffix are made; those have no such quota.

    Fine to accept where the quota was raised.
    """
    patterns = [each.pattern for each in rules_of(bus, graph) if each.pattern is not None]
    count = sum(map(uses_wildcard, patterns))
    if count > event_limits.WILDCARD_RULES_PER_BUS:
        yield Match(bus, f"{count} rules on {bus.label} use wildcards, and the quota is 30")


@rule(
    "EVB022",
    "pattern-names-no-resource",
    severity=Severity.LOW,
    category=Category.COST,
    confidence=Confidence.MEDIUM,
    guide=GUIDE,
    pedantic=True,
    applies_to=EventRule,
    remediation="""
        EventPattern:
          source: [aws.s3]
          detail-type: [Object Created]
          detail:
            bucket: {name: [uploads]}

        Live: aws events put-rule --name NAME --event-pattern file://pattern.json
    """,
)
def pattern_names_no_resource(event_rule: EventRule, _graph: Graph) -> Iterator[Match]:
    """A rule hears the events of all resources of an AWS service in the account.

    It says nothing about the detail or the resources of an event: the next bucket, queue or
    instance that anybody creates sends its events there too. Services that tell about the account
    as a whole are not meant.

    Fine to accept where all resources are meant.
    """
    pattern = event_rule.pattern
    if pattern is None or not pattern.valid:
        return
    names = sources(pattern)
    if not names or not MANY_RESOURCES.issuperset(names):
        return
    if node_at(pattern, "detail") is None and node_at(pattern, "resources") is None:
        message = f"{event_rule.label} hears all resources of {', '.join(names)}"
        yield Match(event_rule, message, PATH)
