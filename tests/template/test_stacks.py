"""Stacks in stacks, and stacks that import from each other."""

from __future__ import annotations

from pathlib import Path

import pytest

from auditor.graph import EdgeKind, Graph
from auditor.inventory import Reading, Unit
from auditor.linking import build_graph
from auditor.resources import Queue, Resource
from auditor.values import Unknown
from tests.template.reading import reasons, resources, units, write

CHILD = """
Parameters: {DeadArn: {Type: String}, Delay: {Type: Number, Default: 5}}
Resources:
  Queue:
    Type: AWS::SQS::Queue
    Properties:
      DelaySeconds: !Ref Delay
      RedrivePolicy: {deadLetterTargetArn: !Ref DeadArn, maxReceiveCount: 3}
Outputs:
  QueueArn: {Value: !GetAtt Queue.Arn}
"""
PARENT = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Dead: {Type: AWS::SQS::Queue}
  Child:
    Type: TYPE
    Properties:
      LOCATION: stacks/child.yaml
      Parameters: {DeadArn: !GetAtt Dead.Arn}
  Topic: {Type: AWS::SNS::Topic}
  Subscription:
    Type: AWS::SNS::Subscription
    Properties:
      TopicArn: !Ref Topic
      Protocol: sqs
      Endpoint: !GetAtt Child.Outputs.QueueArn
"""


def graph(reading: Reading) -> Graph:
    return build_graph((*reading.resources, *reading.context), reading.unread)


def edges(reading: Reading) -> set[tuple[str, EdgeKind, str]]:
    """The edges between resources that were read."""
    built = graph(reading)
    found = [edge for queue in built.resources(Queue) for edge in built.incoming(queue, *EdgeKind)]
    return {
        (edge.source.id, edge.kind, edge.target.id)
        for edge in found
        if isinstance(edge.source, Resource) and isinstance(edge.target, Resource)
    }


def only(read: list[Unit]) -> Unit:
    (unit,) = read
    return unit


NESTING = {"AWS::CloudFormation::Stack": "TemplateURL", "AWS::Serverless::Application": "Location"}


@pytest.mark.parametrize("type_", NESTING)
def test_parameters_and_outputs_are_bound_across_stacks(tmp_path: Path, type_: str) -> None:
    parent = PARENT.replace("TYPE", type_).replace("LOCATION", NESTING[type_])
    write(tmp_path, {"parent.yaml": parent, "stacks/child.yaml": CHILD})
    read = only(units(tmp_path))
    (reading,) = read.readings
    assert read.path.endswith("parent.yaml")
    assert set(resources(reading)) == {"Dead", "Topic", "Subscription", "Child/Queue"}
    assert resources(reading)["Child/Queue"].properties["DelaySeconds"] == 5
    assert edges(reading) == {
        ("Child/Queue", EdgeKind.DEAD_LETTERS, "Dead"),
        ("Topic", EdgeKind.DELIVERS, "Child/Queue"),
    }


def test_nested_resource_is_located_in_its_own_file(tmp_path: Path) -> None:
    parent = PARENT.replace("TYPE", "AWS::CloudFormation::Stack").replace("LOCATION", "TemplateURL")
    write(tmp_path, {"parent.yaml": parent, "stacks/child.yaml": CHILD})
    (reading,) = only(units(tmp_path)).readings
    place = resources(reading)["Child/Queue"].locate(("RedrivePolicy", "maxReceiveCount"))
    assert place is not None
    assert place.path == (tmp_path / "stacks" / "child.yaml").as_posix()
    assert (place.line, place.column) == (8, 58)


def test_child_that_is_named_too_is_read_once(tmp_path: Path) -> None:
    parent = PARENT.replace("TYPE", "AWS::CloudFormation::Stack").replace("LOCATION", "TemplateURL")
    write(tmp_path, {"parent.yaml": parent, "stacks/child.yaml": CHILD})
    read = units(tmp_path / "stacks" / "child.yaml", tmp_path / "parent.yaml", tmp_path)
    assert [Path(unit.path).name for unit in read] == ["parent.yaml"]


@pytest.mark.parametrize(
    ("location", "reason"),
    [
        ("https://bucket.s3.amazonaws.com/child.yaml", "its template is not a local file"),
        ("missing.yaml", "its template is not a local file"),
        ("!Sub 'https://${AWS::Region}/child.yaml'", "its template is not a local file"),
        ("{Bucket: b}", "its template is not a local file"),
        ("broken.yaml", "it is not valid YAML or JSON"),
    ],
)
def test_nested_stack_that_cannot_be_read_is_a_gap(
    tmp_path: Path, location: str, reason: str
) -> None:
    parent = f"""
