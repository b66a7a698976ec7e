"""Every intrinsic function, in short and long form, known and not known."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from auditor.values import Unknown
from tests.template.reading import reading, resources, unit, value

ARN = "arn:${AWS::Partition}:sqs:${AWS::Region}:${AWS::AccountId}:orders"
URL = "https://sqs.${AWS::Region}.${AWS::URLSuffix}/${AWS::AccountId}/orders"
TOPIC = "arn:${AWS::Partition}:sns:${AWS::Region}:${AWS::AccountId}:${Topic}"
SECTIONS = """
Parameters:
  Stage: {Type: String, Default: dev}
  Names: {Type: CommaDelimitedList, Default: "one, two,three"}
  Count: {Type: Number, Default: 7}
  Given: {Type: String}
  Secret: {Type: String, NoEcho: true, Default: hunter2}
  Stored: {Type: 'AWS::SSM::Parameter::Value<String>', Default: /path}
Conditions:
  Production: !Equals [prod, dev]
Mappings:
  Limits: {dev: {size: 3, zones: [a, b]}, prod: {size: 9}}
"""

KNOWN: list[tuple[str, Any]] = [
    ("!Ref Queue", URL),
    ("{Ref: Queue}", URL),
    ("!Ref Topic", TOPIC),
    ("!Ref Stage", "dev"),
    ("!Ref Count", 7),
    ("!Ref Names", ["one", "two", "three"]),
    ("!Ref AWS::Region", "${AWS::Region}"),
    ("!GetAtt Queue.Arn", ARN),
    ("!GetAtt [Queue, Arn]", ARN),
    ("{'Fn::GetAtt': [Queue, Arn]}", ARN),
    ("{'Fn::GetAtt': Queue.Arn}", ARN),
    ('{"Fn::GetAtt": ["Queue", "QueueName"]}', "orders"),
    ("!GetAtt Probe.Nested.Attribute", "${Probe.Nested.Attribute}"),
    ("!Sub plain", "plain"),
    ("!Sub '${Stage}-${Queue.Arn}'", f"dev-{ARN}"),
    ("!Sub '${Stage}/${!Literal}'", "dev/${Literal}"),
    ("!Sub ['${a}-${Stage}', {a: !Ref Count}]", "7-dev"),
    ("{'Fn::Sub': ['${a}', {a: {Ref: Stage}}]}", "dev"),
    ("!Sub '${ Stage }'", "dev"),
    ("!Sub ['${Stage}', {Stage: shadowed}]", "shadowed"),
    ("!Join ['-', [a, !Ref Stage, 1, true]]", "a-dev-1-true"),
    ("{'Fn::Join': ['', [a, {Ref: Queue}]]}", f"a{URL}"),
    ("!Join [',', !Ref Names]", "one,two,three"),
    ("!Select [1, [a, b]]", "b"),
    ("!Select ['2', !Ref Names]", "three"),
    ("!Select [1, !Split [',', 'a,b']]", "b"),
    ("!Split ['/', 'a/b//c']", ["a", "b", "", "c"]),
    ("!Select [5, !Split [':', !GetAtt Queue.Arn]]", "orders"),
    ("!FindInMap [Limits, !Ref Stage, size]", 3),
    ("!FindInMap [Limits, dev, zones]", ["a", "b"]),
    ("!FindInMap [Limits, test, size, {DefaultValue: 1}]", 1),
    ("!If [Production, a, b]", "b"),
    ("{'Fn::If': [Production, a, {Ref: Stage}]}", "dev"),
    ("!Base64 hello", "aGVsbG8="),
    ("!Cidr ['10.0.0.0/16', 2, 8]", ["10.0.0.0/24", "10.0.1.0/24"]),
    ("!Length [a, b]", 2),
    ("{'Fn::Length': !Ref Names}", 3),
    ("!ToJsonString {a: [1, true, null], b: !Ref Stage}", '{"a":[1,true,null],"b":"dev"}'),
    ("[a, !Ref AWS::NoValue, b]", ["a", "b"]),
    ("{a: !Ref AWS::NoValue, b: 1}", {"b": 1}),
    ("{'Fn::ForEach::L': [X, [a, b], {'k${X}': !Ref X}]}", {"ka": "a", "kb": "b"}),
    ("{'Fn::ForEach::L': [X, [a.b], {'k&{X}': !Sub '${X}'}]}", {"kab": "a.b"}),
    ("{'Fn::ForEach::L': [X, [1, 2], {'k${X}': !Ref X}]}", {"k1": 1, "k2": 2}),
    ("{'Fn::ForEach::L': [X, !Ref Names, {'${X}': 1}], z: 2}",
     {"one": 1, "two": 1, "three": 1, "z": 2}),
    ("{'Fn::ForEach::L': [X, [a, b], {'Fn::ForEach::M': [Y, [c], {'${X}${Y}': 1}]}]}",
     {"ac": 1, "bc": 1}),
]  # fmt: skip


@pytest.mark.parametrize(("expression", "expected"), KNOWN, ids=lambda item: str(item)[:60])
def test_value(tmp_path: Path, expression: str, expected: object) -> None:
    assert value(tmp_path, expression, SECTIONS) == expected


NOT_KNOWN = [
    ("!Ref Given", "the parameter Given has no value"),
    ("!Ref Secret", "the parameter Secret is a secret"),
    ("!Ref Stored", "the parameter Stored is read from the Systems Manager"),
    ("!Ref Nowhere", "Nowhere is not defined in the template"),
    ("!GetAtt Nowhere.Arn", "Nowhere is not defined in the template"),
    ("!Sub '${Nowhere}'", "Nowhere is not defined in the template"),
    ("!Sub '${Given}-orders'", "the parameter Given has no value"),
    ("!Join ['-', [a, !Ref Given]]", "the parameter Given has no value"),
    ("!Join ['-', !Split [',', !Ref Given]]", "the parameter Given has no value"),
    ("!Select [0, !GetAZs '']", "Fn::GetAZs depends on the account"),
    ("!Select [4, [a, b]]", "Fn::Select takes element 4 of a list of 2"),
    ("!FindInMap [Limits, test, size]", "Fn::FindInMap finds no such entry"),
    ("!FindInMap [Limits, !Ref Given, size]", "the parameter Given has no value"),
    ("!FindInMap [Limits, !Ref AWS::Region, size]", "looks up ${AWS::Region}, which is known only"),
    ("!If [Missing, a, b]", "the condition Missing is not defined"),
    ("!ImportValue shared-queue", "shared-queue is exported by a stack that was not read"),
    ("!Base64 {Ref: Queue}", "Fn::Base64 of a value that is known only when deployed"),
    ("!Cidr [!Ref Given, 2]", "Fn::Cidr of a value that is not known"),
    ("!Length {Ref: Given}", "the parameter Given has no value"),
    ("!Transform {Name: Macro}", "Fn::Transform is evaluated only when deployed"),
    ("'{{resolve:ssm:/path}}'", "a dynamic reference is resolved only when deployed"),
    ("!And [a]", "a condition function stands outside of Conditions"),
    ("!Custom a", "the tag !Custom is unknown"),
    ("!Join a", "Fn::Join is not written as CloudFormation expects it"),
    ("!Select [a]", "Fn::Select is not written as CloudFormation expects it"),
    ("!Sub {a: b}", "Fn::Sub is not written as CloudFormation expects it"),
    ("!Split ['', a]", "Fn::Split is not written as CloudFormation expects it"),
    ("!GetAtt [1, [2]]", "Fn::GetAtt is not written as CloudFormation expects it"),
]


@pytest.mark.parametrize(("expression", "reason"), NOT_KNOWN, ids=lambda item: item[:60])
def test_reason_why_a_value_is_not_known(tmp_path: Path, expression: str, reason: str) -> None:
    found = value(tmp_path, expression, SECTIONS)
    assert isinstance(found, Unknown)
    assert reason in found.reason


def test_unknown_text_keeps_what_is_known_of_it(tmp_path: Path) -> None:
    assert value(tmp_path, "!Sub '${Given}-orders'", SECTIONS).text == "${Given}-orders"


def test_a_secret_is_never_read(tmp_path: Path) -> None:
    found = value(tmp_path, "!Sub 'https://${Secret}@host'", SECTIONS, Secret="swordfish")
    assert "hunter2" not in repr(found)
    assert "swordfish" not in repr(found)


def test_malformed_loop_leaves_its_mapping_unread(tmp_path: Path) -> None:
    found = value(tmp_path, "{'Fn::ForEach::L': [X], a: 1}")
    assert found == {"a": 1}
    assert "Fn::ForEach::L" in found.unread.reason


def test_loop_over_an_unknown_collection_has_one_unknown_turn(tmp_path: Path) -> None:
    found = value(tmp_path, "{'Fn::ForEach::L': [X, !Ref Given, {k: !Ref X}]}", SECTIONS)
    assert "the collection of Fn::ForEach is not known" in found["k"].reason


def test_loop_makes_resources(tmp_path: Path) -> None:
    template = """
