"""Generated definitions: well-formed ones, and any JSON at all."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

NAMES = ("A", "B", "C", "D", "E", "F")
LAMBDA = "arn:aws:states:::lambda:invoke"

scalars = st.one_of(
    st.none(), st.booleans(), st.integers(-5, 5), st.floats(allow_nan=False), st.text(max_size=5),
    st.sampled_from([*NAMES, "Task", "Choice", "Parallel", "Map", "JSONata", "{% $x %}", "${X}"]),
)  # fmt: skip
# Keys that the parser looks for, so that arbitrary values come where they hurt.
keys = st.sampled_from([
    "StartAt", "States", "Type", "Next", "End", "Choices", "Default", "Catch", "Retry", "Branches",
    "ItemProcessor", "Iterator", "ErrorEquals", "And", "Or", "Not", "Variable", "IsPresent",
    "Condition", "Resource", "Parameters", "Arguments", "QueryLanguage", "ProcessorConfig", "Mode",
    "Seconds", *NAMES,
])  # fmt: skip
anything = st.recursive(
    scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(keys, inner, max_size=6)),
    max_leaves=40,
)


@st.composite
def machines(draw: st.DrawFn, targets: tuple[str, ...] = NAMES) -> dict[str, Any]:
    """A machine of one scope; transitions go to any of `targets`, states that are there or not."""
    names = draw(st.lists(st.sampled_from(NAMES), min_size=1, unique=True))
    target = st.sampled_from(targets)
    states = {name: draw(_states(target)) for name in names}
    return {"StartAt": draw(target), "States": states}


def _states(target: st.SearchStrategy[str]) -> st.SearchStrategy[dict[str, Any]]:
    caught = st.lists(
        st.builds(lambda to: {"ErrorEquals": ["Mine"], "Next": to}, target), max_size=2
    )
    choices = st.lists(
        st.builds(lambda to: {"Variable": "$.x", "IsPresent": True, "Next": to}, target),
        min_size=1,
        max_size=3,
    )
    return st.one_of(
        st.builds(lambda to: {"Type": "Pass", "Next": to}, target),
        st.just({"Type": "Pass", "End": True}),
        st.just({"Type": "Succeed"}),
        st.builds(
            lambda to, catch: {"Type": "Task", "Resource": LAMBDA, "Next": to, "Catch": catch},
            target,
            caught,
        ),
        st.builds(
            lambda some, to: {"Type": "Choice", "Choices": some, "Default": to}, choices, target
        ),
    )


def targets_of(state: dict[str, Any]) -> list[str]:
    """All transitions of a generated state, told without the parser."""
    items = (*state.get("Catch", ()), *state.get("Choices", ()))
    own = [state[name] for name in ("Next", "Default") if name in state]
    return own + [item["Next"] for item in items]
