"""How long streams keep records."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.data import event_limits
from auditor.data.limits import ENDLESS
from auditor.findings import Category, Match, Severity
from auditor.graph import Graph
from auditor.resources import Stream
from auditor.rules import rule
from checks.kinesis._readers import mappings

PATH = ("RetentionPeriodHours",)


@rule(
    "KIN001",
    "unfit-stream-retention",
    severity=Severity.HIGH,
    category=Category.RELIABILITY,
    guide="Quick Service Selection Table (lines 11-20)",
    applies_to=Stream,
    remediation="""
        ClicksStream:
          Type: AWS::Kinesis::Stream
          Properties:
            RetentionPeriodHours: 168

        Live: aws kinesis increase-stream-retention-period --stream-name NAME
        --retention-period-hours 168
    """,
)
def unfit_stream_retention(stream: Stream, graph: Graph) -> Iterator[Match]:
    """A stream cannot keep its records as long as it should, or drops those behind a bad one.

    Kinesis keeps records for 24 to 8,760 hours and refuses anything else. The minimum is too
    short where a function retries a bad record without limit: everything behind that record in its
    shard expires unread within a day, which leaves a weekend no time to act. This counts less.

    Fine to accept where somebody is called at once, or records of yesterday are worthless.
    """
    hours = stream.retention_hours
    if not event_limits.RETENTION_MIN_HOURS <= hours <= event_limits.RETENTION_MAX_HOURS:
        message = f"{stream.label} cannot keep records for {hours} hours, only for 24 to 8,760"
        yield Match(stream, message, PATH)
    elif hours == event_limits.RETENTION_MIN_HOURS:
        yield from _shorter_than_retries(stream, graph)


def _shorter_than_retries(stream: Stream, graph: Graph) -> Iterator[Match]:
    for mapping in mappings(stream, graph):
        if mapping.maximum_retry_attempts == mapping.maximum_record_age_seconds == ENDLESS:
            message = f"{stream.label} drops records within a day behind one that always fails"
            related = ((mapping, "retries without limit"),)
            yield Match(stream, message, PATH, (), related, severity=Severity.MEDIUM)
            return
