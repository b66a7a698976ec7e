"""Laws that evaluation and scenarios keep for whatever templates they are given."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.inventory import Reading, Unit
from tests.template.reading import resources, units

ROOT = Path(__file__).parents[2]
TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=12)
PLAIN = TEXT.filter(lambda text: "${" not in text and "{{resolve:" not in text)
NAMES = ("A", "B", "C")
VALUES = ("x", "y", "z")
few = settings(max_examples=40, deadline=None)


def collected(text: str, suffix: str = "json") -> Unit:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, f"template.{suffix}")
        path.write_text(text, encoding="utf-8")
        (only,) = units(path)
        return only


def evaluated(expression: object) -> object:
    template = {"Resources": {"Q": {"Type": "AWS::SQS::Queue", "Properties": {"V": expression}}}}
    (reading,) = collected(json.dumps(template)).readings
    return resources(reading)["Q"].properties["V"]


@few
@given(st.lists(PLAIN.filter(lambda text: "," not in text), min_size=1, max_size=5))
def test_split_undoes_join(parts: list[str]) -> None:
    joined = {"Fn::Join": [",", parts]}
    assert evaluated({"Fn::Split": [",", joined]}) == parts


@few
@given(st.text("a-,;: ", min_size=1, max_size=12))
def test_join_undoes_split(text: str) -> None:
    assert evaluated({"Fn::Join": [",", {"Fn::Split": [",", text]}]}) == text


@few
@given(PLAIN)
def test_sub_without_symbols_changes_nothing(text: str) -> None:
    assert evaluated({"Fn::Sub": text}) == text


@few
@given(PLAIN)
def test_json_text_is_read_as_written(text: str) -> None:
    assert evaluated([text, {"k": text}]) == [text, {"k": text}]


Expression = Any
expressions: st.SearchStrategy[Expression] = st.recursive(
    st.sampled_from(["a", "b-c", 1, True])
    | st.sampled_from([{"Ref": "Q"}, {"Ref": "P"}, {"Ref": "AWS::Region"}]).map(dict)
    | st.just({"Fn::GetAtt": ["Q", "Arn"]}),
    lambda inner: st.one_of(
        st.tuples(st.sampled_from(["", "-"]), st.lists(inner, min_size=1, max_size=3)).map(
            lambda pair: {"Fn::Join": list(pair)}
        ),
        st.tuples(st.integers(0, 1), st.lists(inner, min_size=2, max_size=2)).map(
            lambda pair: {"Fn::Select": list(pair)}
        ),
        inner.map(lambda item: {"Fn::Sub": ["${v}/${P}", {"v": item}]}),
        st.tuples(inner, inner).map(lambda pair: {"Fn::If": ["Yes", *pair]}),
        st.dictionaries(st.sampled_from(["k", "l", "m"]), inner, min_size=2, max_size=3),
        st.lists(inner, max_size=3),
    ),
    max_leaves=8,
)


def short(value: Expression) -> str:
    """An expression as YAML in flow style, with short forms where YAML can write them."""
    if isinstance(value, list):
        return f"[{', '.join(map(short, value))}]"
    if not isinstance(value, dict):
        return json.dumps(value)
    (name, argument), *rest = value.items()
    if not rest and name == "Ref":
        return f"!Ref {argument}"
    if not rest and name == "Fn::GetAtt":
        return f"!GetAtt {'.'.join(argument)}"
    if not rest and name.startswith("Fn::"):
        return f"!{name.removeprefix('Fn::')} {short(argument)}"
    return f"{{{', '.join(f'{key}: {short(item)}' for key, item in value.items())}}}"


def template(expression: Expression) -> dict[str, object]:
    return {
        "Parameters": {"P": {"Type": "String", "Default": "given"}},
        "Conditions": {"Yes": {"Fn::Equals": ["1", "1"]}},
        "Resources": {"Q": {"Type": "AWS::SQS::Queue", "Properties": {"V": expression}}},
    }


def probe(unit: Unit) -> object:
    (reading,) = unit.readings
    return resources(reading)["Q"].properties.get("V")


@few
@given(expressions)
def test_short_forms_mean_the_same_as_long_ones(expression: Expression) -> None:
    long = collected(json.dumps(template(expression)))
    yaml = f"""
