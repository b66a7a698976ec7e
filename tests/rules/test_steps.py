"""Findings about deliveries tell the way of the message."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from auditor.audit import audit
from auditor.collectors.template.collect import TemplateCollector
from auditor.findings import Finding
from auditor.report import Source
from auditor.rules import Rule
from checks.delivery.targets import queue_refuses_rule
from checks.sqs.redrive_cycle import redrive_cycle

WAY = """
Resources:
  Bus: {Type: AWS::Events::EventBus, Properties: {Name: shop}}
  Ordered:
    Type: AWS::Events::Rule
    Properties:
      EventBusName: !Ref Bus
      EventPattern: {source: [shop]}
      Targets: [{Id: q, Arn: !GetAtt Orders.Arn}]
  Orders: {Type: AWS::SQS::Queue}
"""
CIRCLE = """
Resources:
  A: {Type: AWS::SQS::Queue, Properties: {RedrivePolicy: {deadLetterTargetArn: !GetAtt B.Arn, maxReceiveCount: 5}}}
  B: {Type: AWS::SQS::Queue, Properties: {RedrivePolicy: {deadLetterTargetArn: !GetAtt A.Arn, maxReceiveCount: 5}}}
"""  # noqa: E501


def found(folder: Path, template: str) -> Finding:
    path = folder / "t.yaml"
    path.write_text(template)
    rules: list[Rule[Any]] = [queue_refuses_rule, redrive_cycle]
    report = audit(TemplateCollector([str(path)]), rules, Source("template", {}), lambda _: None)
    (finding,) = report.violations
    return finding


def test_from_the_bus_to_the_queue(tmp_path: Path) -> None:
    steps = found(tmp_path, WAY).steps

    assert [(step.id, step.message) for step in steps] == [
        ("Bus", "delivers to Ordered"),
        ("Ordered", "delivers to Orders"),
        ("Orders", "the destination"),
    ]
    assert [step.location.line for step in steps if step.location] == [3, 4, 10]


def test_round_a_circle(tmp_path: Path) -> None:
    assert [step.id for step in found(tmp_path, CIRCLE).steps] == ["A", "B", "A"]
