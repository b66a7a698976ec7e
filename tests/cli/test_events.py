"""`msgaudit test-event` as a process."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.process import msgaudit

TEMPLATE = """Resources:
  Orders: {Type: AWS::SQS::Queue}
  Placed:
    Type: AWS::Events::Rule
    Properties:
      EventPattern: {source: [shop]}
      Targets: [{Id: orders, Arn: !GetAtt Orders.Arn}]
"""
PLACED = '{"source": "shop", "detail": {}}'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "template.yaml").write_text(TEMPLATE)
    (tmp_path / "placed.json").write_text(PLACED)
    (tmp_path / "other.json").write_text('{"source": "other\\u001b[31m"}')
    (tmp_path / "broken.json").write_text("{")
    (tmp_path / "nan.json").write_text('{"source": NaN}')
    (tmp_path / "list.json").write_text(f'[{PLACED}, {{"source": "other"}}]')
    (tmp_path / "texts.json").write_text('["shop"]')
    (tmp_path / "none.json").write_text("[]")
    (tmp_path / "large.json").write_text(json.dumps({"source": "shop", "detail": "x" * 2**20}))
    return tmp_path


def test_way_of_an_event_is_shown(folder: Path) -> None:
    done = msgaudit(folder, "test-event", "placed.json", "--in", "template.yaml")
    assert done.returncode == 0
    assert done.stdout.splitlines() == [
        "placed.json in template.yaml",
        "  Placed (AWS::Events::Rule) gets it",
        "    Orders (AWS::SQS::Queue) gets it",
        "  ends at: Orders",
    ]


def test_event_that_reaches_nothing_fails(folder: Path) -> None:
    done = msgaudit(folder, "test-event", "placed.json", "other.json", "--in", ".")
    assert done.returncode == 1
    assert "reaches nothing" in done.stdout


def test_each_event_of_a_list_is_followed(folder: Path) -> None:
    done = msgaudit(folder, "test-event", "list.json", "--in", "template.yaml")
    assert done.returncode == 1
    lines = done.stdout.splitlines()
    assert [line for line in lines if not line.startswith("  ")] == [
        "list.json[0] in template.yaml",
        "",
        "list.json[1] in template.yaml",
    ]
    assert lines[-1] == "  reaches nothing"


def test_way_as_json(folder: Path) -> None:
    done = msgaudit(folder, "test-event", "placed.json", "--in", "template.yaml", "-f", "json")
    (journey,) = json.loads(done.stdout)["journeys"]
    assert [step["label"] for step in journey["steps"]] == ["Placed", "Orders"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("missing.json", "--in", "."), "missing.json cannot be read"),
        (("broken.json", "--in", "."), "broken.json is not JSON"),
        (("nan.json", "--in", "."), "NaN is no number"),
        (("texts.json", "--in", "."), "texts.json[0] is not an event"),
        (("none.json", "--in", "."), "none.json is not an event"),
        (("large.json", "--in", "."), "large.json has 1,048,605 bytes"),
        (("placed.json",), "it is not clear whose rules to ask"),
        (("placed.json", "--in", ".", "--bus", "none"), "no rule listens on a bus named none"),
        (("placed.json", "--in", "nowhere"), "nowhere"),
        (("placed.json", "--in", ".", "--demo"), "it is not clear whose rules to ask"),
        (("placed.json", "--snapshot", "template.yaml"), "template.yaml"),
    ],
)
def test_bad_input_is_explained(folder: Path, arguments: tuple[str, ...], message: str) -> None:
    done = msgaudit(folder, "test-event", *arguments)
    assert done.returncode == 2
    assert message in done.stderr
