"""Three-valued logic: an unknown part matters only where the others do not decide."""

from __future__ import annotations

from collections.abc import Iterable

from auditor.values import UndeterminedError, Unknown

Truth = bool | Unknown


def any_of(truths: Iterable[Truth]) -> Truth:
    """True if one is, unknown if one could be."""
    result: Truth = False
    for truth in truths:
        if truth is True:
            return True
        if isinstance(truth, Unknown):
            result = truth
    return result


def all_of(truths: Iterable[Truth]) -> Truth:
    """False if one is, unknown if one could be."""
    result: Truth = True
    for truth in truths:
        if truth is False:
            return False
        if isinstance(truth, Unknown):
            result = truth
    return result


def certain(truth: Truth) -> bool:
    """The answer; raises `UndeterminedError` when there is none."""
    if isinstance(truth, Unknown):
        raise UndeterminedError(truth.reason)
    return truth
