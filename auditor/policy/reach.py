"""How far a permission reaches."""

from __future__ import annotations

import re
from enum import IntEnum

from msgspec import Struct

_ACCOUNT = re.compile(r"\d{12}")
# Symbols and policy variables that stand for the account which owns the resource.
_OWN = ("${aws::accountid}", "${aws:resourceaccount}")


class Audience(IntEnum):
    """Who is let in, from the narrowest to the widest."""

    SAME_ACCOUNT = 0
    TRUSTED = 1
    """Accounts and organizations that the configuration lists."""
    SERVICE_GUARDED = 2
    """An AWS service, on behalf of a named account, organisation or resource."""
    CROSS_ACCOUNT = 3
    """Listed accounts, principals, networks or resources."""
    ORGANIZATION = 4
    SERVICE_UNGUARDED = 5
    """An AWS service, on behalf of any of its customers."""
    PUBLIC = 6

    @property
    def open(self) -> bool:
        """Whether strangers get in, by themselves or through a service."""
        return self >= Audience.SERVICE_UNGUARDED


class Trust(Struct, frozen=True):
    """Ids of accounts and organizations that may be let in."""

    accounts: frozenset[str] = frozenset()
    organizations: frozenset[str] = frozenset()


NOBODY = Trust()


class Owner(Struct, frozen=True):
    """The account that owns a policy, if that is known, and whom it trusts."""

    account: str | None = None
    trust: Trust = NOBODY


def account_reach(text: str, owner: Owner) -> Audience:
    """The reach of an account id."""
    if text.lower() in _OWN or (owner.account is not None and text == owner.account):
        return Audience.SAME_ACCOUNT
    return Audience.TRUSTED if text in owner.trust.accounts else Audience.CROSS_ACCOUNT


def is_account(text: str) -> bool:
    """Whether the text is an account id, or a symbol that stands for one."""
    return bool(_ACCOUNT.fullmatch(text)) or text.startswith("${")
