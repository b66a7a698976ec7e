"""Edits change what they must, in the style of the file, and nothing else."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from auditor.collectors.template.documents import child, parse
from auditor.fixing.editor import CannotFixError, Editor
from auditor.fixing.rendering import as_json, block, flow


def editor(text: str) -> Editor:
    return Editor(parse("t.yaml", text.encode()))


QUEUE = "Resources:\n  Q:\n    Properties:"


def after_setting(text: str, value: Any = 1, *path: str) -> str:
    """Set a property of the resource Q."""
    edits = editor(text)
    queue = child(child(edits.root, "Resources"), "Q")
    assert queue is not None
    edits.set(queue, path or ("Properties", "New"), value)
    return edits.text


def test_a_block_keeps_its_comments_and_indentation() -> None:
    text = (
        "# head\nResources:\n    Q:   # the queue\n        Type: T\n        Properties:\n"
        "            # old\n            Old: 'x'  # why\n    # about P\n    P: {Type: T}\n"
    )
    changed = after_setting(text)
    assert changed == text.replace("# why\n", "# why\n            New: 1\n")


def test_missing_properties_are_made() -> None:
    text = "Resources:\n  Q:\n    Type: T\n"
    value = {"Ref": "P"}
    assert after_setting(text, value) == f"{text}    Properties:\n      New: !Ref P\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Resources: {Q: {Type: T}}", "Resources: {Q: {Type: T, Properties: {New: 1}}}"),
        ("Resources: {Q: {Properties: {}}}", "Resources: {Q: {Properties: {New: 1}}}"),
        ("Resources: {Q: {Properties: {A: 1,}}}", "Resources: {Q: {Properties: {A: 1, New: 1,}}}"),
        ('{"Resources": {"Q": {}}}', '{"Resources": {"Q": {"Properties": {"New": 1}}}}'),
        (
            '{"Resources": {"Q": {\n\t"Type": "T"\n}}}',
            '{"Resources": {"Q": {\n\t"Type": "T",\n "Properties": {\n   "New": 1\n }\n}}}',
        ),
        (f"{QUEUE} {{New: 0}}", f"{QUEUE} {{New: 1}}"),
        (f"{QUEUE}\n      A: x", f"{QUEUE}\n      A: x\n      New: 1\n"),
        (
            "Resources:\r\n  Q:\r\n    Properties:\r\n      A: x\r\n",
            "Resources:\r\n  Q:\r\n    Properties:\r\n      A: x\r\n      New: 1\r\n",
        ),
        (
            f"{QUEUE}\n      New: !If [C, 5, !Ref AWS::NoValue]\n",
            f"{QUEUE}\n      New: !If [C, 1, 1]\n",
        ),
        (
            f"{QUEUE}\n      Code: |\n        a\n\n        # b\n  P: {{}}\n",
            f"{QUEUE}\n      Code: |\n        a\n\n        # b\n      New: 1\n  P: {{}}\n",
        ),
        (
            f"{QUEUE}\n      Code: |\n        a",
            f"{QUEUE}\n      Code: |\n        a\n      New: 1\n",
        ),
        (
            f"{QUEUE}\n      A:\n      B:\n  P: {{}}\n",
            f"{QUEUE}\n      A:\n      B:\n      New: 1\n  P: {{}}\n",
        ),
        (
            f"{QUEUE}\n      L:\n      - a\n      - b # c\n\n  P: {{}}\n",
            f"{QUEUE}\n      L:\n      - a\n      - b # c\n      New: 1\n\n  P: {{}}\n",
        ),
        (
            f"{QUEUE}\n      A: über # é\n",
            f"{QUEUE}\n      A: über # é\n      New: 1\n",
        ),
    ],
)
def test_styles(before: str, after: str) -> None:
    assert after_setting(before) == after


@pytest.mark.parametrize(
    "text",
    [
        "Resources:\n  Q: &a\n    Properties: {}\n  P: *a\n",
        f"{QUEUE} !If [C, {{}}, {{}}]\n",
        f"{QUEUE} {{New: !Ref P}}\n",
        'Resources: {Q: {Properties: {New: {"Fn::Sub": x}}}}',
        f"{QUEUE}\n",
        '{"Resources": {"Q": {"A": "\\ud83d\\ude00", "Properties": {}}}}',
    ],
)
def test_what_is_computed_or_shared_is_left(text: str) -> None:
    with pytest.raises(CannotFixError):
        after_setting(text)


def test_resources_are_added_as_the_others_are_spaced() -> None:
    edits = editor("Resources:\n  A:\n    Type: T\n\n  B:\n    Type: T\n\nOutputs: {}\n")
    edits.add_resource("C", {"Type": "T"})
    end = "  B:\n    Type: T\n\n  C:\n    Type: T\n\nOutputs: {}\n"
    assert edits.text == f"Resources:\n  A:\n    Type: T\n\n{end}"


_KEYS = st.from_regex(r"[A-Za-z][A-Za-z:.0-9_-]{0,12}", fullmatch=True)
_VALUES = st.recursive(
    st.integers() | st.booleans() | st.text(st.characters(codec="utf-8", max_codepoint=0xFFFF)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS, inner, max_size=3),
    max_leaves=8,
)


@given(name=_KEYS, value=_VALUES, indent=st.integers(0, 8))
def test_values_are_read_back_as_they_were(name: str, value: Any, indent: int) -> None:
    """With any key but those of functions, which are written in another form."""
    lines = "\n".join(block(name, value, indent))
    assert yaml.safe_load(lines) == {name: value}
    assert yaml.safe_load(flow(value)) == value
    assert json.loads(as_json({name: value}, indent)) == {name: value}
