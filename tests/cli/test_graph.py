from __future__ import annotations

import json
from pathlib import Path

import pytest

from auditor.cli.invocation import typed
from tests.cli.process import FAILING, PASSING, msgaudit


def graph(folder: Path, template: str, *options: str, status: int = 0) -> str:
    (folder / "template.yaml").write_text(template)
    done = msgaudit(folder, "graph", "template.yaml", *options)
    assert done.returncode == status, done.stderr
    return done.stdout


def test_findings_are_no_reason_to_fail(tmp_path: Path) -> None:
    assert "high" in graph(tmp_path, FAILING)


@pytest.mark.parametrize(
    ("format_", "start"), [("mermaid", "flowchart LR"), ("dot", "digraph"), ("svg", "<svg")]
)
def test_every_format(tmp_path: Path, format_: str, start: str) -> None:
    text = graph(tmp_path, PASSING, "-f", format_)
    assert text.startswith(start)
    assert "Dead" in text


def test_json_beside_it(tmp_path: Path) -> None:
    printed = graph(tmp_path, PASSING, "-f", "json", "-o", "svg=picture.svg")

    assert [node["label"] for node in json.loads(printed)["nodes"]] == ["Orders", "Dead"]
    assert "Orders" in (tmp_path / "picture.svg").read_text(encoding="utf-8")


def test_gaps_and_nothing_have_the_status_of_scan(tmp_path: Path) -> None:
    (tmp_path / "broken.yaml").write_text("Resources: {A: {Type: AWS::SQS::Queue}, B: [")
    assert msgaudit(tmp_path, "graph", ".").returncode == msgaudit(tmp_path, "scan", ".").returncode
    graph(tmp_path, "Resources: {}\n", status=3)


def test_what_makes_no_sense_is_refused(tmp_path: Path) -> None:
    assert msgaudit(tmp_path, "graph").returncode == 2
    assert msgaudit(tmp_path, "graph", ".", "--fail-on", "low").returncode == 2
    assert msgaudit(tmp_path, "graph", ".", "-f", "png").returncode == 2


def test_the_command_is_repeated_without_secrets() -> None:
    given = ["scan", "--parameter", "Key=abc", "--parameter=Other=abc", "-o", "html=r.html"]
    assert typed(given) == (
        "msgaudit scan --parameter Key=... --parameter=Other=... -o html=r.html"
    )
    assert "pw" not in typed(["scan", "--endpoint-url", "http://me:pw@localhost:5000/"])
