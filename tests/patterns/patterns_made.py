"""Random patterns, and an event made from each."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

TEXT = st.text(alphabet="abAB-/. 1é", min_size=1, max_size=6)
NUMBER = st.integers(-1_000, 1_000)
SCALAR: st.SearchStrategy[Any] = st.one_of(TEXT, NUMBER, st.booleans(), st.none())
NAME = st.sampled_from(["a", "b", "c", "state", "size"])

# A condition, and a value that meets it.
Pair = tuple[Any, Any]


def wildcard(parts: list[str]) -> Pair:
    return {"wildcard": "*".join(parts)}, "x/".join(parts)


def numeric(low: int) -> Pair:
    return {"numeric": [">", low, "<=", low + 10]}, low + 10


OPERATORS: st.SearchStrategy[Pair] = st.one_of(
    SCALAR.map(lambda value: (value, value)),
    TEXT.map(lambda text: ({"prefix": text}, f"{text}z")),
    TEXT.map(lambda text: ({"suffix": text}, f"z{text}")),
    TEXT.map(lambda text: ({"prefix": {"equals-ignore-case": text}}, f"{text.swapcase()}z")),
    TEXT.map(lambda text: ({"suffix": {"equals-ignore-case": text}}, f"z{text.swapcase()}")),
    TEXT.map(lambda text: ({"equals-ignore-case": text}, text.swapcase())),
    st.lists(TEXT, min_size=1, max_size=4).map(wildcard),
    NUMBER.map(numeric),
    NUMBER.map(lambda number: ({"numeric": ["=", number]}, number)),
    st.integers(0, 255).map(lambda last: ({"cidr": "10.0.0.0/24"}, f"10.0.0.{last}")),
    st.just(({"exists": True}, "there")),
    TEXT.map(lambda text: ({"anything-but": text}, f"{text}z")),
    NUMBER.map(lambda number: ({"anything-but": [number, 0]}, 5_000)),
    TEXT.map(lambda text: ({"anything-but": {"prefix": [text]}}, f"z{text}")),
    TEXT.map(lambda text: ({"anything-but": {"suffix": text}}, f"{text}z")),
    TEXT.map(lambda text: ({"anything-but": {"wildcard": f"{text}*"}}, f"z{text}")),
    TEXT.map(lambda text: ({"anything-but": {"equals-ignore-case": [text]}}, f"{text}z")),
)


def leaf(pairs: list[Pair], chosen: int, in_array: bool) -> Pair:
    value = pairs[chosen % len(pairs)][1]
    return [condition for condition, _ in pairs], [value] if in_array else value


LEAVES = st.builds(
    leaf, st.lists(OPERATORS, min_size=1, max_size=3), st.integers(0, 2), st.booleans()
)


def group(fields: dict[str, Pair]) -> Pair:
    pattern = {name: condition for name, (condition, _) in fields.items()}
    return pattern, {name: value for name, (_, value) in fields.items()}


def groups(children: st.SearchStrategy[Pair]) -> st.SearchStrategy[Pair]:
    return st.dictionaries(NAME, children, min_size=1, max_size=3).map(group)


# Patterns of the fields of `detail`, each with the fields of an event that matches.
DETAILS = groups(st.recursive(LEAVES, groups, max_leaves=6))
VALUES = st.recursive(
    SCALAR,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(NAME, inner, max_size=3)),
    max_leaves=8,
)
EVENTS = st.dictionaries(NAME, VALUES, max_size=4)
