"""Where settings come from, and what is said of wrong ones."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from auditor.cli.options import FORMATS
from auditor.config.validation import SCHEMA, problems, schema
from auditor.findings import Category, Severity
from tests.cli.inside import msgaudit
from tests.cli.process import FAILING, MEDIUM, RULES

STARTER = Path(__file__).parents[2] / "auditor" / "config" / "starter.yaml"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A repository with a template below."""
    root = tmp_path / "repository"
    (root / ".git").mkdir(parents=True)
    (root / "infra").mkdir()
    (root / "infra" / "t.yaml").write_text(MEDIUM)
    return root


def status(folder: Path, *options: str, **environment: str) -> int:
    return msgaudit(folder, "scan", "t.yaml", *RULES, *options, **environment).returncode


def test_the_command_line_wins_over_the_environment_and_that_over_the_file(project: Path) -> None:
    infra = project / "infra"
    assert status(infra) == 0
    (project / ".msgaudit.yaml").write_text("fail-on: medium\n")
    assert status(infra) == 1
    assert status(infra, MSGAUDIT_FAIL_ON="high") == 0
    assert status(infra, "--fail-on", "low", MSGAUDIT_FAIL_ON="high") == 1
    assert status(infra, "--config", "none") == 0
    assert status(infra, MSGAUDIT_CONFIG="none") == 0


def test_a_flag_of_the_file_can_be_taken_back(tmp_path: Path) -> None:
    (tmp_path / ".msgaudit.yaml").write_text("allow-gaps: true\n")
    (tmp_path / "broken.yaml").write_text("Resources: [")
    (tmp_path / "t.yaml").write_text("Resources: {T: {Type: AWS::SNS::Topic}}")
    paths = ("scan", "t.yaml", "broken.yaml", *RULES)
    assert msgaudit(tmp_path, *paths).returncode == 0
    assert msgaudit(tmp_path, *paths, "--no-allow-gaps").returncode == 4


def test_the_nearest_file_counts_alone_and_none_above_the_repository(project: Path) -> None:
    (project.parent / ".msgaudit.yaml").write_text("fail-on: low\n")
    assert status(project / "infra") == 0
    (project / ".msgaudit.yaml").write_text("strict: true\n")
    (project / "infra" / "pyproject.toml").write_text("[tool.msgaudit]\nfail-on = 'medium'\n")
    shown = msgaudit(project / "infra", "config", "show").stdout
    assert shown == f'fail-on: "medium"  # {project}/infra/pyproject.toml\n'
    (project / "infra" / "pyproject.toml").write_text("[tool.other]\n")
    assert "strict: true" in msgaudit(project / "infra", "config", "show").stdout


def test_two_files_in_one_folder_are_an_error(tmp_path: Path) -> None:
    (tmp_path / ".msgaudit.yaml").write_text("fail-on: low\n")
    (tmp_path / "pyproject.toml").write_text("[tool.msgaudit]\n")
    done = msgaudit(tmp_path, "config", "show")
    assert done.returncode == 2
    assert "has two configurations: .msgaudit.yaml and pyproject.toml" in done.stderr


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\nfail_on: low", ".msgaudit.yaml:2: fail_on: there is no such setting"),
        ("fail_on: low", "Did you mean fail-on?"),
        ("fail-on: hihg", 'fail-on: "hihg" is none of critical, high'),
        ("fail-on: 3", "fail-on: 3 is none of critical, high"),
        ("select: SQS", 'select: "SQS" is not a list'),
        ("select: [1]", "select.0: 1 is not text"),
        ("strict: 1", "strict: 1 is not true or false"),
        ("trusted: {accounts: [111122223333]}", "trusted.accounts.0: 111122223333 is not text"),
        ("trusted: {accounts: ['1']}", "is not an account id of 12 digits in quotes"),
        ("suppressions: [{reason: x}]", "suppressions.0: rule is missing"),
        ("suppressions: [{rule: x, expires: soon}]", '"soon" is not a date such as 2030-12-31'),
        ("suppressions: [{rule: []}]", "suppressions.0.rule: the list is empty"),
        ("outputs: {pdf: x}", 'outputs.pdf: "pdf" is none of text, json'),
        ("- a", "is not a mapping"),
        ("a: [", ".msgaudit.yaml:1: expected the node content, but found '<stream end>'"),
        ("a:\n- b\nc", ".msgaudit.yaml:3: could not find expected ':'"),
        ("a: !!python/object:os.system x", "could not determine a constructor"),
        ("# \xe9\n\x00", ".msgaudit.yaml:2: special characters are not allowed (0x0)"),
        ("[" * 5000, "configuration"),
        ("options: {SQS032: {least: 1}}", "SQS032 has no option 'least'"),
        ("options: {SQS030: {most: 1}}", "It has no options."),
        ("severity: {SQS99: low}", ".msgaudit.yaml:1: no rule has the id, name or category"),
        ("exclude: ['t.yaml']\nparameter-files: [none.json]", "none.json: No such file"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / ".msgaudit.yaml").write_text(text)
    (tmp_path / "t.yaml").write_text(FAILING)
    done = msgaudit(tmp_path, "scan", "t.yaml")
    assert done.returncode == 2
    assert message in done.stderr


