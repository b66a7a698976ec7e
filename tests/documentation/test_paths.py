"""Each cell of the table of ways is proved by two fixtures, of the same rule."""

from __future__ import annotations

from pathlib import Path

import pytest

from auditor.loading import BUILTIN, rules_of
from tools.docs.paths import Cell, fixture, read

ROOT = Path(__file__).parents[2]
RULES = {rule.id: rule for rule in rules_of(BUILTIN)}
CELLS = [
    pytest.param(cell, id=f"{row.edge}: {question}")
    for row in read()
    for question, cell in row.cells.items()
]


@pytest.mark.parametrize("cell", CELLS)
def test_cell_names_a_fixture_that_fails_and_one_that_passes(cell: Cell) -> None:
    """That they do so, the tests of the rules' fixtures show."""
    assert cell.fails.startswith("fail")
    assert cell.passes.startswith("pass")
    for name in (cell.fails, cell.passes):
        assert (ROOT / fixture(RULES[cell.rule], name)).is_file()


def test_no_way_is_listed_twice() -> None:
    edges = [row.edge for row in read()]
    assert len(edges) == len(set(edges))
