"""Whom a statement of a resource policy lets in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

from auditor.arns import Arn
from auditor.policy.actions import action_matches, matches
from auditor.policy.conditions import SOURCE_KEYS, Clause, clauses_of, limit
from auditor.policy.documents import Statement, entries
from auditor.policy.doubts import Doubts, Kept
from auditor.policy.reach import NOBODY, Audience, Owner, Trust, account_reach, is_account
from auditor.values import PropertyPath, settle_keys


class Principal(Struct, frozen=True):
    """One principal: `kind` is `AWS`, `Service`, `Federated` or `CanonicalUser`."""

    kind: str
    text: str
    path: PropertyPath

    @property
    def is_service(self) -> bool:
        """Whether it is an AWS service."""
        return self.kind == "Service"

    def reach(self, owner: Owner) -> Audience:
        """The audience without any condition."""
        if self.is_service:
            return Audience.SERVICE_UNGUARDED
        arn = Arn.parse(self.text)
        named = arn.account if arn else self.text
        if "*" in named:
            return Audience.PUBLIC
        return account_reach(named, owner) if is_account(named) else Audience.CROSS_ACCOUNT


EVERYONE = Principal("AWS", "*", ())


def principals_of(statement: Statement) -> Iterator[Principal]:
    """The principals that can be read; raises `UndeterminedError` after them for the others.

    `NotPrincipal` names those who are left out: everyone else is in.
    """
    if statement.has("NotPrincipal"):
        yield Principal("AWS", "*", (*statement.path, "NotPrincipal"))
    yield from principals_in(statement, "Principal")


def principals_in(statement: Statement, name: str) -> Iterator[Principal]:
    """The principals of one element, `Principal` or `NotPrincipal`, those that can be read first.

    Raises `UndeterminedError` after them for the others.
    """
    return iter(statement.once(f"all of {name}", lambda: Kept(_principals_in(statement, name))))


def _principals_in(statement: Statement, name: str) -> Iterator[Principal]:
    value, path = statement.peek(name), (*statement.path, name)
    if not isinstance(value, Mapping):
        for entry in entries(value, path):
            yield Principal("AWS", entry.text, entry.path)
        return
    doubts = Doubts()
    for kind in value:
        with doubts:
            for entry in entries(value[kind], (*path, kind)):
                yield Principal(kind, entry.text, entry.path)
    doubts.settle()
    settle_keys(value, path)


class Admission:
    """Whom an Allow statement lets in, given the Deny statements of the same policy.

    Each gate is a choice of clauses of which one must hold; all gates must be passed.
    """

    def __init__(
        self,
        statement: Statement,
        account: str | None = None,
        denies: Sequence[Statement] = (),
        trust: Trust = NOBODY,
    ) -> None:
        self.statement = statement
        self.owner = Owner(account, trust)
        self._doubts = Doubts()
        self._gates: list[tuple[Clause, ...]] = []
        with self._doubts:
            for clause in clauses_of(statement):
                self._gates.append((clause,))
        for deny in denies:
            with self._doubts:
                if _covers(deny, statement):
                    self._gates.append(tuple(clause.inverted() for clause in clauses_of(deny)))

    def reach(self, principal: Principal) -> Audience:
        """The widest audience that one principal stands for.

        What cannot be read raises `UndeterminedError` where it decides whether strangers get in.
        """
        sole = (gate[0] for gate in self._gates if len(gate) == 1)
        present = frozenset(filter(None, (clause.requires() for clause in sole)))
        if principal.is_service:
            # Whether a service sends the keys at all is the caller's question: see `services`.
            present |= SOURCE_KEYS
        reach, doubts = principal.reach(self.owner), Doubts()
        for gate in self._gates:
            with doubts:
                widest = (limit(clause, self.owner, present) for clause in gate)
                reach = min(reach, max(widest, default=Audience.SAME_ACCOUNT))
        if reach.open:
            doubts.settle()
            self._doubts.settle()
        if principal.is_service and reach < Audience.SERVICE_UNGUARDED:
            return Audience.SERVICE_GUARDED
        return reach

    def each(self) -> Iterator[tuple[Principal, Audience]]:
        """Every principal with its audience; raises after the last where one cannot be told.

        Principals that cannot be read count as everyone when the conditions keep strangers out.
        """
        doubts = Doubts()
        with doubts:
            for principal in principals_of(self.statement):
                with doubts:
                    yield principal, self.reach(principal)
        if doubts.first is not None:
            ceiling = self.reach(EVERYONE)
            if ceiling.open:
                doubts.settle()
            yield EVERYONE, ceiling


def audience(
    statement: Statement,
    account: str | None = None,
    denies: Sequence[Statement] = (),
    trust: Trust = NOBODY,
) -> Audience:
    """The widest audience of an Allow statement, `account` being the owner of the policy.

    A statement without principals belongs to an identity policy and counts as its own account.
    Raises `UndeterminedError` where an unread part decides whether strangers get in.
    """
    reaches = [reach for _, reach in Admission(statement, account, denies, trust).each()]
    return max(reaches, default=Audience.SAME_ACCOUNT)


def policy_audience(statements: Sequence[Statement], account: str | None = None) -> Audience:
    """The widest audience of a whole policy."""
    denies = [statement for statement in statements if not statement.allows]
    reaches = [audience(each, account, denies) for each in statements if each.allows]
    return max(reaches, default=Audience.SAME_ACCOUNT)


def _covers(deny: Statement, allow: Statement) -> bool:
    """Whether a Deny takes everything into account that an Allow gives."""
    if all(principal.text != "*" for principal in principals_of(deny)):
        return False
    refused = deny.texts("Action")
    resources = deny.texts("Resource")
    return all(
        any(action_matches(pattern, action) for pattern in refused)
        for action in allow.texts("Action")
    ) and all(
        any(matches(pattern, resource) for pattern in resources)
        for resource in allow.texts("Resource")
    )
