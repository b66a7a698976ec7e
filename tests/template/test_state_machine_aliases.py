"""What starts a version or an alias of a state machine starts the state machine."""

from __future__ import annotations

from pathlib import Path

import pytest

from auditor.collectors.template.collect import TemplateCollector
from auditor.graph import EdgeKind
from auditor.linking import build_graph
from auditor.resources import EventRule
from tests.template.reading import reading, resources

TEMPLATE = """
Resources:
  Flow:
    Type: AWS::StepFunctions::StateMachine
    Properties: {{DefinitionString: "{{}}", RoleArn: "arn:aws:iam::111122223333:role/flow"}}
  Version:
    Type: AWS::StepFunctions::StateMachineVersion
    Properties: {{StateMachineArn: !GetAtt Flow.Arn}}
  Live:
    Type: AWS::StepFunctions::StateMachineAlias
    Properties: {alias}
  Placed:
    Type: AWS::Events::Rule
    Properties: {{EventPattern: {{source: [shop]}}, Targets: [{{Id: flow, Arn: {target}}}]}}
"""
ROUTED = "{RoutingConfiguration: [{StateMachineVersionArn: !Ref Version, Weight: 100}]}"
DEPLOYED = "{Name: live, DeploymentPreference: {StateMachineVersionArn: !Ref Version}}"


def started(folder: Path, alias: str, target: str) -> object:
    """The name of what the rule starts, if it is in the template."""
    path = folder / "template.yaml"
    path.write_text(TEMPLATE.format(alias=alias, target=target))
    (unit,) = TemplateCollector([str(path)]).collect()
    graph = build_graph(unit.readings[0].resources, unit.readings[0].unread)
    (rule,) = graph.resources(EventRule)
    (edge,) = graph.outgoing(rule, EdgeKind.DELIVERS)
    return getattr(edge.target, "label", None)


@pytest.mark.parametrize(
    ("alias", "target"),
    [
        (ROUTED, "!Ref Live"),
        (DEPLOYED, "!GetAtt Live.Arn"),
        (DEPLOYED, '!Sub "${Flow}:live"'),
        ("{}", "!Ref Version"),
    ],
)
def test_alias_leads_to_its_state_machine(tmp_path: Path, alias: str, target: str) -> None:
    assert started(tmp_path, alias, target) == "Flow"


def test_alias_without_version_leads_nowhere(tmp_path: Path) -> None:
    assert started(tmp_path, "{Name: live}", "!Ref Live") is None


def test_preferences_of_functions_are_no_part_of_their_names(tmp_path: Path) -> None:
    """Alarms and hooks are often named after the function that they are for."""
    template = """
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Orders:
        Type: AWS::Serverless::Function
        Properties:
          AutoPublishAlias: live
          DeploymentPreference: {Alarms: [!Ref Errors], Hooks: {PreTraffic: !Ref Hook}}
      Hook:
        Type: AWS::Serverless::Function
        Properties: {FunctionName: !Sub "CodeDeployHook_${Orders}"}
      Errors:
        Type: AWS::CloudWatch::Alarm
        Properties: {AlarmName: !Sub "${Orders}-errors"}
      Placed:
        Type: AWS::Events::Rule
        Properties: {Targets: [{Id: hook, Arn: !GetAtt Hook.Arn}]}
    """
    found = resources(reading(tmp_path, template))
    assert found["Placed"].properties["Targets"][0]["Arn"] == found["Hook"].arn