Parameters: {{P: {{Type: String, Default: given}}}}
Conditions: {{Yes: !Equals ['1', '1']}}
Resources: {{Q: {{Type: AWS::SQS::Queue, Properties: {{V: {short(expression)}}}}}}}
"""
    assert probe(collected(yaml, "yaml")) == probe(long)


def reordered(value: Expression) -> Expression:
    if isinstance(value, dict):
        return {name: reordered(value[name]) for name in reversed(value)}
    return [reordered(item) for item in value] if isinstance(value, list) else value


@few
@given(expressions)
def test_the_order_of_keys_means_nothing(expression: Expression) -> None:
    original = template(expression)
    assert probe(collected(json.dumps(reordered(original)))) == probe(
        collected(json.dumps(original))
    )


leaf = st.tuples(st.sampled_from(NAMES), st.sampled_from(VALUES)).map(
    lambda pair: {"Fn::Equals": [{"Ref": pair[0]}, pair[1]]}
)
logic: st.SearchStrategy[Expression] = st.recursive(
    leaf,
    lambda inner: st.one_of(
        st.lists(inner, min_size=2, max_size=3).map(lambda items: {"Fn::And": items}),
        st.lists(inner, min_size=2, max_size=3).map(lambda items: {"Fn::Or": items}),
        inner.map(lambda item: {"Fn::Not": [item]}),
    ),
    max_leaves=6,
)


def oracle(condition: Expression, assignment: Mapping[str, str]) -> bool:
    ((name, operands),) = condition.items()
    if name == "Fn::Equals":
        return assignment[operands[0]["Ref"]] == cast(str, operands[1])
    truths = [oracle(operand, assignment) for operand in operands]
    return {"Fn::And": all(truths), "Fn::Or": any(truths), "Fn::Not": not truths[0]}[name]


def conditional(conditions: list[Expression], declared: Mapping[str, object]) -> str:
    named = {f"C{number}": item for number, item in enumerate(conditions)}
    return json.dumps(
        {
            "Parameters": {name: {"Type": "String", **declared} for name in NAMES},
            "Conditions": named,
            "Resources": {
                "Q": {
                    "Type": "AWS::SQS::Queue",
                    "Properties": {
                        "V": [{"Fn::If": [name, True, False]} for name in named],
                        "P": {name: {"Ref": name} for name in NAMES},
                    },
                }
            },
        }
    )


def truths(reading: Reading) -> tuple[bool, ...]:
    return tuple(resources(reading)["Q"].properties["V"])


@few
@given(st.lists(logic, min_size=1, max_size=3))
def test_readings_are_the_truths_that_some_assignment_gives(conditions: list[Expression]) -> None:
    read = collected(conditional(conditions, {"AllowedValues": VALUES}))
    wanted = {
        tuple(oracle(item, dict(zip(NAMES, values, strict=True))) for item in conditions)
        for values in itertools.product(VALUES, repeat=len(NAMES))
    }
    found = [truths(reading) for reading in read.readings]
    assert len(found) == len(set(found)) <= 64
    assert set(found) == wanted


@few
@given(st.lists(logic, min_size=1, max_size=3))
def test_any_other_value_is_one_more_value(conditions: list[Expression]) -> None:
    read = collected(conditional(conditions, {}))
    wanted = {
        tuple(oracle(item, dict(zip(NAMES, values, strict=True))) for item in conditions)
        for values in itertools.product((*VALUES, "other"), repeat=len(NAMES))
    }
    assert {truths(reading) for reading in read.readings} == wanted


@few
@given(st.lists(logic, min_size=1, max_size=2))
def test_a_reading_agrees_with_the_parameters_it_shows(conditions: list[Expression]) -> None:
    read = collected(conditional(conditions, {"AllowedValues": VALUES, "Default": "y"}))
    for reading in read.readings:
        shown = resources(reading)["Q"].properties["P"]
        assert truths(reading) == tuple(oracle(item, shown) for item in conditions)


@few
@given(st.lists(logic, min_size=1, max_size=3))
def test_labels_tell_readings_apart(conditions: list[Expression]) -> None:
    read = collected(conditional(conditions, {"AllowedValues": VALUES}))
    labels = [reading.label for reading in read.readings]
    assert len(set(labels)) == len(labels)
    assert (None in labels) == (len(labels) == 1)


def test_readings_do_not_depend_on_the_hash_seed(tmp_path: Path) -> None:
    conditions = [
        {"Fn::Or": [{"Fn::Equals": [{"Ref": name}, value]} for name in NAMES]} for value in VALUES
    ]
    (tmp_path / "t.json").write_text(conditional(conditions, {"AllowedValues": VALUES}))
    program = (
        "from auditor.collectors.template.collect import TemplateCollector\n"
        f"for unit in TemplateCollector([{str(tmp_path)!r}]).collect():\n"
        "    print([(r.label, [dict(x.properties) for x in r.resources]) for r in unit.readings])"
    )

    def output(seed: str) -> str:
        done = subprocess.run(
            [sys.executable, "-c", program],
            cwd=ROOT,
            env=os.environ | {"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout

    assert output("1") == output("2") == output("3")
    assert "C0=true" in output("1")