@pytest.mark.parametrize(
    ("variable", "value", "message"),
    [
        ("FAIL_ON", "x", 'MSGAUDIT_FAIL_ON: "x" is none of'),
        ("STRICT", "perhaps", 'MSGAUDIT_STRICT: "perhaps" is not true or false'),
        ("CONFIG", "none.yaml", "none.yaml: No such file or directory"),
        ("SELECT", "SQS030,SQS99", "no rule has the id, name or category 'SQS99'"),
    ],
)
def test_a_wrong_variable_is_named(tmp_path: Path, variable: str, value: str, message: str) -> None:
    (tmp_path / "t.yaml").write_text(FAILING)
    done = msgaudit(tmp_path, "scan", "t.yaml", **{f"MSGAUDIT_{variable}": value})
    assert done.returncode == 2
    assert message in done.stderr


def report(folder: Path, *arguments: str) -> dict[str, Any]:
    done = msgaudit(folder, "scan", *arguments, "-f", "json")
    return dict(json.loads(done.stdout))


def test_severities_and_thresholds(tmp_path: Path) -> None:
    (tmp_path / "t.yaml").write_text(MEDIUM.replace("maxReceiveCount: 1", "maxReceiveCount: 60"))
    assert report(tmp_path, "t.yaml", "--select", "SQS032")["findings"] == []
    (tmp_path / ".msgaudit.yaml").write_text(
        "options: {SQS032: {most: 50}}\nseverity: {reliability: low, SQS032: critical}\n"
    )
    (found,) = report(tmp_path, "t.yaml", "--select", "SQS032")["findings"]
    assert (found["rule"], found["severity"]) == ("SQS032", "critical")


def test_a_chosen_severity_wins_over_that_of_the_single_finding(tmp_path: Path) -> None:
    refused = MEDIUM.replace("maxReceiveCount: 1", "maxReceiveCount: 2000")
    (tmp_path / "t.yaml").write_text(refused)
    (tmp_path / ".msgaudit.yaml").write_text("severity: {SQS032: info}\n")
    (found,) = report(tmp_path, "t.yaml", "--select", "SQS032")["findings"]
    assert found["severity"] == "info"


def test_patterns_hold_for_named_files_too(project: Path) -> None:
    for name in ("infra/old/a.yaml", "infra/new/b.yaml", "apps/c.yaml"):
        path = project / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(FAILING)
    (project / ".msgaudit.yaml").write_text("include: ['inf?a/**']\nexclude: [infra/o*, t.yaml]\n")
    outside = project.parent / "outside.yaml"
    outside.write_text(FAILING)
    named = ("infra/old/a.yaml", "infra/new/b.yaml", "apps/c.yaml", str(outside))
    for paths in ((".", str(outside)), named):
        found = report(project, *paths, "--select", "SQS030")["findings"]
        places = {item["location"]["path"] for item in found}
        assert places == {"infra/new/b.yaml", str(outside)}


def test_parameters_are_merged_by_name(tmp_path: Path) -> None:
    (tmp_path / "t.yaml").write_text(
        "Parameters: {Count: {Type: Number}, Wait: {Type: Number}}\n"
        + MEDIUM.replace("maxReceiveCount: 1", "maxReceiveCount: !Ref Count")
    )
    (tmp_path / "values.json").write_text('{"Count": "1"}')
    (tmp_path / ".msgaudit.yaml").write_text("parameters: {Count: 5, Wait: 1}\n")
    options = ("t.yaml", "--select", "SQS032")
    assert report(tmp_path, *options)["findings"] == []
    assert len(report(tmp_path, *options, "--parameter-file", "values.json")["findings"]) == 1
    assert report(tmp_path, *options, "--parameter", "Wait=2")["findings"] == []


def test_paths_of_the_file_are_relative_to_it(project: Path) -> None:
    (project / ".msgaudit.yaml").write_text("outputs: {json: r.json}\nbaseline: known.json\n")
    done = msgaudit(project / "infra", "baseline", "create", ".")
    assert done.stderr.startswith("../known.json: ")
    assert msgaudit(project / "infra", "scan", ".").returncode == 0
    assert (project / "r.json").exists()


BUS = """Resources:
  Bus: {Type: AWS::Events::EventBus, Properties: {Name: orders}}
  Policy:
    Type: AWS::Events::EventBusPolicy
    Properties:
      EventBusName: !Ref Bus
      StatementId: partner
      Statement:
        Effect: Allow
        Principal: %s
        Action: events:PutRule
        Resource: !GetAtt Bus.Arn
"""


