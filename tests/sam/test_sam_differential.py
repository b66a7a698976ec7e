"""Reading SAM gives the same graph as AWS's own translator, over templates in `templates/`.

What the translator makes is read as a plain template through the same collector. Compared are the
resources of modelled types, with their logical ids, and all edges.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator
from samtranslator.yaml_helper import yaml_parse

from auditor.collectors.template.collect import TemplateCollector
from auditor.graph import Edge
from auditor.index import External, Index, Node
from auditor.inventory import Reading
from auditor.linking.links import LINKERS
from auditor.resources import typed
from auditor.resources.base import Resource
from auditor.values import Unknown

TEMPLATES = sorted((Path(__file__).parent / "templates").glob("*.yaml"))
_ARTIFACTS = ("CodeUri", "ContentUri", "DefinitionUri")

# Differences that are meant, with the reason.
_NOT_COMPARED = {
    "Code": "no rule looks at it",
    "Definition": "compared by its edges",
    "DefinitionS3Location": "a definition that is no local file is Unknown to us",
    "Environment": "it may hold secrets, so that it is not read",
    "PolicyName": "the policies are compared, not their names",
    "Tags": "SAM adds a tag of its own",
    "Version": "the translator leaves it out of some documents",
}
_INTENDED = {
    ("AliasedJob", "FunctionName"): "events of an alias are events of its function",
    ("ReaderRole", "Policies"): "access to the secrets of brokers is not modelled",
}


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.stem)
def test_reads_what_the_translator_makes(
    template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    plain = translate(template, tmp_path / "plain.json")
    ours, theirs = readings(template), readings(plain)
    assert [reading.label for reading in ours] == [reading.label for reading in theirs]
    for one, other in zip(ours, theirs, strict=True):
        assert resources(one) == resources(other)
        assert edges(one) == edges(other)
        assert properties(one) == properties(other)


def translate(template: Path, target: Path) -> Path:
    """The plain template that SAM makes of one, as a file."""
    source = _packaged(yaml_parse(template.read_text()))
    defaults = {
        name: parameter["Default"]
        for name, parameter in source.get("Parameters", {}).items()
        if "Default" in parameter
    }
    plain = Translator({}, Parser()).translate(source, defaults)
    for resource in plain["Resources"].values():
        if resource["Type"] == "AWS::StepFunctions::StateMachine":
            _undo_substitutions(resource["Properties"])
    target.write_text(json.dumps(plain, default=str))
    return target


def _undo_substitutions(machine: dict[str, Any]) -> None:
    """The definition as it was: the translator moves each function in it to a substitution."""
    if "DefinitionString" in machine:
        _, lines = machine.pop("DefinitionString")["Fn::Join"]
        text = "\n".join(lines)
        for name, value in machine.pop("DefinitionSubstitutions", {}).items():
            text = text.replace(f'"${{{name}}}"', json.dumps(value, default=str))
        machine["Definition"] = json.loads(text)


def _packaged(template: dict[str, Any]) -> dict[str, Any]:
    """The template as `sam package` leaves it: local files replaced by objects in a bucket."""
    settings = [item for item in template.get("Globals", {}).values() if isinstance(item, dict)]
    resources = template["Resources"].values()
    for properties in (*settings, *(item.get("Properties") or {} for item in resources)):
        for name in _ARTIFACTS:
            if isinstance(properties.get(name), str):
                properties[name] = "s3://bucket/key"
    return template


def readings(path: Path) -> tuple[Reading, ...]:
    """What the collector reads from one template."""
    [unit] = TemplateCollector([str(path)]).collect()
    return unit.readings


def resources(reading: Reading) -> set[tuple[str, str]]:
    """Type and logical id of all resources."""
    return {(raw.type, raw.id) for raw in reading.resources}


def properties(reading: Reading) -> dict[str, dict[str, object]]:
    """Properties by logical id, written alike where several spellings mean the same."""
    return {
        raw.id: {
            name: _plain(value)
            for name, value in raw.properties.items()
            if name not in _NOT_COMPARED and (raw.id, name) not in _INTENDED and value != {}
        }
        for raw in reading.resources
    }


def _plain(value: object) -> object:
    if isinstance(value, dict):
        items = {name: _plain(item) for name, item in sorted(value.items())}
        return {name: item for name, item in items.items() if name not in _NOT_COMPARED}
    if isinstance(value, list):
        items_ = [_plain(item) for item in value]
        return items_[0] if len(items_) == 1 else sorted(items_, key=str)
    if isinstance(value, Unknown):
        return f"unknown: {value.text}"
    # The translator writes the partition of the region that it runs in, and `sns:publish`.
    text = str(value).replace("${AWS::Partition}", "aws").replace("sns:publish", "sns:Publish")
    return text.lower() if text in ("True", "False") else text


def edges(reading: Reading) -> set[tuple[str, str, str, str, str]]:
    """Kind, ends, declaring resource and detail of all edges."""
    return {
        (edge.kind.name, _end(edge.source), _end(edge.target), edge.via.id, edge.detail)
        for edge in _edges(reading)
    }


def _edges(reading: Reading) -> Iterator[Edge]:
    nodes = [node for raw in reading.resources if (node := typed(raw))]
    index = Index(nodes)
    for node in nodes:
        if linker := LINKERS.get(type(node)):
            yield from linker.links(node, index)


def _end(node: Node) -> str:
    if isinstance(node, Resource):
        return node.id
    if isinstance(node, External):
        return "Aliased" if node.reference == "${AliasedAliaslive}" else str(_plain(node.reference))
    return f"unknown: {node.text}"
