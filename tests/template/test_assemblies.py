"""The CDK's assemblies, folders and standard input."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest

from auditor.collectors.template.collect import TemplateCollector
from tests.template.reading import reasons, resources, units, write

QUEUE = "Resources:\n  Queue: {Type: AWS::SQS::Queue}\n"


def assembly(folder: Path) -> None:
    """What `cdk synth` writes: a stack with a nested one, and one stack in a stage."""
    nested = {"Resources": {"Inner": {"Type": "AWS::SQS::Queue"}}}
    stack = {
        "Resources": {
            "OrdersABC": {
                "Type": "AWS::SQS::Queue",
                "Metadata": {"aws:cdk:path": "Shop/Orders/Resource"},
            },
            "NestedStack": {
                "Type": "AWS::CloudFormation::Stack",
                "Properties": {"TemplateURL": {"Fn::Sub": "https://s3.${AWS::URLSuffix}/b/c.json"}},
                "Metadata": {"aws:asset:path": "Shop.nested.template.json"},
            },
        }
    }
    manifest = {
        "version": "36.0.0",
        "artifacts": {
            "Shop.assets": {"type": "cdk:asset-manifest", "properties": {"file": "a.json"}},
            "Shop": {
                "type": "aws:cloudformation:stack",
                "properties": {"templateFile": "Shop.template.json"},
            },
            "assembly-Prod": {
                "type": "cdk:cloud-assembly",
                "properties": {"directoryName": "assembly-Prod"},
            },
            "Tree": {"type": "cdk:tree", "properties": {"file": "tree.json"}},
        },
    }
    stage = {
        "artifacts": {
            "ProdShop": {
                "type": "aws:cloudformation:stack",
                "properties": {"templateFile": "ProdShop.template.json"},
            },
            "loop": {"type": "cdk:cloud-assembly", "properties": {"directoryName": "."}},
        }
    }
    write(
        folder,
        {
            "manifest.json": json.dumps(manifest),
            "Shop.template.json": json.dumps(stack),
            "Shop.nested.template.json": json.dumps(nested),
            "Left.template.json": json.dumps(nested),
            "assembly-Prod/manifest.json": json.dumps(stage),
            "assembly-Prod/ProdShop.template.json": json.dumps(nested),
        },
    )


def test_cloud_assembly(tmp_path: Path) -> None:
    assembly(tmp_path / "cdk.out")
    read = units(tmp_path)
    found = {Path(unit.path).name: resources(unit.readings[0]) for unit in read}
    assert {name: set(ids) for name, ids in found.items()} == {
        "Shop.template.json": {"OrdersABC", "NestedStack/Inner"},
        "ProdShop.template.json": {"Inner"},
    }
    assert found["Shop.template.json"]["OrdersABC"].construct == "Shop/Orders/Resource"
    assert [reasons(unit) for unit in read] == ["", ""]


def test_another_manifest_is_no_assembly(tmp_path: Path) -> None:
    write(tmp_path, {"manifest.json": '{"name": "app"}', "a.yaml": QUEUE})
    assert [Path(unit.path).name for unit in units(tmp_path)] == ["a.yaml"]


def test_templates_are_found_by_content(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "b/service.yml": QUEUE,
            "a/odd.template": QUEUE,
            "a/plain.json": json.dumps({"Resources": {"Q": {"Type": "AWS::SQS::Queue"}}}),
            "a/notes.txt": QUEUE,
            "a/values.yaml": "Resources: {limits: {cpu: 1}} # AWS::SQS::Queue",
            ".aws-sam/built.yaml": QUEUE,
            "node_modules/x/t.yaml": QUEUE,
            "deep/er/node_modules/t.yaml": QUEUE,
        },
    )
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / "c.yaml").symlink_to(tmp_path / "b" / "service.yml")
    read = units(tmp_path)
    found = [Path(unit.path).relative_to(tmp_path).as_posix() for unit in read]
    assert found == ["a/odd.template", "a/plain.json", "b/service.yml"]


def test_hidden_folder_is_read_when_named(tmp_path: Path) -> None:
    write(tmp_path, {".aws-sam/built.yaml": QUEUE})
    assert len(units(tmp_path / ".aws-sam")) == 1


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    text = io.TextIOWrapper(io.BytesIO(QUEUE.encode()))
    monkeypatch.setattr(sys, "stdin", text)
    read = next(iter(TemplateCollector(["-"]).collect()))
    assert read.path == "<stdin>"
    place = resources(read.readings[0])["Queue"].locate(())
    assert place is not None
    assert (place.path, place.line) == ("<stdin>", 2)