Resources:
  Child: {{Type: AWS::CloudFormation::Stack, Properties: {{TemplateURL: {location}}}}}
  Queue:
    Type: AWS::SQS::Queue
    Properties: {{RedrivePolicy: {{deadLetterTargetArn: !GetAtt Child.Outputs.Arn}}}}
"""
    write(tmp_path, {"parent.yaml": parent, "broken.yaml": "a: [\n"})
    read = only(units(tmp_path / "parent.yaml"))
    assert reason in reasons(read)
    assert read.gaps[0].location is not None
    target = resources(read.readings[0])["Queue"].properties["RedrivePolicy"]["deadLetterTargetArn"]
    assert "the nested stack Child was not read" in target.reason


SELF = "Resources: {{S: {{Type: AWS::CloudFormation::Stack, Properties: {{TemplateURL: {}}}}}}}"


@pytest.mark.parametrize(
    "files",
    [
        {"self.yaml": SELF.format("self.yaml")},
        {"root.yaml": SELF.format("self.yaml"), "self.yaml": SELF.format("self.yaml")},
        {"one.yaml": SELF.format("two.yaml"), "two.yaml": SELF.format("one.yaml")},
    ],
)
def test_stack_nested_in_itself_is_a_gap(tmp_path: Path, files: dict[str, str]) -> None:
    write(tmp_path, files)
    read = only(units(tmp_path))
    assert read.path.endswith(min(files))
    assert "it is nested too deeply, or in itself" in reasons(read)


def test_conditional_nested_stack_exists_only_where_its_condition_holds(tmp_path: Path) -> None:
    parent = """
Parameters: {Stage: {Type: String, AllowedValues: [dev, prod]}}
Conditions: {Production: !Equals [!Ref Stage, prod]}
Resources:
  Child:
    Type: AWS::CloudFormation::Stack
    Condition: Production
    Properties: {TemplateURL: child.yaml}
"""
    write(tmp_path, {"parent.yaml": parent, "child.yaml": EXPORTER})
    read = only(units(tmp_path))
    found = {item.label: set(resources(item)) for item in read.readings}
    assert found == {"Stage=dev": set(), "Stage=prod": {"Child/Dead"}}


def test_circular_outputs_end(tmp_path: Path) -> None:
    parent = """
Resources:
  A:
    Type: AWS::CloudFormation::Stack
    Properties: {TemplateURL: echo.yaml, Parameters: {In: !GetAtt B.Outputs.Out}}
  B:
    Type: AWS::CloudFormation::Stack
    Properties: {TemplateURL: echo.yaml, Parameters: {In: !GetAtt A.Outputs.Out}}
  Queue: {Type: AWS::SQS::Queue, Properties: {QueueName: !GetAtt A.Outputs.Out}}
"""
    echo = """
Parameters: {In: {Type: String}}
Resources: {Queue: {Type: AWS::SQS::Queue}}
Outputs: {Out: {Value: !Ref In}}
"""
    write(tmp_path, {"parent.yaml": parent, "echo.yaml": echo})
    (reading,) = only(units(tmp_path)).readings
    name = resources(reading)["Queue"].name
    assert isinstance(name, Unknown)


def test_secret_does_not_reach_a_nested_stack(tmp_path: Path) -> None:
    parent = """
Parameters: {Word: {Type: String, Default: hunter2}}
Resources:
  Child:
    Type: AWS::CloudFormation::Stack
    Properties: {TemplateURL: child.yaml, Parameters: {Password: !Ref Word}}
"""
    child = """
Parameters: {Password: {Type: String, NoEcho: 'true'}}
Resources: {Queue: {Type: AWS::SQS::Queue, Properties: {Value: !Sub 'x${Password}'}}}
"""
    write(tmp_path, {"parent.yaml": parent, "child.yaml": child})
    (reading,) = only(units(tmp_path)).readings
    assert "hunter2" not in repr(resources(reading)["Child/Queue"].properties)


def test_conditions_of_a_nested_stack_are_scenarios_of_the_root(tmp_path: Path) -> None:
    parent = """
Parameters: {Stage: {Type: String, AllowedValues: [dev, prod]}}
Resources:
  Child:
    Type: AWS::CloudFormation::Stack
    Properties: {TemplateURL: child.yaml, Parameters: {Kind: !Ref Stage}}
"""
    child = """
Parameters: {Kind: {Type: String}}
Conditions:
  Production: !Equals [!Ref Kind, prod]
  Home: !Equals [!Ref AWS::Region, us-east-1]
Resources:
  Queue: {Type: AWS::SQS::Queue, Condition: Production}
  Near: {Type: AWS::SQS::Queue, Condition: Home}