Transform: AWS::LanguageExtensions
Resources:
  Fn::ForEach::Queues:
    - Name
    - [Orders, Bills]
    - Fn::ForEach::Kinds:
        - Kind
        - [High, Low]
        - ${Name}${Kind}:
            Type: AWS::SQS::Queue
            Properties: {QueueName: !Sub '${Name}-${Kind}'}
  Reader: {Type: AWS::SQS::Queue, Properties: {Value: !GetAtt OrdersLow.Arn}}
"""
    found = resources(reading(tmp_path, template))
    assert set(found) == {"OrdersHigh", "OrdersLow", "BillsHigh", "BillsLow", "Reader"}
    assert found["BillsLow"].name == "Bills-Low"
    assert found["Reader"].properties["Value"] == found["OrdersLow"].arn


def test_loop_makes_conditions_and_outputs(tmp_path: Path) -> None:
    (tmp_path / "child.yaml").write_text("""
Transform: AWS::LanguageExtensions
Conditions:
  Fn::ForEach::Stages:
    - Name
    - [dev, prod]
    - Is${Name}: !Equals [!Ref Name, dev]
Resources:
  Dev: {Type: AWS::SQS::Queue, Condition: Isdev}
  Prod: {Type: AWS::SQS::Queue, Condition: Isprod}
