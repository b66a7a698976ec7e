"""Archives of event buses."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.findings import Category, Match, Severity
from auditor.graph import Graph
from auditor.resources import Archive
from auditor.rules import rule


@rule(
    "EVB010",
    "archive-kept-forever",
    severity=Severity.LOW,
    category=Category.COST,
    guide="Key Components (lines 336-340)",
    applies_to=Archive,
    remediation="""
        OrdersArchive:
          Type: AWS::Events::Archive
          Properties:
            SourceArn: !GetAtt OrdersBus.Arn
            RetentionDays: 30

        Live: aws events update-archive --archive-name NAME --retention-days 30
    """,
)
def archive_kept_forever(archive: Archive, _graph: Graph) -> Iterator[Match]:
    """An archive keeps its events for ever, and costs more every month.

    Zero days, the default, means without end. Few would replay events of last year, and personal
    data in them has to go some day.

    Fine to accept where events must be kept, and their volume is small.
    """
    if archive.retention_days == 0:
        yield Match(archive, f"{archive.label} keeps its events for ever", ("RetentionDays",))


@rule(
    "COST012",
    "archive-of-everything",
    severity=Severity.LOW,
    category=Category.COST,
    guide="EventBridge Cost Optimization (lines 992-1005)",
    pedantic=True,
    applies_to=Archive,
    remediation="""
        OrdersArchive:
          Type: AWS::Events::Archive
          Properties:
            SourceArn: !GetAtt OrdersBus.Arn
            EventPattern:
              source: [shop.orders]

        Live: aws events update-archive --archive-name NAME --event-pattern
        '{"source": ["shop.orders"]}'
    """,
)
def archive_of_everything(archive: Archive, _graph: Graph) -> Iterator[Match]:
    """An archive keeps every event of its bus, whether or not it could be needed again.

    Archiving is paid by volume. A pattern keeps the events worth replaying.

    Fine to accept where the bus carries nothing else, which is what a bus of one's own is for.
    """
    if not archive.has("EventPattern"):
        message = f"{archive.label} keeps every event of its bus"
        yield Match(archive, message, ("EventPattern",))
