"""What was judged is let go of at once, without a look for garbage."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest

from auditor.collectors.template.collect import TemplateCollector
from auditor.collectors.template.documents import Document
from auditor.collectors.template.tree import StackTree
from auditor.graph import Graph
from auditor.loading import load_rules
from auditor.parallel import judge_all

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
# What could not be told is told by exceptions, which hold all that they went through.
UNDETERMINED = ("event_sources/source-mapped-twice", "step_functions/branches-without-catch")
# Values go from one to another and on, into a nested stack, under more than one scenario.
EXCHANGING = {
    "a.yaml": """Resources: {Orders: {Type: AWS::SQS::Queue}}
Outputs: {Arn: {Value: !GetAtt Orders.Arn, Export: {Name: orders}}}
""",
    "b.yaml": """Outputs: {Arn: {Value: !ImportValue orders, Export: {Name: passed-on}}}
Resources: {Topic: {Type: AWS::SNS::Topic}}
""",
    "c.yaml": """Transform: AWS::Serverless-2016-10-31
Parameters: {Stage: {Type: String}}
Conditions: {Live: !Equals [!Ref Stage, live]}
Resources:
  Nested: {Type: AWS::CloudFormation::Stack, Properties: {
    TemplateURL: nested.yaml, Parameters: {Source: !ImportValue passed-on}}}
  Worker: {Type: AWS::Serverless::Function, Condition: Live, Properties: {Events: {Next: {
    Type: SQS, Properties: {Queue: !GetAtt Nested.Outputs.Source}}}}}
""",
    "nested.yaml": """Parameters: {Source: {Type: String}}
Resources: {Inner: {Type: AWS::SQS::Queue}}
Outputs: {Source: {Value: !Ref Source}}
""",
}


@pytest.fixture
def _without_looks() -> Iterator[None]:
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("_without_looks")
def test_nothing_of_a_judged_template_stays() -> None:
    before = _alive()
    undetermined = [ROOT / "tests" / "fixtures" / name / "unknown.yaml" for name in UNDETERMINED]
    templates = [str(path) for path in (*EXAMPLES.glob("*.yaml"), *undetermined)]
    judged = list(judge_all(TemplateCollector(templates), load_rules(), jobs=1))
    assert len(judged) == len(templates) > 1
    assert _alive() == before


@pytest.mark.usefixtures("_without_looks")
def test_nothing_of_templates_that_exchange_values_stays(tmp_path: Path) -> None:
    for name, text in EXCHANGING.items():
        (tmp_path / name).write_text(text)
    before = _alive()
    judged = list(judge_all(TemplateCollector([str(tmp_path)]), load_rules(), jobs=1))
    assert sum(len(each.verdict.subjects) for each in judged) == 6
    assert _alive() == before


def _alive() -> int:
    return sum(isinstance(each, Document | Graph | StackTree) for each in gc.get_objects())
