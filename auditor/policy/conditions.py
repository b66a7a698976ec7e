"""What the conditions of a statement do to its audience: evaluated, not merely detected.

Operators and the effect of absent keys:
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-logic-multiple-context-keys-or-values.html
Keys: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterator
from enum import Enum

from msgspec import Struct
from msgspec.structs import replace

from auditor.arns import Arn
from auditor.policy.documents import Statement, named_part, reference_part
from auditor.policy.doubts import Kept
from auditor.policy.reach import Audience, Owner, account_reach, is_account
from auditor.values import (
    PropertyPath,
    UndeterminedError,
    Unknown,
    mapping,
    read,
    sequence,
    settle_keys,
)

SOURCE_KEYS = frozenset(
    f"aws:source{what}" for what in ("arn", "account", "owner", "orgid", "orgpaths")
)
_ACCOUNT_KEYS = frozenset(
    {"aws:sourceaccount", "aws:sourceowner", "aws:principalaccount", "aws:vpceaccount"}
    | {"kms:calleraccount"}
)
_ARN_KEYS = frozenset({"aws:sourcearn", "aws:principalarn"})
_ORGANIZATION_KEYS = frozenset(
    f"aws:{who}{what}" for who in ("source", "principal", "vpce") for what in ("orgid", "orgpaths")
)
_NAME_KEYS = frozenset(
    {"aws:sourcevpc", "aws:sourcevpce", "aws:sourcevpcarn", "aws:userid", "sns:endpoint"}
)
_ADDRESS_KEYS = frozenset({"aws:sourceip", "aws:vpcsourceip"})
_SERVICE_KEYS = frozenset({"aws:principalisawsservice", "aws:principalservicename"})
# The eighth part of all IPv4 addresses or more is nobody's own network.
_WIDEST_PREFIX = 3


class Test(Enum):
    """What an operator asks of a value."""

    EQUALS = "equals"
    LIKE = "like"
    ADDRESS = "address"
    BOOL = "bool"
    NULL = "null"
    OTHER = "other"


# ArnEquals and ArnLike behave identically (operators page, "Amazon Resource Name operators").
_TESTS = {
    "stringequals": Test.EQUALS,
    "stringequalsignorecase": Test.EQUALS,
    "stringlike": Test.LIKE,
    "arnequals": Test.LIKE,
    "arnlike": Test.LIKE,
    "ipaddress": Test.ADDRESS,
    "bool": Test.BOOL,
    "null": Test.NULL,
}
_NEGATED = {
    "stringnotequals": Test.EQUALS,
    "stringnotequalsignorecase": Test.EQUALS,
    "stringnotlike": Test.LIKE,
    "arnnotequals": Test.LIKE,
    "arnnotlike": Test.LIKE,
    "notipaddress": Test.ADDRESS,
}


class Clause(Struct, frozen=True):
    """One operator applied to one key: any of the values will do.

    `passes_absent` says that the clause holds where the request has no such key.
    """

    test: Test
    negated: bool
    passes_absent: bool
    key: str
    values: tuple[object, ...]
    path: PropertyPath
    ignore_case: bool = False

    def inverted(self) -> Clause:
        """The clause that must hold for a request which a Deny with this clause lets through."""
        if self.test is Test.BOOL:
            flipped = tuple("false" if str(v).lower() == "true" else "true" for v in self.values)
            return replace(self, values=flipped, passes_absent=not self.passes_absent)
        return replace(self, negated=not self.negated, passes_absent=not self.passes_absent)

    def requires(self) -> str | None:
        """The key that a `Null: false` clause requires to be there."""
        is_false = [str(value).lower() for value in self.values] == ["false"]
        return self.key if self.test is Test.NULL and is_false and not self.negated else None


def clauses_of(statement: Statement) -> Iterator[Clause]:
    """The clauses of a statement, all of which must hold."""
    return iter(statement.once("clauses", lambda: Kept(_clauses_of(statement))))


def _clauses_of(statement: Statement) -> Iterator[Clause]:
    path = (*statement.path, "Condition")
    for operator, tested in statement.conditions.items():
        where = (*path, operator)
        for key, values in read(tested, mapping, where).items():
            yield _clause(str(operator), str(key), values, (*where, key))
        settle_keys(tested, where)
    settle_keys(statement.conditions, path)


def _clause(operator: str, key: str, values: object, path: PropertyPath) -> Clause:
    base = operator.lower()
    all_values = base.startswith("forallvalues:")
    if_exists = base.endswith("ifexists")
    base = base.rpartition(":")[2].removesuffix("ifexists")
    negated = base in _NEGATED
    test = _NEGATED.get(base) or _TESTS.get(base, Test.OTHER)
    any_value = operator.lower().startswith("foranyvalue:")
    absent = all_values or if_exists or (negated and not any_value)
    given = tuple(sequence(values, path))
    return Clause(test, negated, absent, key.lower(), given, path, base.endswith("ignorecase"))


def limit(clause: Clause, owner: Owner, present: frozenset[str]) -> Audience:
    """The widest audience that a clause lets through; `PUBLIC` when it does not narrow.

    `present` are keys that every request has. Raises `UndeterminedError` when a value that decides
    cannot be read.
    """
    absent_passes = clause.passes_absent and clause.key not in present
    if clause.negated or absent_passes or clause.test in (Test.NULL, Test.OTHER):
        return Audience.PUBLIC
    return max(
        (_value_limit(clause, value, owner) for value in clause.values),
        default=Audience.PUBLIC,
    )


def _value_limit(clause: Clause, value: object, owner: Owner) -> Audience:
    if clause.key in _SERVICE_KEYS:
        yes = clause.test is not Test.BOOL or str(value).lower() == "true"
        return Audience.SERVICE_UNGUARDED if yes else Audience.PUBLIC
    reach = _REACH.get(clause.key)
    fits = (clause.test is Test.ADDRESS) == (clause.key in _ADDRESS_KEYS)
    if reach is None or not fits or clause.test is Test.BOOL:
        return Audience.PUBLIC
    return reach(_text(value, clause), clause.test is Test.LIKE, owner)


def _text(value: object, clause: Clause) -> str:
    """The value as text; a symbol within longer text, or from outside, stands for some name.

    Nothing but one value equals an unknown value, so it names somebody. An unknown range of
    addresses may be all of them.
    """
    part = reference_part(value) if clause.test is Test.LIKE else named_part(value)
    if not isinstance(part, Unknown):
        return str(part)
    if clause.test is Test.EQUALS:
        return "${unknown}"
    raise UndeterminedError(part.reason, clause.path)


def _account(text: str, like: bool, owner: Owner) -> Audience:
    return Audience.PUBLIC if like and _wild(text) else account_reach(text, owner)


def _arn(text: str, like: bool, owner: Owner) -> Audience:
    """A bucket's ARN has no account, but bucket names are unique in the world."""
    arn = Arn.parse(text)
    if arn is None:
        return _named(text, like, owner)
    if is_account(arn.account):
        return account_reach(arn.account, owner)
    if like and _wild(arn.account) and arn.service != "s3":
        return Audience.PUBLIC
    open_name = like and arn.resource.startswith(("*", "?"))
    return Audience.PUBLIC if open_name else Audience.CROSS_ACCOUNT


