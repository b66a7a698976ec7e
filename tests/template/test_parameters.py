"""Where parameter values come from, and which of them win."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from auditor.collectors.template.parameters import from_file, given
from auditor.errors import UsageError
from auditor.values import Unknown
from tests.template.reading import resources, unit, value

WANTED = {"Stage": "prod", "Zones": "a,b", "Count": "3"}
FILES = {
    "list.json": json.dumps(
        [
            {"ParameterKey": "Stage", "ParameterValue": "prod"},
            {"ParameterKey": "Zones", "ParameterValue": "a,b"},
            {"ParameterKey": "Count", "ParameterValue": 3},
            {"ParameterKey": "Kept", "UsePreviousValue": True},
        ]
    ),
    "codepipeline.json": json.dumps({"Parameters": WANTED}),
    "plain.json": json.dumps({"Stage": "prod", "Zones": ["a", "b"], "Count": 3}),
    "string.toml": """
[default.deploy.parameters]
parameter_overrides = 'Stage="prod" Zones=a,b Count=3'
""",
    "list.toml": """
[default.deploy.parameters]
parameter_overrides = ["Stage=prod", "Zones=a,b", "Count=3"]
""",
    "table.toml": """
[default.deploy.parameters.parameter_overrides]
Stage = "prod"
Zones = ["a", "b"]
Count = 3
""",
    "global.toml": """
[default.global.parameters]
parameter_overrides = "Stage=prod Zones=a,b Count=3"
""",
}


@pytest.mark.parametrize("name", FILES)
def test_every_form_of_file_gives_the_same(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text(FILES[name])
    assert from_file(path) == WANTED


BROKEN = {
    "broken.json": ("{", "line 1 column 2"),
    "broken.toml": ("a = ", "Invalid value"),
    "number.json": ("3", "has another form"),
    "keys.json": ('[{"Key": "Stage"}]', "has another form"),
    "empty.toml": ("", "has another form"),
    "deep.json": ("[" * 100_000, "recursion"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_malformed_file_is_a_usage_error(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    content, reason = BROKEN[name]
    path.write_text(content)
    with pytest.raises(UsageError, match=reason) as caught:
        from_file(path)
    assert name in str(caught.value)
    assert "ParameterKey" in caught.value.hint


def test_missing_file_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="No such file"):
        from_file(tmp_path / "missing.json")


def test_binary_file_is_a_usage_error(tmp_path: Path) -> None:
    path = tmp_path / "binary.json"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UsageError, match="binary"):
        from_file(path)


def test_command_line_wins_over_files_and_later_files_over_earlier(tmp_path: Path) -> None:
    (tmp_path / "one.json").write_text('{"A": "1", "B": "1", "C": "1"}')
    (tmp_path / "two.json").write_text('{"B": "2", "C": "2"}')
    files = [str(tmp_path / "one.json"), str(tmp_path / "two.json")]
    assert given(["C=3=4"], files) == {"A": "1", "B": "2", "C": "3=4"}


@pytest.mark.parametrize("pair", ["Stage", "=prod", ""])
def test_pair_without_name_or_value_is_a_usage_error(pair: str) -> None:
    with pytest.raises(UsageError, match="expected NAME=VALUE"):
        given([pair], [])


@pytest.mark.parametrize(
    ("declaration", "text", "expected"),
    [
        ("{Type: Number}", "7", 7),
        ("{Type: Number}", "1.5", 1.5),
        ("{Type: Number}", "many", "many"),
        ("{Type: String}", "7", "7"),
        ("{Type: CommaDelimitedList}", "a, b", ["a", "b"]),
        ("{Type: 'List<Number>'}", "1,2", ["1", "2"]),
        ("{Type: String, Default: dev}", "prod", "prod"),
        ("{Type: String, AllowedValues: [dev, prod]}", "prod", "prod"),
        ("{}", "x", "x"),
    ],
)
def test_given_value_has_the_declared_type(
    tmp_path: Path, declaration: str, text: str, expected: object
) -> None:
    sections = f"Parameters: {{P: {declaration}}}"
    found = value(tmp_path, "!Ref P", sections, P=text)
    assert (type(found).__mro__[-2], found) == (type(expected), expected)


def test_one_allowed_value_needs_no_default(tmp_path: Path) -> None:
    sections = "Parameters: {P: {Type: String, AllowedValues: [only]}}"
    assert value(tmp_path, "!Ref P", sections) == "only"


def test_pseudo_parameter_can_be_given(tmp_path: Path) -> None:
    template = """
Conditions: {Here: !Equals [!Ref AWS::Region, eu-west-1]}
Resources: {Queue: {Type: AWS::SQS::Queue, Condition: Here}}
"""
    (only,) = unit(tmp_path, template, **{"AWS::Region": "us-east-1"}).readings
    assert resources(only) == {}
    assert only.label is None


def test_value_for_a_stored_parameter_is_used(tmp_path: Path) -> None:
    sections = "Parameters: {P: {Type: 'AWS::SSM::Parameter::Value<String>', Default: /a}}"
    found = value(tmp_path, "!Ref P", sections)
    assert isinstance(found, Unknown)
    assert found.external


@pytest.mark.parametrize("section", ["[a]", "x", "{P: x}", "{P: {Type: [1]}}", "{P: }"])
def test_malformed_parameters_section_is_no_crash(tmp_path: Path, section: str) -> None:
    found = value(tmp_path, "!Ref P", f"Parameters: {section}")
    assert isinstance(found, Unknown)
