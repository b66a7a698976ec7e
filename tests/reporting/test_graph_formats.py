from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from pathlib import Path

import jsonschema
import pytest

from auditor.architecture import Architecture, Edge, Node
from auditor.graph import EdgeKind
from auditor.report import Report
from reports import reporter
from reports.picture.flows import collapsed, flows
from reports.picture.kinds import STYLES
from tests.reporting import samples

SCHEMA = Path(__file__).parents[2] / "reports" / "schema" / "graph-1.schema.json"
SVG = "{http://www.w3.org/2000/svg}"
every_report = pytest.mark.parametrize(
    "report", [samples.typical(), samples.live(), samples.hostile(), samples.hostile_account()]
)


@every_report
def test_json_keeps_to_its_schema(report: Report) -> None:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    document = json.loads(reporter("graph").render(report))

    jsonschema.validate(document, schema)
    ids = {node["id"] for node in document["nodes"]}
    assert {edge[end] for edge in document["edges"] for end in ("source", "target")} <= ids


def test_json_has_the_worst_severity_and_the_findings() -> None:
    nodes = json.loads(reporter("graph").render(samples.typical()))["nodes"]

    (queue,) = (node for node in nodes if node["id"] == "a.yaml#OrdersQueue")
    assert queue["severity"] == "high"
    assert [finding["rule"] for finding in queue["findings"]] == ["SQS030"]
    assert [node["severity"] for node in nodes].count(None) == len(nodes) - 1


@every_report
def test_svg_is_well_formed_and_asks_for_nothing(report: Report) -> None:
    picture = ET.fromstring(reporter("svg").render(report))

    assert picture.tag == f"{SVG}svg"
    assert not picture.findall(f".//{SVG}script")
    for element in picture.iter():
        assert not [name for name in element.attrib if name.startswith("on")]
        assert element.get("href", "#").startswith("#")


def test_svg_shows_nodes_in_the_words_of_a_reader() -> None:
    text = reporter("svg").render(samples.typical())

    assert "SQS queue OrdersQueue: 1 finding, worst high" in text
    assert "DeadQueue" in text
    assert "Alarm watches DeadQueue (ApproximateNumberOfMessagesVisible)" in text


def test_dot_is_what_graphviz_reads() -> None:
    lines = reporter("dot").render(samples.typical()).splitlines()

    assert lines[0] == "digraph msgaudit {"
    assert lines[-1] == "}"
    assert '  n1 -> n2 [label="dead-letters to", style=dashed];' in lines
    assert (
        '  n2 -> n3 [label="watches (ApproximateNumberOfMessagesVisible)", style=dotted, dir=back];'
        in lines
    )


@every_report
def test_hostile_names_stay_inside_their_quotes(report: Report) -> None:
    for line in reporter("dot").render(report).splitlines()[1:-1]:
        plain = line.replace("\\\\", "").replace('\\"', "")
        assert plain.count('"') % 2 == 0
        assert line.endswith(";")
    for line in reporter("mermaid").render(report).splitlines()[1:]:
        assert line.count('"') in {0, 2}
        assert "<" not in line.replace("<br>", "")


def test_mermaid_draws_dead_letters_dashed_and_marks_the_worst() -> None:
    text = reporter("mermaid").render(samples.typical())

    assert text.startswith("flowchart LR\n")
    assert 'n1["OrdersQueue<br>SQS queue<br>high, 1 finding"]:::high' in text
    assert 'n1 -.->|"dead-letters to"| n2' in text


def test_a_large_flow_is_drawn_by_service_and_stack() -> None:
    queues = tuple(Node(f"q{n}", "AWS::SQS::Queue", f"q{n}", "stack") for n in range(80))
    topic = Node("t", "AWS::SNS::Topic", "t", "stack")
    edges = tuple(Edge("delivers to", "t", queue.id, f"s{queue.id}", "sqs") for queue in queues)
    (flow,), alone = flows(Architecture((topic, *queues), edges), {})

    small = collapsed(flow)
    assert alone == []
    assert [node.label for node in small.nodes] == ["t", "80 x SQS queue"]
    assert [edge.detail for edge in small.edges] == ["80 times"]
    assert collapsed(flow, largest=100) is flow


def test_every_kind_of_edge_has_a_style_and_is_in_the_schema() -> None:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    kinds = schema["properties"]["edges"]["items"]["properties"]["kind"]["enum"]

    assert set(STYLES) == set(EdgeKind)
    assert set(kinds) == {kind.value for kind in EdgeKind}


def test_long_names_end_before_the_end_of_their_shape() -> None:
    name = "order-processing-queue-of-the-shop"
    nodes = (Node("q", "AWS::SQS::Queue", name), Node("f", "AWS::Lambda::Function", name))
    svg = reporter("svg").render(samples.report(architecture=Architecture(nodes, ())))

    assert ">order-proces\N{HORIZONTAL ELLIPSIS}shop<" in svg
    assert ">order-process\N{HORIZONTAL ELLIPSIS}shop<" in svg
