"""Findings about deliveries tell the way of the message.

What has to have steps is told from the fixtures of all rules: a new rule cannot be left out.
"""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from auditor.audit import audit
from auditor.collectors.template.collect import TemplateCollector
from auditor.engine import Held, graph_of, looks, results, to_be_judged
from auditor.findings import Finding, Match, Outcome
from auditor.graph import Edge, Graph, Node
from auditor.linking import DECLARES
from auditor.report import Source
from auditor.resources.base import Resource
from auditor.rules import Rule
from auditor.ways import CARRYING
from checks.delivery.targets import queue_refuses_rule
from checks.eventbridge.targets import target_without_dlq
from checks.patterns.consumers import competing_consumers
from checks.sqs.redrive_cycle import redrive_cycle
from tests.rules.test_fixtures import ABOUT_ALL, RULES, fixtures, units

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
OUTSIDE = WAY.replace("!GetAtt Orders.Arn", "arn:aws:sqs:eu-west-1:111122223333:elsewhere")
TWO_READERS = """
Resources:
  Orders: {Type: AWS::SQS::Queue}
  Pack: {Type: AWS::Pipes::Pipe, Properties: {Source: !GetAtt Orders.Arn, Target: "arn:x"}}
  Send: {Type: AWS::Pipes::Pipe, Properties: {Source: !GetAtt Orders.Arn, Target: "arn:x"}}
"""


def found(folder: Path, template: str, *rules: Rule[Any]) -> Finding:
    path = folder / "t.yaml"
    path.write_text(template)
    chosen = rules or (queue_refuses_rule, redrive_cycle)
    report = audit(TemplateCollector([str(path)]), chosen, Source("template", {}), lambda _: None)
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


def test_names_what_lies_outside(tmp_path: Path) -> None:
    steps = found(tmp_path, OUTSIDE, target_without_dlq).steps
    assert [step.message for step in steps] == ["delivers to Ordered", "delivers to elsewhere"]


def test_none_where_ways_part(tmp_path: Path) -> None:
    finding = found(tmp_path, TWO_READERS, competing_consumers)
    assert [related.id for related in finding.related] == ["Pack", "Send"]
    assert finding.steps == ()


@cache
def matches() -> list[tuple[str, Match, Graph]]:
    """What each rule says of the resources of its own failing fixtures."""
    return [
        (rule.name, held.match, graph)
        for fixture in fixtures("fail")
        for unit in units(fixture)
        for reading in unit.readings
        for graph in [graph_of(reading)]
        for own in [to_be_judged(graph, reading)]
        for rule, cls in looks([RULES[fixture.parent.name]], reading, own)
        for held in results(rule, own[cls], graph)
        if isinstance(held, Held) and held.outcome is Outcome.VIOLATION
    ]


def deliveries(match: Match, graph: Graph) -> list[Edge]:
    """The deliveries that a match blames, or else those of which it names two participants."""
    named = {match.resource.id, *(resource.id for resource, _ in match.related)}
    carrying = [edge for edge in graph.edges if edge.kind in CARRYING]
    blamed = [edge for edge in carrying if edge.via is match.resource and edge.path == match.path]
    return blamed or [edge for edge in carrying if len(participants(edge) & named) > 1]


def participants(edge: Edge) -> set[str]:
    return {it.id for it in (edge.source, edge.target, edge.via) if isinstance(it, Resource)}


def test_every_match_about_a_delivery_leads_over_it() -> None:
    judged, without = 0, []
    for name, match, graph in matches():
        edges = deliveries(match, graph)
        ends = [(edge.source, edge.target) for edge in edges]
        if len(ends) == 1 and all(isinstance(end, Resource) for end in ends[0]):
            judged += 1
            places: list[Node] = [resource for resource, _ in match.steps]
            if ends[0] not in pairwise(places):
                without.append((name, match.message))
    assert without == []
    assert judged


def test_every_rule_about_deliveries_gives_steps() -> None:
    """Those of the chapter on deliveries that judge a resource which declares some."""
    senders = set().union(*(DECLARES[kind] for kind in CARRYING))
    about_deliveries = {
        rule.name
        for rule in ABOUT_ALL
        if rule.body.__module__.startswith("checks.delivery.")
        and senders & {cls.type for cls in rule.applies_to}
    }
    with_steps = {name for name, match, _ in matches() if match.steps}
    assert about_deliveries
    assert about_deliveries - with_steps == set()
