"""How the dialects of event patterns and filters differ, from the table that msgaudit goes by."""

from __future__ import annotations

from collections.abc import Iterator

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
)
from auditor.patterns.dialects import FORMS, OPERATORS
from tools.docs.markdown import document as markdown
from tools.docs.markdown import table

DIALECTS = {
    "EventBridge rules": EVENT_BRIDGE,
    "Pipes": PIPES,
    "SNS, attributes": SNS_ATTRIBUTES,
    "SNS, body": SNS_BODY,
    "Lambda, SQS": LAMBDA_QUEUE,
    "Lambda, Kinesis": LAMBDA_KINESIS,
    "Lambda, DynamoDB": LAMBDA_TABLE,
    "Lambda, other sources": LAMBDA_OTHER,
}


def document() -> str:
    """The whole table, one column for each dialect."""
    return markdown(
        "# Event patterns and filters",
        "Rules of EventBridge, filters of pipes and of Lambda's event source mappings, and filter"
        " policies of SNS are one language with dialects. msgaudit reads them all with one parser"
        " and tells of each: whether the service takes it, whether it matches an event, whether it"
        " can match at all, whether it matches everything, whether another one matches all that it"
        " does, and whether two have events in common. What decides and could not be read makes"
        " an answer undetermined; so does a field that may hold a list, of which one element is"
        " meant by one pattern and another by the other.",
        "This is what msgaudit knows of the dialects. An operator that a service does not document"
        " is reported with less confidence.",
        table(("", *DIALECTS), _lines()),
    )


def _lines() -> Iterator[tuple[str, ...]]:
    every = DIALECTS.values()
    for name in sorted(OPERATORS):
        yield (f"`{name}`", *(_yes(name in each.operators) for each in every))
    for name in sorted(FORMS):
        yield (f"`anything-but` with `{name}`", *(_yes(name in each.forms) for each in every))
    yield ("fields inside of fields", *(_yes(each.nested) for each in every))
    yield ("fields at the top", *map(_fields, every))
    yield ("may be empty", *(_yes(each.may_be_empty) for each in every))
    yield ("characters", *map(_length, every))
    yield ("keys", *(_number(each.keys) for each in every))
    yield ("combinations of values", *(_number(each.combinations) for each in every))
    yield ("numbers up to", *(_number(each.largest) for each in every))


def _yes(answer: bool) -> str:
    return "yes" if answer else "no"


def _number(limit: float | None) -> str:
    return "" if limit is None else f"{limit:,.0f}"


def _length(dialect: Dialect) -> str:
    raised = f", raised to {dialect.raised_to:,}" if dialect.raised_to else ""
    return f"{_number(dialect.length)}{raised}"


def _fields(dialect: Dialect) -> str:
    return ", ".join(f"`{name}`" for name in dialect.fields) if dialect.closed else "any"
