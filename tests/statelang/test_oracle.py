"""Structural validity, compared with cfn-lint's schema of the language (its rule E3601)."""

from __future__ import annotations

import json
import random
from typing import Any

from cfnlint.api import ManualArgs, lint

from auditor.statelang import Workflow, problems

# What cfn-lint does not look for.
BEYOND = ("leads to", "nothing leads", "another state", "ends the workflow", "must stand alone")
MACHINES = 60


def generated(random_: random.Random) -> dict[str, Any]:
    """A machine that is sound or lacks something, each with some chance."""
    names = [f"S{number}" for number in range(random_.randint(1, 4))]
    states = {name: state(random_, names) for name in names}
    return {"StartAt": random_.choice([*names, *names, "Gone"]), "States": states}


def state(random_: random.Random, names: list[str]) -> dict[str, Any]:
    kind = random_.choice(["Pass", "Task", "Wait", "Choice", "Succeed", "Fail", "Parallel", "Map"])
    body: dict[str, Any] = {"Type": kind}
    nested = {"StartAt": "N", "States": {"N": {"Type": "Pass", "End": True}}}
    if kind == "Choice":
        rule = {"Variable": "$.a", "IsPresent": True, "Next": random_.choice(names)}
        body["Choices"] = [lacking(random_, rule)]
    elif kind not in ("Succeed", "Fail"):
        body |= random_.choice([{"End": True}, {"Next": random_.choice(names)}])
    required: dict[str, dict[str, Any]] = {
        "Task": {"Resource": "arn:aws:lambda:us-east-1:111122223333:function:f"},
        "Wait": {"Seconds": 5},
        "Parallel": {"Branches": [nested]},
        "Map": {"ItemProcessor": lacking(random_, nested)},
    }
    return lacking(random_, {**body, **required.get(kind, {})})


def lacking(random_: random.Random, body: dict[str, Any]) -> dict[str, Any]:
    """The same, now and then without one of its fields."""
    if random_.random() < 0.9:
        return body
    gone = random_.choice(list(body))
    return {name: value for name, value in body.items() if name != gone}


def refused(definition: dict[str, Any]) -> bool:
    found = problems(Workflow(definition))
    return any(not any(word in each.message for word in BEYOND) for each in found)


def refused_by_cfn_lint(definitions: list[dict[str, Any]]) -> set[int]:
    role = "arn:aws:iam::111122223333:role/r"
    resources = {
        f"M{number}": {
            "Type": "AWS::StepFunctions::StateMachine",
            "Properties": {"RoleArn": role, "Definition": definition},
        }
        for number, definition in enumerate(definitions)
    }
    matches = lint(json.dumps({"Resources": resources}), config=ManualArgs(regions=["us-east-1"]))
    return {
        int(str(match.path[1])[1:])
        for match in matches
        if match.rule.id == "E3601" and match.path is not None
    }


def test_verdicts_agree_with_cfn_lint() -> None:
    random_ = random.Random(20261123)
    definitions = [generated(random_) for _ in range(MACHINES)]
    ours = {number for number, each in enumerate(definitions) if refused(each)}
    assert 0 < len(ours) < MACHINES
    assert refused_by_cfn_lint(definitions) == ours
