"""Comparing texts of which parts are symbols: yes, no, or not to be told.

A symbol equals itself. The name that CloudFormation will generate (`${OrdersQueue}`) equals nothing
else; an account, a region, an attribute or a parameter may be any text.
"""

from __future__ import annotations

import re
from enum import IntEnum
from functools import lru_cache

from auditor.policy.actions import matches
from auditor.values import Unknown

# `*` and `?` of a pattern, a symbol, or one character of plain text.
_TOKEN = re.compile(r"\$\{[^{}]*\}|.", re.DOTALL)
_GENERATED = re.compile(r"\$\{[A-Za-z0-9/]+\}")
# Longer texts than any ARN of a queue, topic or rule are not worth the time.
_LONGEST = 512
# One partition for all: a template that names one is not meant for another.
_PARTITION = re.compile(r"^arn:(?:aws|aws-cn|aws-us-gov|\$\{AWS::Partition\}):")
_ANY = object()
_ONE = object()


class Answer(IntEnum):
    """The truth of a question: `min` is "and", `max` is "or"."""

    NO = 0
    UNDETERMINED = 1
    YES = 2

    @property
    def opposite(self) -> Answer:
        """The answer to the negated question."""
        return Answer(Answer.YES - self)


def compare(
    pattern: object, value: object, *, wild: bool = True, ignore_case: bool = False
) -> Answer:
    """Whether a pattern of a policy covers a value; both may be unknown in parts or altogether.

    Without `wild`, `*` and `?` stand for themselves.
    """
    one = pattern.text if isinstance(pattern, Unknown) else str(pattern)
    other = value.text if isinstance(value, Unknown) else str(value)
    if one is None or other is None:
        return Answer.UNDETERMINED
    opens = isinstance(pattern, Unknown), isinstance(value, Unknown)
    return _compared(one, other, opens, wild, ignore_case)


@lru_cache(maxsize=4096)  # many rules ask the same of a policy
def _compared(
    pattern: str, value: str, opens: tuple[bool, bool], wild: bool, ignore_case: bool
) -> Answer:
    """The same of two texts; `opens` tells of each whether its symbols stand for anything."""
    one, other = _known(pattern, ignore_case), _known(value, ignore_case)
    if one == other or (wild and matches(one, other)):
        return Answer.YES
    # What is unknown without any symbol in it is resolved when deployed, to whatever it may be.
    if (opens[0] and "${" not in pattern) or (opens[1] and "${" not in value):
        return Answer.UNDETERMINED
    if "${" not in one and "${" not in other:
        return Answer.NO
    if len(one) > _LONGEST or len(other) > _LONGEST:
        return Answer.UNDETERMINED
    left = _tokens(one, opens[0], wild)
    right = _tokens(other, opens[1], wild=False)
    return Answer.UNDETERMINED if _meet(left, right) else Answer.NO


def _known(text: str, ignore_case: bool) -> str:
    text = _PARTITION.sub("arn:aws:", text.replace("${AWS::URLSuffix}", "amazonaws.com"))
    return text.lower() if ignore_case else text


def _tokens(text: str, is_open: bool, wild: bool) -> list[object]:
    special = {"*": _ANY, "?": _ONE} if wild else {}
    return [
        _ANY if len(token) > 1 and (is_open or not _GENERATED.fullmatch(token))
        else special.get(token, token)
        for token in _TOKEN.findall(text)
    ]  # fmt: skip


def _meet(left: list[object], right: list[object]) -> bool:
    """Whether some text fits both.

    What is plain at the beginning and the end of both is compared first: it decides most pairs.
    """
    for _ in range(2):
        plain = 0
        for mine, theirs in zip(left, right, strict=False):
            if _ANY in (mine, theirs):
                break
            if not _same(mine, theirs):
                return False
            plain += 1
        left, right = left[plain:][::-1], right[plain:][::-1]
    return _overlap(left, right)


def _overlap(left: list[object], right: list[object]) -> bool:
    """The same, by the ends of each that can be reached together."""
    row = [True]
    for token in right:
        row.append(row[-1] and token is _ANY)
    for mine in left:
        above, row = row, [row[0] and mine is _ANY]
        for column, theirs in enumerate(right):
            if _ANY in (mine, theirs):
                row.append(above[column] or above[column + 1] or row[column])
            else:
                row.append(above[column] and _same(mine, theirs))
    return row[-1]


def _same(mine: object, theirs: object) -> bool:
    return mine == theirs or _ONE in (mine, theirs)