Outputs:
  Fn::ForEach::Out:
    - Name
    - [Dev]
    - ${Name}Arn: {Value: !GetAtt [!Ref Name, Arn]}
""")
    found = resources(
        reading(
            tmp_path,
            """
Resources:
  Child: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: child.yaml}}
  Queue: {Type: AWS::SQS::Queue, Properties: {Value: !GetAtt Child.Outputs.DevArn}}
""",
        )
    )
    assert set(found) == {"Queue", "Child/Dev"}
    assert found["Queue"].properties["Value"] == found["Child/Dev"].arn


def test_malformed_loop_of_resources_is_a_gap(tmp_path: Path) -> None:
    read = unit(tmp_path, "Resources: {Queue: {Type: AWS::SQS::Queue}, Fn::ForEach::L: [X]}")
    assert [gap.reason for gap in read.gaps] == [
        "what Fn::ForEach::L adds to Resources is known only when deployed"
    ]


def test_transform_among_resources_is_a_gap(tmp_path: Path) -> None:
    read = unit(
        tmp_path,
        "Resources: {Queue: {Type: AWS::SQS::Queue}, Fn::Transform: {Name: AWS::Include}}",
    )
    assert "what Fn::Transform adds to Resources" in read.gaps[0].reason


def test_transform_among_properties_leaves_them_unread(tmp_path: Path) -> None:
    found = resources(
        reading(
            tmp_path,
            """
Resources:
  Queue:
    Type: AWS::SQS::Queue
    Properties: {DelaySeconds: 1, Fn::Transform: {Name: AWS::Include}}
""",
        )
    )["Queue"]
    assert found.properties == {"DelaySeconds": 1}
    assert "Fn::Transform" in found.properties.unread.reason  # type: ignore[attr-defined]


def test_macro_is_a_gap(tmp_path: Path) -> None:
    read = unit(tmp_path, "Transform: [Own]\nResources: {Queue: {Type: AWS::SQS::Queue}}")
    assert "the macro Own may change it when deployed" in read.gaps[0].reason


def test_endless_loops_end(tmp_path: Path) -> None:
    items = [f"i{number}" for number in range(50)]
    loop: object = {"${A}${B}${C}${D}${E}${F}": 1}
    for variable in "ABCDEF":
        loop = {f"Fn::ForEach::{variable}": [variable, items, loop]}
    found = value(tmp_path, str(loop))
    assert 0 < len(found) < 20_000


def test_functions_in_mappings_are_not_followed(tmp_path: Path) -> None:
    sections = "Mappings: {M: {a: {b: !FindInMap [M, a, b]}}}"
    found = value(tmp_path, "!FindInMap [M, a, b]", sections)
    assert found.reason == "the entry b of M is neither text nor a list of texts"


SCALARS = [
    ("yes", True), ("off", False), ("'yes'", "yes"), ("~", None), ("012345678901", "012345678901"),
    ("123456789012", 123456789012), ("2012-10-17", "2012-10-17"), ("1_000", 1000), ("0x1F", 31),
    ("1.5", 1.5), ("0777", "0777"), ("1:30", "1:30"), ("'5'", "5"), ("!!str 5", "5"),
    ("-5", -5), ("=", "="),
]  # fmt: skip


@pytest.mark.parametrize(("written", "expected"), SCALARS, ids=str)
def test_scalar(tmp_path: Path, written: str, expected: object) -> None:
    found = value(tmp_path, written)
    assert (type(found), found) == (type(expected), expected)


def test_python_objects_are_not_made(tmp_path: Path) -> None:
    marker = tmp_path / "made"
    value(tmp_path, f"!!python/object/apply:os.mkdir ['{marker}']")
    assert not marker.exists()