@pytest.mark.parametrize(
    "principal",
    [
        "{AWS: arn:aws:iam::111122223333:root}",
        "'*'\n        Condition: {StringEquals: {aws:PrincipalOrgID: o-abc1234567}}",
        "'*'\n        Condition: {StringEquals: {aws:PrincipalAccount: '111122223333'}}",
    ],
)
def test_who_is_trusted_is_no_stranger(tmp_path: Path, principal: str) -> None:
    (tmp_path / "t.yaml").write_text(BUS % principal)
    trusted = "trusted: {{accounts: ['{}'], organizations: [{}]}}\n"
    found = {}
    for ids in (("111122223333", "o-abc1234567"), ("999999999999", "o-other12345")):
        (tmp_path / ".msgaudit.yaml").write_text(trusted.format(*ids))
        found[ids] = len(report(tmp_path, "t.yaml", "--select", "IAM012")["findings"])
    assert list(found.values()) == [0, 1]


def test_init_writes_a_valid_file_once(tmp_path: Path) -> None:
    assert msgaudit(tmp_path, "init").returncode == 0
    done = msgaudit(tmp_path, "config", "validate")
    assert (done.returncode, done.stdout) == (0, f"{tmp_path}/.msgaudit.yaml is valid\n")
    again = msgaudit(tmp_path, "init")
    assert again.returncode == 2
    assert "there is a configuration already" in again.stderr


def test_the_starter_shows_only_what_there_is(tmp_path: Path) -> None:
    text = STARTER.read_text()
    lines = [line.removeprefix("# ") for line in text.splitlines() if "`" not in line]
    settings = [line for line in lines if line.split(":")[0].strip(" -") and _is_yaml(line)]
    (tmp_path / ".msgaudit.yaml").write_text("\n".join(settings))
    (tmp_path / "infra").mkdir()
    (tmp_path / "infra" / "orders.yaml").write_text(FAILING)
    done = msgaudit(tmp_path, "config", "validate")
    assert done.returncode == 0, done.stderr
    shown = yaml.safe_load((tmp_path / ".msgaudit.yaml").read_text())
    missing = {"format"}
    assert set(shown) == set(schema()["properties"]) - missing


def _is_yaml(line: str) -> bool:
    return line.startswith((" ", *schema()["properties"]))


def test_validate_finds_what_names_no_rule(tmp_path: Path) -> None:
    text = "ignore: [SQS030]\nsuppressions:\n  - {rule: SQS30, reason: x}\n"
    (tmp_path / ".msgaudit.yaml").write_text(text)
    done = msgaudit(tmp_path, "config", "validate")
    assert done.returncode == 2
    assert ".msgaudit.yaml:3: no rule has the id, name or category 'SQS30'" in done.stderr
    assert msgaudit(tmp_path, "config", "validate", "--config", "none").returncode == 2


def test_validate_looks_for_the_templates_of_stacks(tmp_path: Path) -> None:
    (tmp_path / ".msgaudit.yaml").write_text("stacks:\n  shop: infra/shop.yaml\n")
    done = msgaudit(tmp_path, "config", "validate")
    assert done.returncode == 2
    assert ".msgaudit.yaml:2: stacks.shop: there is no file infra/shop.yaml" in done.stderr
    (tmp_path / "infra").mkdir()
    (tmp_path / "infra" / "shop.yaml").write_text(FAILING)
    assert msgaudit(tmp_path, "config", "validate").returncode == 0


def test_the_schema_names_the_words_of_the_product() -> None:
    own = schema()
    assert tuple(own["$defs"]["format"]["enum"]) == FORMATS
    assert own["properties"]["severity"]["additionalProperties"]["enum"] == list(Severity)
    assert own["properties"]["fail-on"]["enum"] == [*Severity, "never"]
    assert own["properties"]["tag-suppressions"]["items"]["enum"] == list(Category)


WORDS = st.sampled_from(
    ["select", "fail-on", "high", "rule", "reason", "expires", "2030-12-31", "trusted", "accounts",
     "111122223333", "suppressions", "options", "SQS030", "most", "outputs", "json", "strict"]
)  # fmt: skip
VALUES = st.recursive(
    WORDS | st.booleans() | st.integers(0, 3) | st.none(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=4),
)


@pytest.fixture(scope="module")
def general() -> jsonschema.Draft202012Validator:
    form = json.loads(SCHEMA.read_text())
    jsonschema.Draft202012Validator.check_schema(form)
    checker = jsonschema.Draft202012Validator.FORMAT_CHECKER
    return jsonschema.Draft202012Validator(form, format_checker=checker)


@given(value=st.dictionaries(WORDS, VALUES))
def test_validation_agrees_with_a_general_validator(
    general: jsonschema.Draft202012Validator, value: dict[str, object]
) -> None:
    assert (not list(problems(value, schema()))) == general.is_valid(value)


def test_a_hook_passes_for_excluded_files_and_others_hear_why(tmp_path: Path) -> None:
    (tmp_path / "t.yaml").write_text(FAILING)
    (tmp_path / ".msgaudit.yaml").write_text("exclude: [t.yaml]\n")
    assert msgaudit(tmp_path, "scan", "--skip-non-templates", "t.yaml").returncode == 0
    done = msgaudit(tmp_path, "scan", "t.yaml")
    assert done.returncode == 3
    assert "include and exclude leave no template" in done.stderr
