"""What a run reports: findings, and the gaps of what could not be read."""

from __future__ import annotations

import hashlib
from enum import StrEnum
from typing import TYPE_CHECKING

from msgspec import Struct

from auditor.usage import Estimate, Usage

if TYPE_CHECKING:
    from auditor.resources.base import Resource
    from auditor.values import PropertyPath


class Severity(StrEnum):
    """Impact if the finding is true, worst first."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    INFO = "info"

    @property
    def rank(self) -> int:
        """0 for the worst."""
        return _RANKS[self]


_RANKS = {severity: rank for rank, severity in enumerate(Severity)}


class Confidence(StrEnum):
    """Chance that the finding is true."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Category(StrEnum):
    """What suffers."""

    RELIABILITY = "reliability"
    SECURITY = "security"
    PERFORMANCE = "performance"
    COST = "cost"
    OPERATIONS = "operations"


class Outcome(StrEnum):
    """Whether the rule found a violation, or could not tell."""

    VIOLATION = "violation"
    UNDETERMINED = "undetermined"


class Location(Struct, frozen=True):
    """A range in a file: 1-based lines and columns, the end column exclusive."""

    path: str
    line: int
    column: int
    end_line: int
    end_column: int
    excerpt: str = ""


class Related(Struct, frozen=True):
    """Another place that has to do with a finding."""

    id: str
    message: str
    location: Location | None = None


class Gap(Struct, frozen=True):
    """Something that could not be read: never to be mistaken for passed."""

    what: str
    reason: str
    permission: str | None = None
    location: Location | None = None


class Match(Struct, frozen=True):
    """What a rule yields: the engine makes the finding.

    `path` is the property inside `resource` that is to blame; it need not exist. `discriminator`
    tells apart two matches of one rule on one property. `severity` overrides the rule's own.
    `steps` are the way of a message in its order; the engine tells them from the graph where `path`
    is about one delivery, or the resource and `related` name its ends, and they are not given.
    `usage` are the quantities that an estimate of its cost is made of.
    """

    resource: Resource
    message: str
    path: PropertyPath = ()
    evidence: tuple[str, ...] = ()
    related: tuple[tuple[Resource, str], ...] = ()
    discriminator: str = ""
    severity: Severity | None = None
    confidence: Confidence | None = None
    steps: tuple[tuple[Resource, str], ...] = ()
    usage: Usage | None = None


class Subject(Struct, frozen=True):
    """The resource of a finding, as reports name it.

    `stack` and `logical_id` are what CloudFormation tagged a resource of an account with.
    """

    type: str
    id: str
    name: str | None = None
    arn: str | None = None
    account: str | None = None
    region: str | None = None
    construct: str | None = None
    stack: str | None = None
    logical_id: str | None = None


class Finding(Struct, frozen=True):
    """One reported result. `when` names the parameter values under which it holds.

    `source` is the path in the fingerprint: that of the root template, empty for an account.
    `steps` lead along the way of a message, from where it starts to where it ends. `usage` are
    quantities of a month, `estimate` what they cost at the prices that the run was given.
    """

    rule: str
    name: str
    severity: Severity
    category: Category
    outcome: Outcome
    confidence: Confidence
    resource: Subject
    message: str
    property: str
    location: Location | None
    evidence: tuple[str, ...]
    related: tuple[Related, ...]
    remediation: str
    guide: str
    fingerprint: str
    when: str | None = None
    steps: tuple[Related, ...] = ()
    suppression: str | None = None
    baselined: bool = False
    source: str = ""
    usage: Usage | None = None
    estimate: Estimate | None = None


def fingerprint(rule: str, source: str, resource: str, property_: str, discriminator: str) -> str:
    """A finding's identity: without line, date or wording, so that it survives all three changing.

    `source` is the template's path (empty for an account, where `resource` is the ARN).
    """
    text = "\0".join((rule, source, resource, property_, discriminator))
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()[:16]
