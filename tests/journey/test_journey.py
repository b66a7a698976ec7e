"""Which way an event takes through a template."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from moto.events.models import EventPattern

from auditor.collectors.template.collect import TemplateCollector
from auditor.graph import Graph
from auditor.journey import Step, Verdict, follow
from auditor.linking import build_graph
from auditor.resources import EventRule, RawResource
from tests.patterns.patterns_made import DETAILS, Pair
from tests.patterns.test_moto import has_truth_values

PLACED = {"source": "shop", "detail-type": "placed", "detail": {"total": 7}}
RULE = """
Resources:
  Rule:
    Type: AWS::Events::Rule
    Properties:
      EventPattern: {source: [shop]}
      Targets: [{Id: one, Arn: ARN}]
  Stock: {Type: AWS::SQS::Queue}
  Topic: {Type: AWS::SNS::Topic}
  Stream: {Type: AWS::Kinesis::Stream}
  Function: {Type: AWS::Lambda::Function}
"""


def graph(tmp_path: Path, text: str) -> Graph:
    path = tmp_path / "template.yaml"
    path.write_text(text)
    (unit,) = TemplateCollector([str(path)]).collect()
    return build_graph(unit.readings[0].resources, {})


def to(target: str, more: str = "") -> str:
    return RULE.replace("ARN", target) + more


def shown(steps: list[Step]) -> list[tuple[int, str, str, bool]]:
    return [(step.depth, step.label, step.verdict.value, step.ends) for step in steps]


def way(tmp_path: Path, text: str, event: dict[str, Any] = PLACED) -> list[Step]:
    return list(follow(graph(tmp_path, text), event))


def test_rule_that_does_not_match_ends_the_way(tmp_path: Path) -> None:
    steps = way(tmp_path, to("!GetAtt Stock.Arn"), {**PLACED, "source": "other"})
    assert shown(steps) == [(0, "Rule", "does not match", False)]


def test_event_is_followed_through_a_queue_to_its_function(tmp_path: Path) -> None:
    mapping = """
  Mapping:
    Type: AWS::Lambda::EventSourceMapping
    Properties:
      EventSourceArn: !GetAtt Stock.Arn
      FunctionName: !Ref Function
      FilterCriteria: {Filters: [{Pattern: '{"body": {"detail": {"total": [LIMIT]}}}'}]}
"""
    steps = way(tmp_path, to("!GetAtt Stock.Arn", mapping.replace("LIMIT", "7")))
    assert shown(steps)[1:] == [(1, "Stock", "gets it", False), (2, "Function", "gets it", True)]
    steps = way(tmp_path, to("!GetAtt Stock.Arn", mapping.replace("LIMIT", "8")))
    assert shown(steps)[-1] == (2, "Function", "does not match", False)


@pytest.mark.parametrize(
    ("scope", "policy", "expected"),
    [
        ("MessageBody", "{detail: {total: [7]}}", "gets it"),
        ("MessageBody", "{detail: {total: [8]}}", "does not match"),
        ("MessageAttributes", "{total: [7]}", "does not match"),
    ],
)
def test_filter_of_a_subscription_is_evaluated(
    tmp_path: Path, scope: str, policy: str, expected: str
) -> None:
    more = f"""
  Subscription:
    Type: AWS::SNS::Subscription
    Properties:
      TopicArn: !Ref Topic
      Protocol: sqs
      Endpoint: !GetAtt Stock.Arn
      FilterPolicyScope: {scope}
      FilterPolicy: {policy}
"""
    assert way(tmp_path, to("!Ref Topic", more))[-1].verdict == expected


def test_topic_wraps_what_it_delivers(tmp_path: Path) -> None:
    more = """
  Subscription:
    Type: AWS::SNS::Subscription
    Properties:
      TopicArn: !Ref Topic
      Protocol: sqs
      Endpoint: !GetAtt Stock.Arn
      RawMessageDelivery: RAW
  Pipe:
    Type: AWS::Pipes::Pipe
    Properties:
      Source: !GetAtt Stock.Arn
      Target: !GetAtt Function.Arn
      SourceParameters:
        FilterCriteria: {Filters: [{Pattern: '{"body": {"Type": ["Notification"]}}'}]}
"""
    wrapped = way(tmp_path, to("!Ref Topic", more.replace("RAW", "false")))
    assert (wrapped[-1].label, wrapped[-1].verdict) == ("Function", Verdict.PASSES)
    raw = way(tmp_path, to("!Ref Topic", more.replace("RAW", "true")))
    assert (raw[-1].label, raw[-1].verdict) == ("Pipe", Verdict.STOPS)


def test_transformed_input_may_pass_a_filter(tmp_path: Path) -> None:
    mapping = """
  Mapping:
    Type: AWS::Lambda::EventSourceMapping
    Properties:
      EventSourceArn: !GetAtt Stock.Arn
      FunctionName: !Ref Function
      FilterCriteria: {Filters: [{Pattern: '{"body": {"total": [7]}}'}]}
"""
    text = to("!GetAtt Stock.Arn, InputPath: $.detail", mapping)
    assert way(tmp_path, text)[-1].verdict is Verdict.MAYBE


def test_name_that_only_a_deployment_knows_may_match(tmp_path: Path) -> None:
    text = to("!GetAtt Stock.Arn").replace("[shop]", '[!Sub "${AWS::StackName}"]')
    assert way(tmp_path, text)[0].verdict is Verdict.MAYBE


def test_doubt_stays_on_the_way_to_another_bus(tmp_path: Path) -> None:
    more = """
  Bus: {Type: AWS::Events::EventBus, Properties: {Name: bus}}
  Second:
    Type: AWS::Events::Rule
    Properties:
      EventBusName: !Ref Bus
      EventPattern: {source: [shop]}
      Targets: [{Id: one, Arn: !GetAtt Stock.Arn}]
"""
    text = to("!GetAtt Bus.Arn", more).replace("[shop]", '[!Sub "${AWS::StackName}"]', 1)
    (doubtful, *rest) = way(tmp_path, text)
    assert doubtful.verdict is Verdict.MAYBE
    assert {step.verdict for step in rest[:3]} == {Verdict.MAYBE}


def test_disabled_rule_stops(tmp_path: Path) -> None:
    text = to("!GetAtt Stock.Arn").replace("Targets", "State: DISABLED\n      Targets")
    (step,) = way(tmp_path, text)
    assert (step.verdict, step.reason) == (Verdict.STOPS, "it is disabled")


def test_loop_between_buses_is_left(tmp_path: Path) -> None:
    bus = "\n  Bus:\n    Type: AWS::Events::EventBus\n    Properties: {Name: bus}\n"
    text = to("!GetAtt Bus.Arn", bus).replace(
        "EventPattern", "EventBusName: !Ref Bus\n      EventPattern"
    )
    steps = way(tmp_path, text)
    assert steps[-1].label == "Rule"
    assert len(steps) == 3


@settings(max_examples=200, deadline=None)
@given(DETAILS)
def test_rule_takes_what_motos_matcher_takes(made: Pair) -> None:
    pattern, detail = made
    event: Any = {"source": "shop", "detail": detail}
    raw = RawResource(EventRule.type, "rule", {"EventPattern": {"detail": pattern}, "Targets": []})
    (step,) = follow(build_graph([raw], {}), event)
    assert (step.verdict is Verdict.PASSES) or has_truth_values(detail)
    assert EventPattern(None, {"detail": pattern}).matches_event(event) or has_truth_values(detail)
