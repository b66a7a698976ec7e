from __future__ import annotations

from pathlib import Path

from auditor.architecture import EXTERNAL, Architecture, Edge
from auditor.audit import audit
from auditor.collectors.template.collect import TemplateCollector
from auditor.loading import load_rules
from auditor.report import Report, Source

TEMPLATE = """
Parameters: {Stage: {Type: String, Default: dev, AllowedValues: [dev, prod]}}
Conditions: {Prod: !Equals [!Ref Stage, prod]}
Resources:
  Orders:
    Type: AWS::SQS::Queue
    Properties: {DelaySeconds: 7, RedrivePolicy: {deadLetterTargetArn: !GetAtt Dead.Arn, maxReceiveCount: 5}}
  Dead: {Type: AWS::SQS::Queue}
  Extra: {Type: AWS::SQS::Queue, Condition: Prod}
  Topic: {Type: AWS::SNS::Topic}
  Mail: {Type: AWS::SNS::Subscription, Properties: {TopicArn: !Ref Topic, Protocol: sqs, Endpoint: !GetAtt Orders.Arn}}
  Hook: {Type: AWS::SNS::Subscription, Properties: {TopicArn: !Ref Topic, Protocol: https, Endpoint: 'https://me:pw@example.com/secret'}}
  Work:
    Type: AWS::Lambda::Function
    Properties: {Runtime: python3.12, Environment: {Variables: {PASSWORD: hunter2}}, Code: {ZipFile: 'pass'}, MemorySize: 512}
  Reads: {Type: AWS::Lambda::EventSourceMapping, Properties: {EventSourceArn: !GetAtt Orders.Arn, FunctionName: !Ref Work}}
"""  # noqa: E501


def drawn(folder: Path, draw: bool = True) -> Report:
    path = folder / "t.yaml"
    path.write_text(TEMPLATE)
    collector = TemplateCollector([str(path)])
    return audit(collector, load_rules(), Source("template", {}), lambda _: None, draw=draw)


def short(picture: Architecture) -> set[tuple[str, str, str, str]]:
    names = {node.id: node.label for node in picture.nodes}

    def words(edge: Edge) -> tuple[str, str, str, str]:
        return names[edge.source], edge.kind, names[edge.target], edge.via

    return {words(edge) for edge in picture.edges}


def test_nothing_is_drawn_unasked(tmp_path: Path) -> None:
    assert drawn(tmp_path, draw=False).architecture == Architecture()


def test_subscriptions_and_mappings_are_edges(tmp_path: Path) -> None:
    picture = drawn(tmp_path).architecture

    assert short(picture) == {
        ("Orders", "dead-letters to", "Dead", ""),
        ("Orders", "is read by", "Work", "Reads"),
        ("Topic", "delivers to", "Orders", "Mail"),
        ("Topic", "delivers to", "https://example.com", "Hook"),
    }
    labels = {node.label for node in picture.nodes}
    assert labels == {"Orders", "Dead", "Extra", "Topic", "Work", "https://example.com"}


def test_findings_of_a_subscription_count_for_its_topic(tmp_path: Path) -> None:
    report = drawn(tmp_path)
    (topic,) = (node for node in report.architecture.nodes if node.label == "Topic")
    subjects = {
        finding.resource.id for finding in report.findings if finding.fingerprint in topic.findings
    }

    assert {"Topic", "Mail"} <= subjects
    placed = {mark for node in report.architecture.nodes for mark in node.findings}
    assert {finding.fingerprint for finding in report.findings} == placed


def test_no_secret_is_drawn(tmp_path: Path) -> None:
    picture = drawn(tmp_path).architecture

    assert "hunter2" not in repr(picture)
    assert "pw@" not in repr(picture)
    (function,) = (node for node in picture.nodes if node.label == "Work")
    assert function.properties == {"Runtime": "python3.12", "MemorySize": 512}
    assert [node.type for node in picture.nodes].count(EXTERNAL) == 1
