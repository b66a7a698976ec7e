"""State machine definitions: inline, as text, in a file of their own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from auditor.graph import EdgeKind
from auditor.inventory import Reading
from auditor.linking import build_graph
from auditor.resources import Queue, RawResource, StateMachine
from auditor.values import PropertyPath, UndeterminedError, Unknown
from tests.template.reading import resources, span, unit, units

QUEUE_URL: PropertyPath = ("States", "Send", "Parameters", "QueueUrl")


def definition(queue: str) -> dict[str, object]:
    return {
        "StartAt": "Send",
        "States": {
            "Send": {
                "Type": "Task",
                "Resource": "arn:aws:states:::sqs:sendMessage",
                "Parameters": {"QueueUrl": queue},
                "End": True,
            }
        },
    }


def template(kind: str, properties: str) -> str:
    return f"""Transform: AWS::Serverless-2016-10-31
Resources:
  Queue: {{Type: AWS::SQS::Queue}}
  Machine:
    Type: {kind}
    Properties:
      {properties}
"""


def senders(reading: Reading) -> list[str]:
    graph = build_graph(reading.resources, reading.unread)
    (queue,) = graph.resources(Queue)
    return [edge.via.id for edge in graph.incoming(queue, EdgeKind.DELIVERS)]


PLAIN, SAM = "AWS::StepFunctions::StateMachine", "AWS::Serverless::StateMachine"
INLINE = json.dumps(definition("QUEUE")).replace('"QUEUE"', '{"Ref": "Queue"}')
TOKEN = json.dumps(definition("${Target}"))
SUBSTITUTIONS = "DefinitionSubstitutions: {Target: !Ref Queue}"
FORMS = {
    "inline": (PLAIN, f"Definition: {INLINE}"),
    "inline in SAM": (SAM, f"Definition: {INLINE}"),
    "text": (PLAIN, f"DefinitionString: '{TOKEN}'\n      {SUBSTITUTIONS}"),
    "text through Sub": (
        PLAIN,
        f"DefinitionString: !Sub |\n        {json.dumps(definition('${Queue}'))}",
    ),
    "inline with substitutions": (PLAIN, f"Definition: {TOKEN}\n      {SUBSTITUTIONS}"),
    "inline in SAM with substitutions": (SAM, f"Definition: {TOKEN}\n      {SUBSTITUTIONS}"),
    "json file": (SAM, f"DefinitionUri: machine.json\n      {SUBSTITUTIONS}"),
    "yaml file": (SAM, f"DefinitionUri: ./machine.yaml\n      {SUBSTITUTIONS}"),
}
FILE = """StartAt: Send
States:
  Send:
    Type: Task
    Resource: arn:aws:states:::sqs:sendMessage
    Parameters:
      QueueUrl: ${Target}
    End: true
"""


@pytest.mark.parametrize("form", FORMS)
def test_task_is_an_edge(tmp_path: Path, form: str) -> None:
    (tmp_path / "machine.json").write_text(json.dumps(definition("${Target}")))
    (tmp_path / "machine.yaml").write_text(FILE)
    (reading,) = unit(tmp_path, template(*FORMS[form])).readings
    assert senders(reading) == ["Machine"]


def machine(folder: Path, properties: str) -> RawResource:
    return resources(unit(folder, template(SAM, properties)).readings[0])["Machine"]


def test_what_stands_in_the_file_is_located_in_the_file(tmp_path: Path) -> None:
    (tmp_path / "workflows").mkdir()
    file = tmp_path / "workflows" / "machine.yaml"
    file.write_text(FILE)
    found = machine(tmp_path, f"DefinitionUri: workflows/machine.yaml\n      {SUBSTITUTIONS}")
    place = found.locate(("Definition", *QUEUE_URL))
    assert place is not None
    assert (place.path, place.line, place.column) == (file.as_posix(), 7, 7)
    assert place.excerpt == "      QueueUrl: ${Target}"
    missing = found.locate(("Definition", "States", "Send", "Catch"))
    assert missing is not None
    assert (missing.path, missing.line) == (file.as_posix(), 3)


def test_the_file_as_a_whole_is_located_at_its_reference(tmp_path: Path) -> None:
    (tmp_path / "machine.yaml").write_text(FILE)
    place = machine(tmp_path, "DefinitionUri: machine.yaml").locate(("Definition",))
    assert place is not None
    assert place.path == (tmp_path / "template.yaml").as_posix()
    assert span(place) == (7, 7, 20)


def test_inline_definition_is_located_in_the_template(tmp_path: Path) -> None:
    found = machine(tmp_path, f"Definition:\n        {FILE.replace(chr(10), chr(10) + ' ' * 8)}")
    assert span(found.locate(("Definition", *QUEUE_URL))) == (14, 15, 23)


@pytest.mark.parametrize(
    ("uri", "reason"),
    [
        ("missing.json", "the definition missing.json was not found beside the template"),
        ("s3://bucket/key", "the definition s3://bucket/key was not found beside the template"),
        ("{Bucket: b, Key: k}", "the definition is not a local file"),
        ("!Ref Given", "the definition is not a local file"),
        ("broken.json", "the definition broken.json could not be read"),
    ],
)
def test_definition_that_cannot_be_read_is_unknown(tmp_path: Path, uri: str, reason: str) -> None:
    (tmp_path / "broken.json").write_text("{")
    found = unit(tmp_path, template(SAM, f"DefinitionUri: {uri}"))
    (reading,) = found.readings
    value = resources(reading)["Machine"].properties["Definition"]
    assert isinstance(value, Unknown)
    assert reason in value.reason
    with pytest.raises(UndeterminedError, match="refers to could not be read"):
        senders(reading)


def test_definition_files_are_no_templates(tmp_path: Path) -> None:
    (tmp_path / "machine.yaml").write_text(FILE)
    (tmp_path / "template.yaml").write_text(template(SAM, "DefinitionUri: machine.yaml"))
    (only,) = units(tmp_path)
    (found,) = (StateMachine(item) for item in only.readings[0].resources if item.id == "Machine")
    assert found.definition is not None
    assert found.definition["StartAt"] == "Send"
