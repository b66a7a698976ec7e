"""The guide's own state machine (its lines 584-669), and the mistakes known in it.

The numbers are those of the facts that the review of the guide found wrong.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from auditor.engine import judge
from auditor.findings import Finding, Outcome
from auditor.loading import load_rules
from tests.template.reading import units

PREFIX = "Properties.Definition.States"
TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Resources:
  OrderProcessing:
    Type: AWS::Serverless::StateMachine
    Properties:
      DefinitionUri: order.asl.json
"""


def function(name: str, **more: Any) -> dict[str, Any]:
    arn = f"arn:aws:lambda:us-east-1:123456789012:function:{name}"
    return {"Type": "Task", "Resource": arn, **more}


def paid(status: str, then: str) -> dict[str, Any]:
    return {"Variable": "$.payment.status", "StringEquals": status, "Next": then}


def branch(name: str) -> dict[str, Any]:
    return {"StartAt": name, "States": {name: function(name, End=True)}}


MACHINE = {
    "Comment": "Order Processing Workflow",
    "StartAt": "ValidateOrder",
    "States": {
        "ValidateOrder": function(
            "ValidateOrder",
            Next="ProcessPayment",
            Catch=[{"ErrorEquals": ["ValidationError"], "Next": "ValidationFailed"}],
        ),
        "ProcessPayment": function(
            "ProcessPayment",
            Next="PaymentChoice",
            Retry=[
                {
                    "ErrorEquals": ["PaymentServiceTimeout"],
                    "IntervalSeconds": 2,
                    "MaxAttempts": 3,
                    "BackoffRate": 2.0,
                }
            ],
        ),
        "PaymentChoice": {
            "Type": "Choice",
            "Choices": [paid("SUCCESS", "ProcessOrder"), paid("FAILED", "PaymentFailed")],
            "Default": "PaymentFailed",
        },
        "ProcessOrder": {
            "Type": "Parallel",
            "Branches": [branch("UpdateInventory"), branch("SendConfirmation")],
            "Next": "OrderSuccess",
        },
        "OrderSuccess": {"Type": "Succeed"},
        "ValidationFailed": {"Type": "Fail", "Cause": "Order validation failed"},
        "PaymentFailed": {"Type": "Fail", "Cause": "Payment processing failed"},
    },
}


@pytest.fixture(scope="module")
def findings(tmp_path_factory: pytest.TempPathFactory) -> list[Finding]:
    folder = tmp_path_factory.mktemp("guide")
    (folder / "template.yaml").write_text(TEMPLATE, encoding="utf-8")
    (folder / "order.asl.json").write_text(json.dumps(MACHINE, indent=2), encoding="utf-8")
    (unit,) = units(folder / "template.yaml")
    return judge(unit, load_rules()).findings


INVENTORY = f"{PREFIX}.ProcessOrder.Branches[0].States.UpdateInventory"
CONFIRMATION = f"{PREFIX}.ProcessOrder.Branches[1].States.SendConfirmation"


@pytest.mark.parametrize(
    ("rule", "where"),
    [
        pytest.param("SFN020", f"{PREFIX}.ValidateOrder.Catch", id="36 only one error caught"),
        pytest.param("SFN021", f"{PREFIX}.ValidateOrder.Retry", id="36 no retry"),
        pytest.param("SFN011", f"{PREFIX}.ValidateOrder.TimeoutSeconds", id="36 no timeout"),
        pytest.param("SFN021", f"{PREFIX}.ProcessPayment.Retry", id="37 one error retried"),
        pytest.param(
            "SFN022", f"{PREFIX}.ProcessPayment.Retry[0].JitterStrategy", id="37 no jitter"
        ),
        pytest.param("SFN020", f"{PREFIX}.ProcessPayment.Catch", id="37 no catch"),
        pytest.param("SFN014", f"{PREFIX}.ProcessOrder.Catch", id="38 branches not caught"),
        pytest.param("SFN021", f"{INVENTORY}.Retry", id="38 no retry in the first branch"),
        pytest.param("SFN021", f"{CONFIRMATION}.Retry", id="38 no retry in the second branch"),
        pytest.param("SFN024", f"{PREFIX}.ProcessPayment", id="38 no compensation"),
        pytest.param(
            "SFN019", f"{PREFIX}.ValidateOrder.Catch[0].ResultPath", id="39 input replaced"
        ),
        pytest.param("SFN025", f"{PREFIX}.ValidateOrder.Resource", id="40 direct ARN"),
        pytest.param("SFN025", f"{PREFIX}.ProcessPayment.Resource", id="40 direct ARN, second"),
        pytest.param("SFN025", f"{INVENTORY}.Resource", id="40 direct ARN, third"),
        pytest.param("SFN025", f"{CONFIRMATION}.Resource", id="40 direct ARN, fourth"),
        pytest.param("SFN016", f"{PREFIX}.ValidationFailed.Error", id="41 no error name"),
        pytest.param("SFN016", f"{PREFIX}.PaymentFailed.Error", id="41 no error name, second"),
        pytest.param(
            "SFN017", f"{PREFIX}.PaymentChoice.Choices[0].Variable", id="42 field unchecked"
        ),
        pytest.param("SFN026", "Properties.Definition.TimeoutSeconds", id="43 no timeout"),
        pytest.param("SFN027", "Properties.LoggingConfiguration", id="43 no logging"),
        pytest.param("CWA024", "Properties.TracingConfiguration.Enabled", id="43 no tracing"),
    ],
)
def test_mistake_of_the_guide_is_found(findings: list[Finding], rule: str, where: str) -> None:
    found = {(it.rule, it.property) for it in findings if it.outcome is Outcome.VIOLATION}
    assert (rule, where) in found


def test_definition_itself_is_sound(findings: list[Finding]) -> None:
    assert not any(it.rule == "SFN010" or it.outcome is Outcome.UNDETERMINED for it in findings)


def test_findings_stand_in_the_file_of_the_definition(findings: list[Finding]) -> None:
    places = {it.rule: it.location for it in findings if it.location}
    assert places["SFN016"].path.endswith("order.asl.json")
    assert '"PaymentFailed"' in places["SFN016"].excerpt or "Validation" in places["SFN016"].excerpt
