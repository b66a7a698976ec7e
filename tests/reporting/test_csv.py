from __future__ import annotations

import csv
import io

import pytest

from auditor.findings import Gap
from auditor.report import Report
from reports.csv import COLUMNS, CsvReporter
from tests.reporting import samples

FORMULAS = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =1", "\uff1d1")


def rows(report: Report) -> list[dict[str, str]]:
    text = CsvReporter().render(report)
    return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))


def test_a_finding_is_a_row() -> None:
    row = next(row for row in rows(samples.typical()) if row["resource_name"] == "orders")

    assert len(row.pop("fingerprint")) == 16
    assert {name: value for name, value in row.items() if value} == {
        "outcome": "violation",
        "severity": "high",
        "confidence": "high",
        "category": "reliability",
        "rule": "SQS030",
        "name": "queue-without-dlq",
        "resource_type": "AWS::SQS::Queue",
        "resource": "OrdersQueue",
        "resource_name": "orders",
        "path": "infra/orders.yaml",
        "line": "12",
        "column": "3",
        "property": "Properties.RedrivePolicy",
        "when": "Environment=dev",
        "message": "orders has no dead-letter queue",
        "evidence": "RedrivePolicy is absent",
        "guide": "Dead Letter Queue Setup (lines 109-144)",
        "baselined": "no",
        "steps": "Elsewhere (sends) -> OrdersQueue (keeps) -> OrdersFn (reads)",
    }


def test_everything_is_a_row() -> None:
    table = rows(samples.typical())

    assert [row["outcome"] for row in table] == ["violation"] * 5 + ["undetermined"] + ["gap"] * 2
    assert [row["suppression"] for row in table].count("loss is fine here") == 1
    assert [row["baselined"] for row in table].count("yes") == 2


def test_gaps_name_the_missing_permission() -> None:
    (row,) = rows(samples.report(gaps=(Gap("a queue", "denied", "sqs:GetQueueAttributes"),)))

    assert row["message"] == "a queue: denied (missing permission sqs:GetQueueAttributes)"


def test_lines_end_as_the_standard_says() -> None:
    text = CsvReporter().render(samples.hostile())

    assert text.endswith("\r\n")
    assert text.count("\n") == text.count("\r\n") == len(rows(samples.hostile())) + 1


@pytest.mark.parametrize("formula", FORMULAS)
def test_formulas_are_text(formula: str) -> None:
    made = samples.finding(samples.without_dlq, formula, formula, suppression=formula, when=formula)
    (row,) = rows(samples.report(made))

    for column in ("resource", "message", "suppression", "when"):
        assert row[column].startswith("'")


@pytest.mark.parametrize("separator", [";", ",", "\t"])
def test_no_separator_starts_a_cell_inside_a_field(separator: str) -> None:
    made = samples.finding(samples.without_dlq, "Queue", f'x"{separator}=1+1')
    text = CsvReporter().render(samples.report(made))
    (row,) = csv.DictReader(io.StringIO(text.replace('","', f'"{separator}"')), delimiter=separator)

    assert list(row) == list(COLUMNS)
    assert row["message"].startswith('x"')


def test_hostile_text_stays_in_its_field() -> None:
    table = rows(samples.hostile())

    assert len(table) == 5 * len(samples.HOSTILE)
    assert {len(row) for row in table} == {len(COLUMNS)}
    assert all(value.isprintable() for row in table for value in row.values())
