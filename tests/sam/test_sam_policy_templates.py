"""The facts about policy templates are those of AWS's own translator."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import samtranslator.policy_template_processor

from auditor.collectors.template.sam.policies import policy_document
from auditor.collectors.template.sam.policy_templates import TEMPLATES

_FILE = Path(samtranslator.policy_template_processor.__file__).parents[1] / "policy_templates_data"
ORACLE: dict[str, Any] = json.loads((_FILE / "policy_templates.json").read_text())["Templates"]


@pytest.mark.parametrize("name", sorted(TEMPLATES))
def test_policy_template(name: str) -> None:
    parameters = {parameter: f"<{parameter}>" for parameter in ORACLE[name].get("Parameters", {})}
    document = policy_document(name, parameters)
    assert document == {"Statement": _statements(ORACLE[name]["Definition"]["Statement"])}


def _statements(statements: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {
            "Effect": statement["Effect"],
            "Action": _list(statement["Action"]),
            "Resource": [_text(resource) for resource in _list(statement["Resource"])],
        }
        for statement in statements
    ]


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _text(resource: Any) -> str:
    if isinstance(resource, str):
        return resource
    arguments = resource["Fn::Sub"]
    if isinstance(arguments, str):
        return arguments
    text, names = arguments
    return re.sub(r"\$\{(\w+)\}", lambda match: f"<{names[match[1]]['Ref']}>", text)
