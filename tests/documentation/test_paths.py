"""Each cell of the table of ways is proved by two fixtures, of the same rule."""

from __future__ import annotations

from pathlib import Path

import pytest

from auditor.collectors.template.collect import TemplateCollector
from auditor.graph import EdgeKind
from auditor.linking import DECLARES, build_graph
from auditor.loading import BUILTIN, rules_of
from tools.docs.paths import Cell, fixture, read

ROOT = Path(__file__).parents[2]
RULES = {rule.id: rule for rule in rules_of(BUILTIN)}
CELLS = [
    pytest.param(cell, id=f"{row.edge}: {question}")
    for row in read()
    for question, cell in row.cells.items()
]

WAYS = (EdgeKind.DELIVERS, EdgeKind.CONSUMES, EdgeKind.DEAD_LETTERS, EdgeKind.NOTIFIES)
# What has no line in the table, and why.
_READERS = "readers other than functions and pipes say nothing of the role they read under"
LEFT_OUT = {
    (EdgeKind.CONSUMES, "AWS::Kinesis::Channel"): _READERS,
    (EdgeKind.CONSUMES, "AWS::Kinesis::StreamConsumer"): "a consumer is what a mapping reads from",
    (EdgeKind.CONSUMES, "AWS::KinesisAnalytics::Application"): _READERS,
    (EdgeKind.CONSUMES, "AWS::KinesisAnalyticsV2::Application"): _READERS,
    (EdgeKind.CONSUMES, "AWS::KinesisFirehose::DeliveryStream"): _READERS,
    (EdgeKind.DEAD_LETTERS, "AWS::Events::EventBus"): "AWS does not say whom to let in",
    (EdgeKind.DELIVERS, "AWS::KinesisFirehose::DeliveryStream"): "a bucket gets no messages",
    (EdgeKind.DELIVERS, "AWS::Lambda::EventInvokeConfig"): "OnSuccess is judged like OnFailure",
    (EdgeKind.DELIVERS, "AWS::SNS::Topic"): "a subscription inside of a topic is one like others",
    (EdgeKind.NOTIFIES, "AWS::SNS::PlatformApplication"): "AWS does not say whom to let in",
}


def ways(template: Path) -> set[tuple[EdgeKind, str]]:
    """The kinds of edges in a template, with the types that declare them."""
    return {
        (edge.kind, edge.via.type)
        for unit in TemplateCollector([str(template)]).collect()
        for reading in unit.readings
        for edge in build_graph(reading.resources, reading.unread).edges
    }


def test_each_way_has_a_line_or_a_reason_why_not() -> None:
    cells = [cell for row in read() for cell in row.cells.values()]
    shown = {way for it in cells for way in ways(ROOT / fixture(RULES[it.rule], it.fails))}
    there = {(kind, type_) for kind in WAYS for type_ in DECLARES[kind]}
    assert there - shown == set(LEFT_OUT)


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
