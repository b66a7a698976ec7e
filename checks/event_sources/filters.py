"""Filters of event source mappings."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.findings import Category, Confidence, Match, Severity
from auditor.graph import Graph
from auditor.patterns import (
    LAMBDA_KINESIS,
    LAMBDA_OTHER,
    LAMBDA_QUEUE,
    LAMBDA_TABLE,
    Kind,
    Pattern,
    parse,
)
from auditor.resources import EventSourceMapping
from auditor.rules import rule
from auditor.values import PropertyPath, Unknown
from checks.event_sources._sources import GUIDE, reads_queue, service_of

DIALECTS = {"sqs": LAMBDA_QUEUE, "kinesis": LAMBDA_KINESIS, "dynamodb": LAMBDA_TABLE}
PATH: PropertyPath = ("FilterCriteria", "Filters")


@rule(
    "ESM021",
    "records-filtered-away",
    severity=Severity.HIGH,
    category=Category.RELIABILITY,
    guide=GUIDE,
    applies_to=EventSourceMapping,
    remediation="""
        FilterCriteria:
          Filters:
            - Pattern: '{"body": {"status": ["paid"]}}'      # data for Kinesis, dynamodb for tables

        Live: aws lambda update-event-source-mapping --uuid UUID --filter-criteria
        '{"Filters": [{"Pattern": "{\\"body\\": {\\"status\\": [\\"paid\\"]}}"}]}'
    """,
)
def records_filtered_away(mapping: EventSourceMapping, _graph: Graph) -> Iterator[Match]:
    """A filter of an event source mapping is refused, matches no record, or deletes messages.

    Lambda refuses a filter that is no pattern or longer than 4,096 characters. One that asks for a
    field that the records of this source do not have lets nothing through. A filter on a queue is
    reported for information: messages that do not match are deleted, not left to others.

    Fine to accept where a queue has one consumer, and what it does not want is to be deleted.
    """
    criteria = mapping.filter_criteria
    if criteria is None or not criteria.filters:
        return
    for pattern, path in _patterns(mapping, criteria.filters):
        yield from _rejected(mapping, pattern, path)
    if reads_queue(mapping):
        message = f"{mapping.label} deletes the messages that its filter does not let through"
        yield Match(mapping, message, PATH, severity=Severity.INFO)


def _rejected(mapping: EventSourceMapping, pattern: Pattern, path: PropertyPath) -> Iterator[Match]:
    for problem in pattern.problems:
        doubtful = problem.kind is Kind.WIDTH
        yield Match(
            mapping,
            f"a filter of {mapping.label} is refused: {problem.text}",
            path,
            severity=Severity.MEDIUM if doubtful else None,
            confidence=Confidence.MEDIUM if doubtful else None,
            discriminator=problem.text,
        )
    if pattern.valid and not pattern.can_match():
        fields = ", ".join(pattern.hopeless_fields())
        message = f"no record of its source can match a filter of {mapping.label}"
        yield Match(
            mapping,
            f"{message}: {fields}" if fields else message,
            path,
            confidence=Confidence.MEDIUM,
        )


def _patterns(
    mapping: EventSourceMapping, filters: list[object]
) -> Iterator[tuple[Pattern, PropertyPath]]:
    dialect = DIALECTS.get(service_of(mapping), LAMBDA_OTHER)
    for index, item in enumerate(filters):
        given = item.get("Pattern") if isinstance(item, dict) else item
        if isinstance(item, dict | Unknown) and given is not None:
            yield parse(given, dialect), (*PATH, index, "Pattern")
