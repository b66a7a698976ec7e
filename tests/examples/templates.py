"""The examples as plain values that can be changed, and what msgaudit finds in them."""

from __future__ import annotations

import json
from collections.abc import Collection
from pathlib import Path
from typing import Any

import yaml

from auditor.collectors.template.collect import TemplateCollector
from auditor.engine import judge
from auditor.findings import Finding
from auditor.loading import load_rules

FOLDER = Path(__file__).parents[2] / "examples"
EXAMPLES = sorted(FOLDER.glob("*.yaml"))
RULES = [rule for rule in load_rules() if not rule.pedantic]
Template = dict[str, Any]


class _Loader(yaml.SafeLoader):
    """Reads the short forms of CloudFormation's functions as the long ones."""


def _function(loader: _Loader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    value: Any
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        raise TypeError(node)
    if suffix == "GetAtt":
        value = value.split(".")
    return {suffix if suffix == "Ref" else f"Fn::{suffix}": value}


_Loader.add_multi_constructor("!", _function)


def load(path: Path) -> Template:
    """A template with the long forms of functions."""
    template: Template = yaml.load(path.read_text(), _Loader)  # a safe loader
    return template


def findings(template: Template, folder: Path, rules: Collection[str] = ()) -> list[Finding]:
    """What some rules find, or all that are on by default, undetermined results too."""
    path = folder / "template.json"
    path.write_text(json.dumps(template))
    (unit,) = TemplateCollector([str(path)]).collect()
    return judge(unit, [it for it in RULES if not rules or it.id in rules]).findings
