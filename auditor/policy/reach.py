"""How far a permission reaches."""

from __future__ import annotations

import re
from enum import IntEnum

_ACCOUNT = re.compile(r"\d{12}")
# Symbols and policy variables that stand for the account which owns the resource.
_OWN = ("${aws::accountid}", "${aws:resourceaccount}")


class Audience(IntEnum):
    """Who is let in, from the narrowest to the widest."""

    SAME_ACCOUNT = 0
    SERVICE_GUARDED = 1
    """An AWS service, on behalf of a named account, organisation or resource."""
    CROSS_ACCOUNT = 2
    """Listed accounts, principals, networks or resources."""
    ORGANIZATION = 3
    SERVICE_UNGUARDED = 4
    """An AWS service, on behalf of any of its customers."""
    PUBLIC = 5

    @property
    def open(self) -> bool:
        """Whether strangers get in, by themselves or through a service."""
        return self >= Audience.SERVICE_UNGUARDED


def account_reach(text: str, account: str | None) -> Audience:
    """The reach of an account id; `account` is the one that owns the policy, if that is known."""
    own = text.lower() in _OWN or (account is not None and text == account)
    return Audience.SAME_ACCOUNT if own else Audience.CROSS_ACCOUNT


def is_account(text: str) -> bool:
    """Whether the text is an account id, or a symbol that stands for one."""
    return bool(_ACCOUNT.fullmatch(text)) or text.startswith("${")
