"""Suppressions that have no effect, or that nobody can account for."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.findings import Category, Match, Severity
from auditor.graph import Graph
from auditor.resources.suppressions import SuppressionEntry
from auditor.rules import rule

GUIDE = "Suppressions (docs/suppressions.md)"
_ENTRY = """
        OrdersQueue:
          Type: AWS::SQS::Queue
          Metadata:
            msgaudit:
              ignore:
                - id: SQS030
                  reason: a lost message is sent again by the client
                  expires: 2030-12-31
"""


@rule(
    "SUP001",
    "misspelt-suppression",
    severity=Severity.MEDIUM,
    category=Category.OPERATIONS,
    guide=GUIDE,
    applies_to=SuppressionEntry,
    remediation=_ENTRY,
)
def misspelt_suppression(entry: SuppressionEntry, _graph: Graph) -> Iterator[Match]:
    """A suppression names an unknown rule or cannot be understood, so it has no effect.

    Whoever wrote it believes that something is accepted which still fails the gate, or will do so
    when it is found for the first time.

    Fine to accept where the rule belongs to a plug-in that is not installed everywhere.
    """
    for problem in entry.problems:
        of = f" of {entry.rule}" if entry.rule else ""
        message = f"a suppression{of} on {entry.id} has no effect: {problem}"
        yield Match(entry, message, discriminator=f"{entry.rule} {problem}")


@rule(
    "SUP002",
    "unmatched-suppression",
    severity=Severity.LOW,
    category=Category.OPERATIONS,
    guide=GUIDE,
    applies_to=SuppressionEntry,
    remediation="Remove the entry; if the finding comes back, it deserves a second look.",
)
def unmatched_suppression(entry: SuppressionEntry, _graph: Graph) -> Iterator[Match]:
    """A suppression accepts a finding that there is not, or not any more.

    It would silently accept the same mistake when somebody makes it anew. It is only reported
    where the rule ran, and where the resource that it names was audited.

    Fine to accept where the finding comes and goes with a parameter.
    """
    if entry.unmatched and not entry.expired:
        message = f"the suppression of {entry.rule} on {entry.id} matches no finding"
        yield Match(entry, message, discriminator=entry.rule)


@rule(
    "SUP003",
    "expired-suppression",
    severity=Severity.LOW,
    category=Category.OPERATIONS,
    guide=GUIDE,
    applies_to=SuppressionEntry,
    remediation=_ENTRY,
)
def expired_suppression(entry: SuppressionEntry, _graph: Graph) -> Iterator[Match]:
    """A suppression has expired, so that what it accepted counts again.

    Solve the problem, or decide anew and set a later date.

    Fine to accept in no case that we know of.
    """
    if entry.expired and not entry.problems:
        message = f"the suppression of {entry.rule} on {entry.id} expired after {entry.expires}"
        yield Match(entry, message, discriminator=entry.rule)


@rule(
    "SUP004",
    "suppression-without-reason",
    severity=Severity.LOW,
    category=Category.OPERATIONS,
    guide=GUIDE,
    applies_to=SuppressionEntry,
    remediation=_ENTRY,
)
def suppression_without_reason(entry: SuppressionEntry, _graph: Graph) -> Iterator[Match]:
    """A suppression does not say why the finding is acceptable.

    It holds nonetheless, but nobody can tell later whether the reason still does.

    Fine to accept where the reason is written down elsewhere.
    """
    if not entry.reason and not entry.problems:
        message = f"the suppression of {entry.rule} on {entry.id} gives no reason"
        yield Match(entry, message, discriminator=entry.rule)
