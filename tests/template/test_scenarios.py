"""Conditions as scenarios: which readings a template has, and what stands in each."""

from __future__ import annotations

from pathlib import Path

import pytest

from auditor.engine import judge
from auditor.findings import Finding, Outcome
from auditor.inventory import Unit
from auditor.loading import load_rules
from auditor.values import Unknown
from tests.template.reading import reasons, resources, unit

STAGE = "Parameters: {Stage: {Type: String, Default: dev, AllowedValues: [dev, test, prod]}}"
PRODUCTION = f"{STAGE}\nConditions: {{Production: !Equals [!Ref Stage, prod]}}"
RULES = {rule.id: rule for rule in load_rules()}


def labels(unit_: Unit) -> list[str | None]:
    return [reading.label for reading in unit_.readings]


def probes(unit_: Unit) -> list[object]:
    """The property `Value` of the queue `Probe` in each reading; `...` where there is none."""
    return [
        found["Probe"].properties.get("Value") if "Probe" in found else ...
        for found in map(resources, unit_.readings)
    ]


def findings(unit_: Unit, rule: str) -> list[Finding]:
    return judge(unit_, [RULES[rule]]).findings


def probe(folder: Path, sections: str, properties: str, **parameters: str) -> Unit:
    resource = f"Resources: {{Probe: {{Type: AWS::SQS::Queue, Properties: {properties}}}}}"
    return unit(folder, f"{sections}\n{resource}", **parameters)


def test_readings_agree_with_the_condition(tmp_path: Path) -> None:
    read = probe(tmp_path, PRODUCTION, "{Value: !If [Production, 1, 2]}")
    assert labels(read) == ["Stage=dev|test", "Stage=prod"]
    assert probes(read) == [2, 1]


@pytest.mark.parametrize(("stage", "expected"), [("prod", 1), ("dev", 2), ("other", 2)])
def test_given_parameter_decides(tmp_path: Path, stage: str, expected: int) -> None:
    read = probe(tmp_path, PRODUCTION, "{Value: !If [Production, 1, 2]}", Stage=stage)
    assert (labels(read), probes(read)) == ([None], [expected])


def test_default_alone_is_not_the_only_value_of_a_compared_parameter(tmp_path: Path) -> None:
    sections = PRODUCTION.replace(", AllowedValues: [dev, test, prod]", "")
    read = probe(tmp_path, sections, "{Value: !If [Production, 1, 2]}")
    assert labels(read) == ["Stage=dev", "Stage=prod"]


def test_parameter_without_default_may_have_any_value(tmp_path: Path) -> None:
    sections = PRODUCTION.replace("Default: dev, AllowedValues: [dev, test, prod]", "")
    read = probe(tmp_path, sections, "{Value: !If [Production, 1, 2], Stage: !Ref Stage}")
    assert labels(read) == ["Stage=prod", "Stage=(other)"]
    assert probes(read) == [1, 2]
    stages = [resources(item)["Probe"].properties["Stage"] for item in read.readings]
    assert stages[0] == "prod"
    assert isinstance(stages[1], Unknown)


def test_unmentioned_condition_makes_no_scenario(tmp_path: Path) -> None:
    assert labels(probe(tmp_path, PRODUCTION, "{Value: 1}")) == [None]


def test_condition_of_an_unread_type_makes_no_scenario(tmp_path: Path) -> None:
    other = "Resources: {Other: {Type: AWS::EC2::Instance, Condition: Production}}"
    assert labels(unit(tmp_path, f"{PRODUCTION}\n{other}")) == [None]


def test_conditional_resource(tmp_path: Path) -> None:
    resource = "Resources: {Probe: {Type: AWS::SQS::Queue, Condition: Production}}"
    assert probes(unit(tmp_path, f"{PRODUCTION}\n{resource}")) == [..., None]


def test_whole_properties_may_be_conditional(tmp_path: Path) -> None:
    read = probe(tmp_path, PRODUCTION, "!If [Production, {Value: 1}, !Ref AWS::NoValue]")
    assert probes(read) == [None, 1]


def test_no_value_removes_list_elements_and_properties(tmp_path: Path) -> None:
    given = "{Value: [a, !If [Production, b, !Ref AWS::NoValue], c], Delay: !Ref AWS::NoValue}"
    read = probe(tmp_path, PRODUCTION, given)
    assert probes(read) == [["a", "c"], ["a", "b", "c"]]
    assert "Delay" not in resources(read.readings[0])["Probe"].properties


def test_nested_condition_functions(tmp_path: Path) -> None:
    sections = f"""{STAGE}
Conditions:
  Production: !Equals [!Ref Stage, prod]
  Test: {{'Fn::Equals': [{{Ref: Stage}}, test]}}
  Either: !Or [{{Condition: Production}}, !Condition Test]
  Neither: !Not [!Or [!Condition Production, !Condition Test]]
  Both: {{'Fn::And': [!Condition Production, !Condition Test]}}
"""
    conditional = "!If [{}, yes, no]"
    names = ["Either", "Neither", "Both"]
    given = ", ".join(conditional.format(name) for name in names)
    read = probe(tmp_path, sections, f"{{Value: [{given}]}}")
    by_label = dict(zip(labels(read), probes(read), strict=True))
    assert by_label == {
        "Stage=dev": [False, True, False],
        "Stage=test": [True, False, False],
        "Stage=prod": [True, False, False],
    }


