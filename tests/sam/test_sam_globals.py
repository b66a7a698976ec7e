"""Merging the Globals section."""

from __future__ import annotations

import pytest

from auditor.collectors.template.sam import merge_globals
from auditor.values import Block, Listing, Unknown

FUNCTION = "AWS::Serverless::Function"
GLOBALS = Block({"Function": Block({"Timeout": 30, "Layers": Listing(["shared"])})})


@pytest.mark.parametrize(
    ("ignored", "expected"),
    [
        (None, {"Timeout": 30, "Layers": ["shared", "own"]}),
        (["Layers"], {"Timeout": 30, "Layers": ["own"]}),
        ("*", {"Layers": ["own"]}),
    ],
)
def test_ignore_globals(ignored: object, expected: dict[str, object]) -> None:
    own = Block({"Layers": Listing(["own"])})
    assert merge_globals(FUNCTION, own, GLOBALS, ignored) == expected


def test_other_types_have_other_globals() -> None:
    own = Block({"Name": "a"})
    assert merge_globals("AWS::Serverless::StateMachine", own, GLOBALS) is own


def test_mappings_merge_and_scalars_of_the_resource_win() -> None:
    both = Block({"Function": Block({"VpcConfig": Block({"A": 1, "B": 1}), "Timeout": 1})})
    own = Block({"VpcConfig": Block({"B": 2}), "Timeout": 2})
    assert merge_globals(FUNCTION, own, both) == {"VpcConfig": {"A": 1, "B": 2}, "Timeout": 2}


def test_globals_that_cannot_be_read_may_hold_anything() -> None:
    why = Unknown("a macro")
    merged = merge_globals(FUNCTION, Block({"Timeout": 1}), Block({"Function": why}))
    assert (merged, merged.unread) == ({"Timeout": 1}, why)


def test_an_unread_list_of_the_resource_is_not_read_as_the_global_one() -> None:
    merged = merge_globals(FUNCTION, Block({"Layers": Unknown("a macro")}), GLOBALS)
    assert isinstance(merged["Layers"], Unknown)
