"""What is checked of each kind of edge, with a fixture that fails and one that passes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from auditor.rules import Rule
from tools.docs.coverage import Rules, linked
from tools.docs.markdown import document as markdown
from tools.docs.markdown import escaped, table

QUESTIONS = ("permission", "key", "kind", "existence")


@dataclass(frozen=True, slots=True)
class Cell:
    """The rule that answers one question about an edge, and the names of its two fixtures."""

    rule: str
    fails: str
    passes: str


@dataclass(frozen=True, slots=True)
class EdgeRow:
    """One kind of edge. What has no cell needs nothing, or AWS refuses the opposite."""

    edge: str
    cells: Mapping[str, Cell]


def read() -> tuple[EdgeRow, ...]:
    """The rows in the order of the document."""
    rows = json.loads(Path(__file__).with_name("paths.json").read_text(encoding="utf-8"))
    return tuple(
        EdgeRow(row["edge"], {name: Cell(*row[name]) for name in QUESTIONS if name in row})
        for row in rows
    )


def fixture(rule: Rule[Any], name: str) -> str:
    """The path of a fixture from the root of the checkout."""
    chapter = rule.body.__module__.split(".")[1]
    return f"tests/fixtures/{chapter}/{rule.name}/{name}.yaml"


def document(rows: Sequence[EdgeRow], rules: Rules) -> str:
    """The whole table."""
    return markdown(
        "# What is checked of each way",
        "Whether a message that leaves one resource arrives at the next depends on a permission, on"
        " the key that encrypts there, on the kinds of both ends (FIFO, Region, account), and on"
        " whether there is anything at the other end. Each cell names the rule that tells, with a"
        " template that fails and one that passes; where there is none, nothing is needed, AWS"
        " refuses it at once, or msgaudit cannot tell.",
        table(("way", *QUESTIONS), (tuple(_line(row, rules)) for row in rows)),
    )


def _line(row: EdgeRow, rules: Rules) -> Iterator[str]:
    yield escaped(row.edge)
    for question in QUESTIONS:
        cell = row.cells.get(question)
        yield _cell(cell, rules) if cell else ""


def _cell(cell: Cell, rules: Rules) -> str:
    rule = rules[cell.rule]
    fails, passes = (f"../{fixture(rule, name)}" for name in (cell.fails, cell.passes))
    return f"{linked(cell.rule, rules)} [fails]({fails}) [passes]({passes})"