def _organization(text: str, like: bool, owner: Owner) -> Audience:
    if text.partition("/")[0] in owner.trust.organizations:
        return Audience.TRUSTED
    return max(Audience.ORGANIZATION, _named(text, like, owner))


def _own_resource(text: str, _like: bool, _owner: Owner) -> Audience:
    """Keys of the resource narrow only where they are compared with those of the caller."""
    reaches = {
        "${aws:principalaccount}": Audience.SAME_ACCOUNT,
        "${aws:principalorgid}": Audience.ORGANIZATION,
    }
    return reaches.get(text.lower(), Audience.PUBLIC)


def _named(text: str, like: bool, _owner: Owner) -> Audience:
    """An id or address; `*`, `o-*`, `vpce-*`, `https://*` and `arn:aws:sns:*` name nobody."""
    if not like or not _wild(text):
        return Audience.CROSS_ACCOUNT
    front = re.split(r"[*?]", text, maxsplit=1)[0] or text.strip("*?")
    literal = re.sub(r"^(o|vpc|vpce)-|^https?:/*|^arn:.*", "", front)
    return Audience.CROSS_ACCOUNT if literal else Audience.PUBLIC


def _address(text: str, _like: bool, _owner: Owner) -> Audience:
    try:
        network = ipaddress.ip_network(text, strict=False)
    except ValueError:
        return Audience.CROSS_ACCOUNT
    return Audience.PUBLIC if network.prefixlen <= _WIDEST_PREFIX else Audience.CROSS_ACCOUNT


def _wild(text: str) -> bool:
    return "*" in text or "?" in text


_REACH: dict[str, Callable[[str, bool, Owner], Audience]] = {
    **dict.fromkeys(_ACCOUNT_KEYS, _account),
    **dict.fromkeys(_ARN_KEYS, _arn),
    **dict.fromkeys(_ORGANIZATION_KEYS, _organization),
    **dict.fromkeys(_NAME_KEYS, _named),
    **dict.fromkeys(_ADDRESS_KEYS, _address),
    **dict.fromkeys(("aws:resourceaccount", "aws:resourceorgid"), _own_resource),
}
