"""Positions inside of definitions that are written as a block of JSON text."""

from __future__ import annotations

from pathlib import Path

import pytest

from auditor.values import PropertyPath
from tests.template.reading import resources, span, unit

BLOCK = """{
          "StartAt": "Pay",
          "States": {
            "Pay": {"Type": "Task", "Resource": "${Function}",
                    "Retry": [{"ErrorEquals": ["A"]}], "End": true}
          }
        }"""
TEMPLATE = """Resources:
  Flow:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      DefinitionString: {written}
"""
FORMS = {
    "plain": f"|\n        {BLOCK}",
    "Sub": f"!Sub |\n        {BLOCK}",
    "Sub with values": f"!Sub\n      - |\n        {BLOCK}\n      - {{Function: f}}",
    "long Sub": "\n        Fn::Sub: |-\n          " + BLOCK.replace("\n", "\n    "),
    "substitutions": f"|\n        {BLOCK}\n      DefinitionSubstitutions: {{Function: f}}",
}


def marked(folder: Path, written: str, *path: str | int) -> str:
    """The text that the location of a path covers."""
    text = TEMPLATE.replace("{written}", written)
    where: PropertyPath = ("DefinitionString", *path)
    (only,) = unit(folder, text).readings
    line, start, end = span(resources(only)["Flow"].locate(where))
    return text.splitlines()[line - 1][start - 1 : end - 1]


@pytest.mark.parametrize("written", FORMS.values(), ids=FORMS)
def test_part_of_a_block_is_located(tmp_path: Path, written: str) -> None:
    assert marked(tmp_path, written, "States", "Pay", "Resource") == '"Resource"'
    assert marked(tmp_path, written, "States", "Pay", "Retry") == '"Retry"'
    assert marked(tmp_path, written, "StartAt") == '"StartAt"'
    assert marked(tmp_path, written, "States", "Pay", "Retry", 0, "ErrorEquals") == '"ErrorEquals"'


@pytest.mark.parametrize("written", FORMS.values(), ids=FORMS)
def test_missing_part_is_where_its_parent_stands(tmp_path: Path, written: str) -> None:
    assert marked(tmp_path, written, "States", "Pay", "Catch", 0, "Next") == '"Pay"'
    assert marked(tmp_path, written, "TimeoutSeconds") == "DefinitionString"


@pytest.mark.parametrize(
    "written",
    [
        '\'{"StartAt": "Pay"}\'',
        "|\n        no JSON",
        "|\n        [1,",
        '>\n        {"StartAt": "Pay"}',
        "!Ref Flow",
    ],
)
def test_other_text_is_located_as_a_whole(tmp_path: Path, written: str) -> None:
    assert marked(tmp_path, written, "StartAt") == "DefinitionString"
