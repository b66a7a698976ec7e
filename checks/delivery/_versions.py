"""Which permissions of a function hold for a call of one of its versions or aliases.

Each holds only for the ARN that it was given for: of the function alone, or of one version or
alias. https://docs.aws.amazon.com/lambda/latest/dg/versioning-aliases-permissions.html
"""

from __future__ import annotations

from collections.abc import Iterator

from auditor.arns import qualifier
from auditor.policy import Answer, Statement, compare, statements_of
from auditor.resources import Function, Permission, Resource
from auditor.values import Unknown

# No permission can be given for it (API AddPermission); whether one without version holds is open.
_LATEST = "$LATEST"


def version_in(reference: object) -> str | Unknown:
    """The version or alias that a reference to a function names; empty for none."""
    text = reference.text if isinstance(reference, Unknown) else str(reference)
    return Unknown("the version that is invoked") if text is None else qualifier(text)


def guarding(via: Resource, version: str | Unknown) -> Iterator[Statement]:
    """The statements of a policy that may decide about a call of that version or alias."""
    if not isinstance(via, Permission):
        yield from statements_of(via)
        return
    fits = _same(version_in(via.peek("FunctionName")), version)
    for statement in statements_of(via) if fits else ():
        if fits is Answer.YES:
            yield statement
        else:
            which = {"Resource": Unknown("the version that the permission is for")}
            yield Statement({**statement.properties, **which}, statement.path)


def read_with(function: Function, source: Resource) -> bool:
    """Whether the permissions of the versions were read that a source invokes.

    In accounts those are asked for that something of the same account and region invokes.
    """
    one, other = function.raw, source.raw
    return (one.account, one.region) == (other.account, other.region)


def _same(one: str | Unknown, other: str | Unknown) -> Answer:
    if isinstance(one, Unknown) or isinstance(other, Unknown) or _LATEST in (one, other):
        return Answer.YES if one == other else Answer.UNDETERMINED
    if bool(one) != bool(other):
        return Answer.NO
    return compare(_open(one), _open(other), wild=False)


def _open(name: str) -> str | Unknown:
    """The names of versions are made later, and may be any number."""
    return Unknown("", name) if "${" in name else name
