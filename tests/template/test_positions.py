"""Lines and columns of findings: 1-based, the end exclusive, to the key where there is one."""

from __future__ import annotations

from pathlib import Path

import pytest

from auditor.values import PropertyPath
from tests.template.reading import resources, span, unit, units

YAML = """\
Parameters: {Stage: {Type: String, Default: dev, AllowedValues: [dev, prod]}}
Conditions: {Production: !Equals [!Ref Stage, prod]}
Resources:
  Queue:
    Type: AWS::SQS::Queue
    Properties:
      QueueName: orders
      RedrivePolicy: !If
        - Production
        - deadLetterTargetArn: a
          maxReceiveCount: 3
        - maxReceiveCount: 1
      Tags:
        - {Key: a, Value: b}
        - Key: c
          Value: d
  Policy:
    Type: AWS::SQS::QueuePolicy
    Properties:
      Queues: [!Ref Queue, other]
      PolicyDocument:
        Statement:
          - !If [Production, {Sid: One}, !Ref AWS::NoValue]
          - Sid: Two
            Principal:
              AWS: '*'
            Action: [sqs:SendMessage, sqs:*]
"""

PLACES: list[tuple[str, PropertyPath, tuple[int, int, int]]] = [
    ("Queue", (), (4, 3, 8)),
    ("Queue", ("QueueName",), (7, 7, 16)),
    ("Queue", ("DelaySeconds",), (4, 3, 8)),
    ("Queue", ("RedrivePolicy",), (8, 7, 20)),
    ("Queue", ("RedrivePolicy", "maxReceiveCount"), (12, 11, 26)),
    ("Queue", ("RedrivePolicy", "deadLetterTargetArn"), (8, 7, 20)),
    ("Queue", ("Tags", 0), (14, 12, 15)),
    ("Queue", ("Tags", 1, "Value"), (16, 11, 16)),
    ("Queue", ("Tags", 7), (13, 7, 11)),
    ("Policy", ("Queues", 1), (20, 28, 33)),
    ("Policy", ("PolicyDocument", "Statement"), (22, 9, 18)),
    ("Policy", ("PolicyDocument", "Statement", 0), (24, 13, 16)),
    ("Policy", ("PolicyDocument", "Statement", 0, "Principal"), (25, 13, 22)),
    ("Policy", ("PolicyDocument", "Statement", 0, "Principal", "AWS"), (26, 15, 18)),
    ("Policy", ("PolicyDocument", "Statement", 0, "Action", 1), (27, 39, 44)),
    ("Policy", ("PolicyDocument", "Statement", 0, "Condition"), (24, 13, 16)),
]


@pytest.mark.parametrize(("id_", "path", "expected"), PLACES, ids=str)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_yaml(
    tmp_path: Path, newline: str, id_: str, path: PropertyPath, expected: tuple[int, int, int]
) -> None:
    file = tmp_path / "template.yaml"
    file.write_bytes(YAML.replace("\n", newline).encode())
    (read,) = units(file)
    assert span(resources(read.readings[0])[id_].locate(path)) == expected


def test_other_branch_and_unremoved_element(tmp_path: Path) -> None:
    production = unit(tmp_path, YAML).readings[1]
    found = resources(production)
    assert span(found["Queue"].locate(("RedrivePolicy", "maxReceiveCount"))) == (11, 11, 26)
    statement: PropertyPath = ("PolicyDocument", "Statement", 0, "Sid")
    assert span(found["Policy"].locate(statement)) == (23, 31, 34)


@pytest.mark.parametrize("indentation", ["\t", "  "])
def test_json(tmp_path: Path, indentation: str) -> None:
    lines = (
        "{",
        '>"Resources": {',
        '>>"Queue": {',
        '>>>"Type": "AWS::SQS::Queue",',
        '>>>"Properties": {"Größe": "ä😀", "DelaySeconds": 5,',
        '>>>>"Tags": [1, {"Key": "\\ud83d\\ude00", "Value": 2}]}',
        ">>}",
        ">}",
        "}",
    )
    file = tmp_path / "template.json"
    file.write_text("\n".join(lines).replace(">", indentation), encoding="utf-8")
    (read,) = units(file)
    queue = resources(read.readings[0])["Queue"]
    width = len(indentation)
    assert span(queue.locate(())) == (3, 2 * width + 1, 2 * width + 8)
    assert span(queue.locate(("DelaySeconds",))) == (5, 3 * width + 31, 3 * width + 45)
    assert span(queue.locate(("Tags", 0))) == (6, 4 * width + 10, 4 * width + 11)
    assert queue.properties["Tags"][1]["Key"] == "😀"


def test_byte_order_mark_and_wide_characters_do_not_move_columns(tmp_path: Path) -> None:
    file = tmp_path / "template.yaml"
    text = "Resources: {Q: {Type: AWS::SQS::Queue, Properties: {Ä: '😀é', DelaySeconds: 1}}}\n"
    file.write_text(text, encoding="utf-8-sig")
    (read,) = units(file)
    place = resources(read.readings[0])["Q"].locate(("DelaySeconds",))
    column = text.index("DelaySeconds") + 1
    assert span(place) == (1, column, column + len("DelaySeconds"))
    assert place is not None
    assert place.excerpt == text.rstrip()


def test_document_written_as_a_block_of_text_has_its_own_places(tmp_path: Path) -> None:
    found = resources(
        unit(
            tmp_path,
            """Resources:
  Policy:
    Type: AWS::SQS::QueuePolicy
    Properties:
      Queues: [a]
      PolicyDocument: !Sub |
        {"Statement": [{"Effect": "Allow", "Principal": "*", "Resource": "${AWS::Region}"}]}
""",
        ).readings[0]
    )["Policy"]
    assert span(found.locate(("PolicyDocument", "Statement", 0, "Principal"))) == (7, 44, 55)


def test_events_and_globals_of_sam(tmp_path: Path) -> None:
    found = resources(
        unit(
            tmp_path,
            """Transform: AWS::Serverless-2016-10-31
Globals:
  Function:
    Timeout: 20
Resources:
  Queue: {Type: AWS::SQS::Queue}
  Fn:
    Type: AWS::Serverless::Function
    Properties:
      Handler: a.b
      Events:
        Orders:
          Type: SQS
          Properties:
            Queue: !GetAtt Queue.Arn
            BatchSize: 5
""",
        ).readings[0]
    )
    assert span(found["Fn"].locate(("Timeout",))) == (4, 5, 12)
    assert span(found["FnOrders"].locate(("EventSourceArn",))) == (15, 13, 18)
    assert span(found["FnOrders"].locate(("BatchSize",))) == (16, 13, 22)
    assert span(found["FnOrders"].locate(("Enabled",))) == (12, 9, 15)


def test_loop_body(tmp_path: Path) -> None:
    found = resources(
        unit(
            tmp_path,
            """Transform: AWS::LanguageExtensions
Resources:
  Fn::ForEach::Queues:
    - Name
    - [A, B]
    - Queue${Name}:
        Type: AWS::SQS::Queue
        Properties: {DelaySeconds: 1}
""",
        ).readings[0]
    )
    assert span(found["QueueA"].locate(())) == span(found["QueueB"].locate(())) == (6, 7, 19)
    assert span(found["QueueB"].locate(("DelaySeconds",))) == (8, 22, 34)