"""
    write(tmp_path, {"parent.yaml": parent, "child.yaml": child})
    read = only(units(tmp_path))
    found = {item.label: set(resources(item)) for item in read.readings}
    assert found == {
        "Stage=dev, AWS::Region=us-east-1": {"Child/Near"},
        "Stage=dev, AWS::Region=(other)": set(),
        "Stage=prod, AWS::Region=us-east-1": {"Child/Queue", "Child/Near"},
        "Stage=prod, AWS::Region=(other)": {"Child/Queue"},
    }


EXPORTER = """
Resources: {Dead: {Type: AWS::SQS::Queue}}
Outputs: {Arn: {Value: !GetAtt Dead.Arn, Export: {Name: !Sub '${AWS::Region}-dead'}}}
"""
IMPORTER = """
Resources:
  Queue:
    Type: AWS::SQS::Queue
    Properties:
      RedrivePolicy:
        deadLetterTargetArn: {'Fn::ImportValue': !Sub '${AWS::Region}-dead'}
        maxReceiveCount: 3
"""


def test_import_leads_to_the_export_of_another_template(tmp_path: Path) -> None:
    write(tmp_path, {"a.yaml": EXPORTER, "b.yaml": IMPORTER})
    exporter, importer = units(tmp_path)
    path = (tmp_path / "a.yaml").as_posix()
    assert edges(importer.readings[0]) == {("Queue", EdgeKind.DEAD_LETTERS, f"{path}#Dead")}
    (edge,) = edges(exporter.readings[0])
    assert edge[1:] == (EdgeKind.DEAD_LETTERS, "Dead")


def test_unresolved_import_is_external(tmp_path: Path) -> None:
    write(tmp_path, {"b.yaml": IMPORTER})
    (reading,) = only(units(tmp_path)).readings
    built = graph(reading)
    (queue,) = built.resources(Queue)
    assert built.incoming(queue, EdgeKind.DEAD_LETTERS) == []


def test_imports_in_a_circle_end(tmp_path: Path) -> None:
    def template(own: str, other: str) -> str:
        return f"""
Resources:
  Queue: {{Type: AWS::SQS::Queue, Properties: {{QueueName: !ImportValue {other}}}}}
Outputs: {{O: {{Value: !ImportValue {other}, Export: {{Name: {own}}}}}}}
"""

    write(tmp_path, {"a.yaml": template("a", "b"), "b.yaml": template("b", "a")})
    read = units(tmp_path)
    assert [reasons(unit) for unit in read] == ["", ""]
    name = resources(read[0].readings[0])["Queue"].name
    assert isinstance(name, Unknown)
    assert "in a circle" in name.reason


def test_template_that_cannot_be_followed_hides_no_other(tmp_path: Path) -> None:
    chain = "\n".join(f"  C{at}: !Not [!Condition C{at + 1}]" for at in range(5000))
    deep = f"Conditions:\n{chain}\n{EXPORTER.replace('!GetAtt Dead.Arn', '!If [C0, a, b]')}"
    deep = deep.replace("!Sub '${AWS::Region}-dead'", "!If [C0, a, b]")
    deep = deep.replace("AWS::SQS::Queue", "AWS::SQS::Queue, Condition: C0")
    write(tmp_path, {"a.yaml": deep, "b.yaml": IMPORTER, "c.yaml": EXPORTER})
    first, second, third = units(tmp_path)
    assert "too deeply to be followed" in reasons(first)
    assert [reasons(second), reasons(third)] == ["", ""]
    assert len(edges(second.readings[0])) == 1


def test_what_is_included_may_import(tmp_path: Path) -> None:
    """Although no template of the scan has the word in it."""
    (tmp_path / "stacks").mkdir()
    (tmp_path / "part.inc").write_text(
        "{DelaySeconds: 5, RedrivePolicy: {deadLetterTargetArn: {Fn::ImportValue: dead}}}"
    )
    include = "{Name: AWS::Include, Parameters: {Location: ../part.inc}}"
    (tmp_path / "stacks" / "a.yaml").write_text(
        "Resources:\n  Orders:\n    Type: AWS::SQS::Queue\n"
        f"    Properties: {{Fn::Transform: {include}}}\n"
    )
    (tmp_path / "stacks" / "b.yaml").write_text(
        "Resources: {Dead: {Type: AWS::SQS::Queue}}\n"
        "Outputs: {Dead: {Value: !GetAtt Dead.Arn, Export: {Name: dead}}}\n"
    )
    first, _ = units(tmp_path / "stacks")
    policy = resources(first.readings[0])["Orders"].properties["RedrivePolicy"]
    assert "Dead" in policy["deadLetterTargetArn"]