def test_region_may_be_the_one_or_another(tmp_path: Path) -> None:
    sections = "Conditions: {Home: !Equals [!Ref AWS::Region, us-east-1]}"
    read = probe(tmp_path, sections, "{Value: !If [Home, 1, 2]}")
    assert labels(read) == ["AWS::Region=us-east-1", "AWS::Region=(other)"]
    assert probes(read) == [1, 2]


def test_condition_through_a_mapping(tmp_path: Path) -> None:
    sections = f"""{STAGE}
Mappings: {{Sizes: {{dev: {{big: 'no'}}, test: {{big: 'no'}}, prod: {{big: 'yes'}}}}}}
Conditions: {{Big: !Equals [!FindInMap [Sizes, !Ref Stage, big], 'yes']}}
"""
    read = probe(tmp_path, sections, "{Value: !If [Big, 1, 2]}")
    assert (labels(read), probes(read)) == (["Stage=dev|test", "Stage=prod"], [2, 1])


def test_comparison_of_two_open_values_may_go_either_way(tmp_path: Path) -> None:
    sections = """
Parameters: {A: {Type: String}, B: {Type: String}}
Conditions: {Same: !Equals [!Ref A, !Ref B]}
"""
    read = probe(tmp_path, sections, "{Value: !If [Same, 1, 2]}")
    assert (labels(read), probes(read)) == (["Same=true", "Same=false"], [1, 2])


def test_finding_says_when_it_holds(tmp_path: Path) -> None:
    template = f"""{PRODUCTION}
Resources:
  Dead: {{Type: AWS::SQS::Queue}}
  Probe:
    Type: AWS::SQS::Queue
    Properties:
      RedrivePolicy:
        deadLetterTargetArn: !GetAtt Dead.Arn
        maxReceiveCount: !If [Production, 5, 1]
"""
    (finding,) = findings(unit(tmp_path, template), "SQS032")
    assert finding.when == "Stage=dev|test"
    assert finding.location is not None
    assert (finding.location.line, finding.location.excerpt.strip()[:15]) == (10, "maxReceiveCount")


def test_finding_in_every_reading_has_no_when(tmp_path: Path) -> None:
    read = probe(tmp_path, PRODUCTION, "{DelaySeconds: !If [Production, 1, 2]}")
    assert [finding.when for finding in findings(read, "SQS030")] == [None]


def test_finding_wherever_a_conditional_resource_exists_has_no_when(tmp_path: Path) -> None:
    resource = "Resources: {Probe: {Type: AWS::SQS::Queue, Condition: Production}}"
    read = unit(tmp_path, f"{PRODUCTION}\n{resource}")
    assert [finding.when for finding in findings(read, "SQS030")] == [None]


def many(count: int) -> str:
    names = [f"P{number}" for number in range(count)]
    parameters = "\n".join(f"  {name}: {{Type: String, AllowedValues: [a, b]}}" for name in names)
    conditions = "\n".join(f"  C{name}: !Equals [!Ref {name}, a]" for name in names)
    return f"Parameters:\n{parameters}\nConditions:\n{conditions}"


def switches(count: int) -> str:
    return ", ".join(f"V{number}: !If [CP{number}, 1, 2]" for number in range(count))


def test_sixty_four_combinations_are_followed(tmp_path: Path) -> None:
    read = probe(tmp_path, many(6), f"{{{switches(6)}}}")
    assert len(set(labels(read))) == 64


@pytest.mark.parametrize("count", [7, 13, 40])
def test_more_combinations_leave_the_conditions_undecided(tmp_path: Path, count: int) -> None:
    given = f"{{{switches(count)}, RedrivePolicy: !If [CP0, {{maxReceiveCount: 1}}, {{}}]}}"
    read = probe(tmp_path, many(count), given)
    assert labels(read) == [None]
    (finding,) = findings(read, "SQS032")
    assert finding.outcome is Outcome.UNDETERMINED
    assert finding.message == "the conditions have more than 64 combinations"


@pytest.mark.parametrize(
    "conditions",
    [
        "{X: !Not [{Condition: Y}], Y: !Not [{Condition: X}]}",
        "{X: {Condition: X}}",
        "{X: !And []}",
        "{X: !Not []}",
        "{X: !Or a}",
        "{X: true}",
        "{X: !Equals a}",
        "{X: !Equals [!ImportValue a, [b]]}",
        "[X]",
        "{}",
    ],
)
def test_condition_that_says_nothing_decides_nothing(tmp_path: Path, conditions: str) -> None:
    given = "{RedrivePolicy: !If [X, {maxReceiveCount: 1}, {maxReceiveCount: 2}]}"
    read = probe(tmp_path, f"Conditions: {conditions}", given)
    assert reasons(read) == ""
    outcomes = {finding.outcome for finding in findings(read, "SQS032")}
    assert outcomes <= {Outcome.UNDETERMINED, Outcome.VIOLATION}
    assert all(
        finding.when or finding.outcome is Outcome.UNDETERMINED
        for finding in findings(read, "SQS032")
    )
