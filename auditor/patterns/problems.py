"""What can be wrong with a pattern."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

from auditor.values import PropertyPath


class Kind(StrEnum):
    """What sort of mistake it is."""

    FORM = "form"
    OPERATOR = "operator"
    NUMBER = "number"
    LIMIT = "limit"
    WIDTH = "width"


class Problem(Struct, frozen=True):
    """Why a service refuses a pattern; `path` leads to the place inside of it.

    `NUMBER` is text where a number is compared, `LIMIT` a quota that can be raised, `WIDTH` an
    operator that the language has but this service does not document.
    """

    kind: Kind
    text: str
    path: PropertyPath = ()
