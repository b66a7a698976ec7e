"""What became of each auditable line of the guide.

`guide.json` holds one row per line: what the guide says, what a rule would find, and why there is
none. Whether there is one is seen from the rules themselves.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import Any

from auditor.rules import Rule
from tools.docs.markdown import document as markdown
from tools.docs.markdown import escaped, table

Rules = Mapping[str, Rule[Any]]


@dataclass(frozen=True, slots=True)
class Row:
    """One row. `template` and `live` say whether it can be told there: yes, part or no.

    One of `same_as` (the rows that cover it), `left_out` (why there will be no rule) and `planned`
    (the area of work that needs to come first) is set where there is no rule; `note` says how a
    rule differs from what the row asks for. `also` names further rules that do a part of it.
    """

    id: str
    section: str
    lines: str
    says: str
    finds: str
    template: str
    live: str
    also: tuple[str, ...] = ()
    same_as: tuple[str, ...] = ()
    left_out: str = ""
    planned: str = ""
    note: str = ""


def read() -> tuple[Row, ...]:
    """The rows in the order of the guide."""
    table_ = json.loads(Path(__file__).with_name("guide.json").read_text(encoding="utf-8"))
    return tuple(Row(**{**item, **_tuples(item)}) for item in table_)


def _tuples(item: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    return {name: tuple(item.get(name, ())) for name in ("also", "same_as")}


def document(rows: Sequence[Row], rules: Rules) -> str:
    """The whole table, by sections of the guide, after a count."""
    return markdown(
        "# What becomes of the guide",
        "msgaudit enforces a guide to AWS messaging. Each of its statements that could be checked"
        " is a row here: what it says, what would be found, whether a template or a live account"
        " tells, and the rule that does it or the reason why there is none.",
        _count(rows, rules),
        *(block for title, part in groupby(rows, _section) for block in _part(title, part, rules)),
    )


def _section(row: Row) -> str:
    return row.section


def _count(rows: Sequence[Row], rules: Rules) -> str:
    kinds = [_kind(row, rules) for row in rows]
    return table(
        ("rows", *sorted(set(kinds))),
        [(str(len(rows)), *(str(kinds.count(kind)) for kind in sorted(set(kinds))))],
    )


def _kind(row: Row, rules: Rules) -> str:
    if row.id in rules:
        return "pedantic" if rules[row.id].pedantic else "implemented"
    if row.same_as:
        return "covered by others"
    return "left out" if row.left_out else "planned"


def _part(title: str, rows: Iterator[Row], rules: Rules) -> Iterator[str]:
    yield f"## {title}"
    yield table(
        ("row", "guide line", "the guide says", "what to find", "template", "live", "status"),
        map(partial(_line, rules), rows),
    )


def _line(rules: Rules, row: Row) -> tuple[str, ...]:
    return (
        linked(row.id, rules),
        row.lines,
        escaped(row.says),
        escaped(row.finds),
        row.template,
        row.live,
        _status(row, rules),
    )


def linked(id_: str, rules: Rules, folder: str = "rules/") -> str:
    """The id, as a link to the page of the rule if there is one."""
    return f"[{id_}]({folder}{id_}.md)" if id_ in rules else id_


def _status(row: Row, rules: Rules) -> str:
    kind = _kind(row, rules)
    others = ", ".join(linked(each, rules) for each in row.same_as)
    why = {"covered by others": others, "left out": row.left_out, "planned": row.planned}
    also = ", ".join(linked(each, rules) for each in row.also)
    told = (
        f"{kind}: {why[kind]}" if kind in why else kind,
        f"with {also}" if also else "",
        row.note,
    )
    return "; ".join(filter(None, told))
