"""Audit trails that do not keep what they are for."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditor.data import event_limits
from auditor.findings import Category, Confidence, Match, Severity
from auditor.graph import EdgeKind, Graph
from auditor.resources import Bucket, Channel, DeliveryStream, Resource, Stream
from auditor.rules import rule
from auditor.values import UndeterminedError
from checks._shared import unread_end

_AUDIT = re.compile(r"audit(?!or)", re.IGNORECASE)


@rule(
    "ARC074",
    "audit-trail-not-kept",
    severity=Severity.LOW,
    category=Category.RELIABILITY,
    confidence=Confidence.LOW,
    guide="Scenario 4: Financial Trading Platform (lines 888-903)",
    pedantic=True,
    applies_to=(Stream, DeliveryStream),
    remediation="""
        AuditBucket:
          Type: AWS::S3::Bucket
          Properties:
            ObjectLockEnabled: true
            ObjectLockConfiguration:
              ObjectLockEnabled: Enabled
              Rule: {DefaultRetention: {Mode: COMPLIANCE, Years: 7}}

        Live: aws s3api create-bucket --bucket NAME --object-lock-enabled-for-bucket
    """,
)
def audit_trail_not_kept(trail: Resource, graph: Graph) -> Iterator[Match]:
    """A stream that calls itself an audit trail forgets after a day, or can be deleted.

    An auditor asks for years. A stream that forgets after a day has to be read into a bucket, and
    a bucket without Object Lock lets anybody with the permission delete what it holds. Streams are
    taken for audit trails by their name.

    Fine to accept where the records are kept elsewhere as well.
    """
    if not _AUDIT.search(f"{trail.label} {trail.raw.name}"):
        return
    if isinstance(trail, Stream):
        kept = any(
            isinstance(edge.target, DeliveryStream | Channel)
            for edge in graph.outgoing(trail, EdgeKind.CONSUMES)
        )
        if trail.retention_hours <= event_limits.RETENTION_MIN_HOURS and not kept:
            message = f"{trail.label} keeps an audit trail for a day"
            yield Match(trail, message, ("RetentionPeriodHours",))
        return
    for edge in graph.outgoing(trail, EdgeKind.DELIVERS):
        if not isinstance(edge.target, Bucket):
            raise UndeterminedError(unread_end(edge.target), edge.path)
        if not edge.target.object_lock:
            message = f"{edge.target.label} lets the audit trail of {trail.label} be deleted"
            yield Match(trail, message, edge.path, (), ((edge.target, "the bucket"),))
