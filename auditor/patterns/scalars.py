"""How two matchers relate: does one take all that the other takes, or nothing of it?

Both functions are sound and not complete: `False` only says that it was not proved. Texts without
regard to case are compared where lowering them is the same for parts and for the whole, which is
so for ASCII.
"""

from __future__ import annotations

from auditor.patterns.matchers import (
    Addresses,
    Affix,
    AnythingBut,
    Exact,
    Exists,
    IgnoreCase,
    Known,
    Range,
    Wildcard,
    fits,
    takes_any_text,
)

# Stands for the text between two parts; no pattern that holds it is compared.
_HOLE = "\uf8ff"


def covers(wide: Known, narrow: Known) -> bool:
    """Whether every value that `narrow` takes is certain to be taken by `wide`."""
    if isinstance(narrow, Exact):  # first: 1 is not true, though Python says that they are equal
        return wide.accepts(narrow.value)
    if wide == narrow or (isinstance(narrow, Range) and narrow.empty):
        return True
    match wide, narrow:
        case Exists(), _:
            return wide.wanted and not isinstance(narrow, Exists)
        case _, Exists():
            return False
        case AnythingBut(), AnythingBut():
            return all(any(covers(it, out) for it in narrow.excluded) for out in wide.excluded)
        case AnythingBut(), _:
            return all(disjoint(out, narrow) for out in wide.excluded)
        case Range(), Range():
            return _includes(wide, narrow)
        case Addresses(), Addresses():
            return _common(wide, narrow) == narrow
        case _, Addresses():
            return takes_any_text(wide)
    return _covers_text(wide, narrow)


def disjoint(one: Known, other: Known) -> bool:
    """Whether no value is taken by both."""
    for mine, theirs in ((one, other), (other, one)):
        if isinstance(mine, Range) and mine.empty:
            return True
        if isinstance(mine, Exact):
            return not theirs.accepts(mine.value)
        if isinstance(mine, AnythingBut):
            return any(covers(out, theirs) for out in mine.excluded)
    if isinstance(one, Exists) or isinstance(other, Exists):
        return False
    if isinstance(one, Range) and isinstance(other, Range):
        return _intersection(one, other).empty
    if isinstance(one, Range) or isinstance(other, Range):
        return True
    if isinstance(one, Addresses) and isinstance(other, Addresses):
        return _common(one, other) is None
    return _disjoint_texts(one, other)


def _includes(wide: Range, narrow: Range) -> bool:
    return _intersection(wide, narrow) == narrow


def _intersection(one: Range, other: Range) -> Range:
    low, high = max(one.low, other.low), min(one.high, other.high)
    return Range(
        low,
        high,
        all(it.with_low for it in (one, other) if it.low == low),
        all(it.with_high for it in (one, other) if it.high == high),
    )


def _common(one: Addresses, other: Addresses) -> Addresses | None:
    """Of two networks, the one inside of the other, if they meet."""
    if one.network.version != other.network.version or not one.network.overlaps(other.network):
        return None
    return max(one, other, key=lambda it: it.network.prefixlen)


def _texts(matcher: Known) -> tuple[tuple[str, ...], bool] | None:
    """The parts of a text between which any text stands, and whether case counts."""
    match matcher:
        case Exact(value=str(text)):
            return (text,), True
        case IgnoreCase():
            return (matcher.text.lower(),), False
        case Wildcard():
            return matcher.parts, True
        case Affix():
            text = matcher.text.lower() if matcher.ignore_case else matcher.text
            return ("", text) if matcher.at_end else (text, ""), not matcher.ignore_case
    return None


def _comparable(
    one: Known, other: Known
) -> tuple[tuple[str, ...], bool, tuple[str, ...], bool] | None:
    """The parts of both texts, in small letters if one of them does not regard case."""
    mine, theirs = _texts(one), _texts(other)
    if mine is None or theirs is None or _HOLE in "".join(mine[0] + theirs[0]):
        return None
    if mine[1] == theirs[1]:
        return (*mine, *theirs)
    if not "".join(mine[0] + theirs[0]).isascii():
        return None
    lowered = [tuple(part.lower() for part in parts) for parts, _ in (mine, theirs)]
    return lowered[0], mine[1], lowered[1], theirs[1]


def _covers_text(wide: Known, narrow: Known) -> bool:
    found = _comparable(wide, narrow)
    if found is None:
        return False
    outer, by_case, inner, inner_by_case = found
    # One that regards case does not take what another takes in any case.
    if by_case and not inner_by_case:
        return takes_any_text(wide)
    return fits(outer, _HOLE.join(inner))


def _disjoint_texts(one: Known, other: Known) -> bool:
    found = _comparable(one, other)
    if found is None:
        return False
    mine, _, theirs, _ = found
    for whole, parts in ((mine, theirs), (theirs, mine)):
        if len(whole) == 1:
            return not fits(parts, whole[0])
    heads = sorted((mine[0], theirs[0]), key=len)
    tails = sorted((mine[-1], theirs[-1]), key=len)
    return not heads[1].startswith(heads[0]) or not tails[1].endswith(tails[0])
