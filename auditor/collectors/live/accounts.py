"""Which accounts to read, and the credentials for each: profiles, roles, an organization."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor

from msgspec import Struct
from msgspec.structs import replace

from auditor.collectors.live.faults import FAULTS, MALFORMED, AccountError
from auditor.collectors.live.limits import Limits
from auditor.collectors.live.session import (
    THREADS,
    Clients,
    assume,
    choose_regions,
    enabled_regions,
    home_region,
    identify,
    open_session,
    sign_in,
)
from auditor.errors import MsgauditError, NothingAuditedError, UsageError
from auditor.findings import Gap

_ACCOUNT = re.compile(r"\d{12}")
# API CreateRole: characters of a name, and of the path before it.
_ROLE = re.compile(r"[\w+=,.@/-]+", re.ASCII)
_ACTIVE = "ACTIVE"


def check_role(name: str) -> None:
    """Raises `UsageError` for what no role can be called."""
    if not _ROLE.fullmatch(name):
        hint = "Give the name alone, or with the path before it: audit, or security/audit."
        raise UsageError(f"{name!r} is no name of a role", hint)


class Scope(Struct, frozen=True):
    """What to read.

    Without `profiles` it is the account of the default credentials, without `regions` the
    configured region. `accounts` are read, each through its `account_role`, instead of the account
    of the credentials; with `organization` they are all active ones of its organization.
    """

    profiles: Sequence[str] = ()
    regions: Sequence[str] = ()
    all_regions: bool = False
    accounts: Sequence[str] = ()
    account_role: str | None = None
    organization: bool = False

    def check(self) -> None:
        """Raises `UsageError` for what does not go together."""
        several = bool(self.accounts or self.organization)
        if self.all_regions and self.regions:
            raise UsageError("--all-regions already means every --region", "Leave one of them out.")
        if self.accounts and self.organization:
            hint = "Leave one of them out."
            raise UsageError("--organization already means every --account", hint)
        if several != bool(self.account_role):
            message = "--account-role goes with --account or --organization, and they with it"
            hint = "Name the role that msgaudit assumes in each account: --account-role NAME."
            raise UsageError(message, hint)
        if self.account_role:
            check_role(self.account_role)
        for account in self.accounts:
            if not _ACCOUNT.fullmatch(account):
                raise UsageError(f"{account!r} is no account id", "An account id has 12 digits.")


class Account(Struct, frozen=True):
    """An account that can be read. `id` is `None` when it could not be asked for.

    `profile` is the one that leads to it, `None` for the default credentials.
    """

    clients: Clients
    regions: tuple[str, ...]
    id: str | None
    profile: str | None = None


class _Candidate(Struct, frozen=True):
    """An account that may be readable: one of the credentials themselves, or behind a role."""

    profile: str | None
    base: Clients
    region: str
    caller: str | None
    id: str | None

    def open(self, scope: Scope) -> Account:
        """Raises `MsgauditError` when it cannot be read."""
        clients = self.base
        if self.id and self.id != self.caller:
            clients = self._assume(str(scope.account_role))
        if scope.all_regions:
            return Account(clients, enabled_regions(clients, self.region), self.id, self.profile)
        return Account(clients, choose_regions(clients, scope.regions), self.id, self.profile)

    def _assume(self, role: str) -> Clients:
        partition = self.base.session.get_partition_for_region(self.region)
        arn = f"arn:{partition}:iam::{self.id}:role/{role}"
        try:
            return assume(self.base, self.profile, self.region, arn)
        except (*FAULTS, *MALFORMED) as error:
            what = f"{arn} cannot be assumed"
            hint = "let these credentials assume it, and let its trust policy name them"
            raise AccountError(what, "sts:AssumeRole", error, hint) from error


def open_accounts(
    scope: Scope, endpoint_url: str | None, attempts: int, limits: Limits
) -> tuple[list[Account], list[Gap]]:
    """The accounts of a scope, each once, and a gap for each that cannot be read.

    Raises `UsageError` for a scope that makes no sense, and the error of the first account when
    there is no other.
    """
    scope.check()
    profiles = tuple(dict.fromkeys(scope.profiles)) or (None,)
    opened: list[Account] = []
    failed: list[tuple[str, MsgauditError]] = []
    for profile in profiles:
        try:
            candidates = _candidates(scope, profile, endpoint_url, attempts, limits)
        except NothingAuditedError as error:
            failed.append((f"profile {profile}", error))
            continue
        with ThreadPoolExecutor(THREADS) as pool:
            for candidate, result in zip(
                candidates, pool.map(lambda each: _tried(each, scope), candidates), strict=True
            ):
                if isinstance(result, Account):
                    opened.append(result)
                else:
                    failed.append((f"account {candidate.id}", result))
    if failed and not opened:
        raise failed[0][1]
    if not opened:
        raise NothingAuditedError("the organization has no active account")
    return _merged(opened), [_gap(what, error) for what, error in failed]


def _candidates(
    scope: Scope, profile: str | None, endpoint_url: str | None, attempts: int, limits: Limits
) -> list[_Candidate]:
    base = open_session(profile, endpoint_url, attempts, limits)
    region = "" if scope.all_regions else choose_regions(base, scope.regions)[0]
    sign_in(base)
    region = region or home_region(base)
    caller = identify(base, region)
    ids: Iterable[str | None] = dict.fromkeys(scope.accounts)
    if scope.organization:
        ids = _members(base, region)
    return [
        _Candidate(profile, base, region, caller, id_)
        for id_ in (ids if scope.account_role else (caller,))
    ]


def _members(base: Clients, region: str) -> list[str]:
    """The active accounts of the organization; suspended ones cannot be read and have no traffic.

    Raises `AccountError` when they cannot be listed.
    """
    try:
        pages = base.get("organizations", region).get_paginator("list_accounts").paginate()
        listed = [item for page in pages for item in page["Accounts"]]
        # AWS replaces Status by State in 2026.
        states = {item["Id"]: item.get("State") or item.get("Status") for item in listed}
    except (*FAULTS, *MALFORMED) as error:
        what = "the accounts cannot be listed"
        hint = "use credentials of the management account, or name accounts with --account"
        raise AccountError(what, "organizations:ListAccounts", error, hint) from error
    return sorted(id_ for id_, state in states.items() if state == _ACTIVE)


def _tried(candidate: _Candidate, scope: Scope) -> Account | MsgauditError:
    try:
        return candidate.open(scope)
    except NothingAuditedError as error:
        return error


def _merged(accounts: Iterable[Account]) -> list[Account]:
    """Each account once, although several profiles may lead to it."""
    merged: dict[str, Account] = {}
    for position, account in enumerate(accounts):
        known = merged.get(account.id or str(position))
        regions = tuple(dict.fromkeys((*(known.regions if known else ()), *account.regions)))
        first = known or account
        merged[account.id or str(position)] = replace(first, regions=regions)
    return list(merged.values())


def _gap(what: str, error: MsgauditError) -> Gap:
    return Gap(what, str(error), getattr(error, "permission", None))
