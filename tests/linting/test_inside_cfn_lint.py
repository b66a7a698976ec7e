"""cfn-lint itself runs our rules."""

from __future__ import annotations

import json
import subprocess
import sysconfig
from pathlib import Path
from typing import Any

import cfnlint.runner
import pytest

import auditor.cfnlint
from auditor.cfnlint import _RULES
from tests.cli.inside import called
from tests.cli.process import FAILING, PASSING

SAM = Path(__file__).parents[1] / "fixtures/event_sources/batch-failures-not-reported/fail-sam.yaml"
IGNORED = f"Metadata: {{cfn-lint: {{config: {{ignore_checks: [ESQS030]}}}}}}\n{FAILING}"
ACCEPTED = f"{FAILING}    Metadata: {{msgaudit: {{ignore: [{{id: SQS030, reason: x}}]}}}}\n"


PROGRAM = str(Path(sysconfig.get_path("scripts"), "cfn-lint"))


def cfn_lint(folder: Path, *arguments: str, text: str | None = None) -> list[Any]:
    """What cfn-lint finds, called in this process: it takes seconds to load."""
    command = [PROGRAM, "--append-rules", "auditor.cfnlint", "--format", "json", *arguments]
    done = called(_exited, folder, command, text)
    assert done.stderr == ""
    matches = json.loads(done.stdout)
    assert [item for item in matches if item["Rule"]["Id"] in ("E0002", "E0003")] == []
    return list(matches)


def _exited() -> int:
    with pytest.raises(SystemExit) as stop:
        cfnlint.runner.main()
    return int(stop.value.code or 0)


def ids(matches: list[Any]) -> set[str]:
    return {item["Rule"]["Id"] for item in matches}


def test_the_program_takes_our_rules(tmp_path: Path) -> None:
    (tmp_path / "t.yaml").write_text(FAILING)
    command = [PROGRAM, "t.yaml", "--append-rules", "auditor.cfnlint"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "ESQS030 Orders has no dead-letter queue" in done.stdout
    assert done.stderr == ""


def test_findings_stand_where_cfn_lint_shows_them(tmp_path: Path) -> None:
    (tmp_path / "t.yaml").write_text(f"# orders\n{FAILING}")
    found = {item["Rule"]["Id"]: item for item in cfn_lint(tmp_path, "t.yaml")}
    assert set(found) == {"ESQS030", "WSQS027"}
    match = found["ESQS030"]
    assert (match["Level"], match["Message"]) == ("Error", "Orders has no dead-letter queue")
    assert match["Location"]["Start"] == {"LineNumber": 3, "ColumnNumber": 3}
    assert match["Location"]["Path"] == ["Resources", "Orders"]


def test_the_property_is_pointed_to(tmp_path: Path) -> None:
    (tmp_path / "t.json").write_text('{"Resources": {"Q": {"Type": "AWS::SQS::Queue",\n'
        '"Properties": {"ReceiveMessageWaitTimeSeconds": 0}}}}')  # fmt: skip
    found = {item["Rule"]["Id"]: item for item in cfn_lint(tmp_path, "t.json")}
    path = found["WSQS027"]["Location"]["Path"]
    assert path == ["Resources", "Q", "Properties", "ReceiveMessageWaitTimeSeconds"]
    assert found["WSQS027"]["Location"]["Start"]["LineNumber"] == 2


def test_what_sam_makes_is_found_at_its_event(tmp_path: Path) -> None:
    found = {item["Rule"]["Id"]: item for item in cfn_lint(tmp_path, str(SAM))}
    path = ["Resources", "Worker", "Properties", "Events", "Orders"]
    assert found["WESM014"]["Location"]["Path"] == path


@pytest.mark.parametrize(
    ("template", "expected"), [(FAILING, {"ESQS030"}), (IGNORED, set()), (ACCEPTED, set())]
)
def test_standard_input_and_metadata(tmp_path: Path, template: str, expected: set[str]) -> None:
    assert ids(cfn_lint(tmp_path, text=template)) == expected | {"WSQS027"}


def test_good_templates_pass_and_pedantic_rules_are_experimental(tmp_path: Path) -> None:
    quiet = ("--ignore-checks", "WCWA012", "WSQS036", "ECWA012")
    (tmp_path / "t.yaml").write_text(PASSING)
    assert cfn_lint(tmp_path, "t.yaml", *quiet) == []
    found = cfn_lint(tmp_path, "t.yaml", "--include-experimental", *quiet)
    assert "WSQS002" in ids(found)


def test_a_parameter_file_of_cfn_lint_is_no_template_of_ours(tmp_path: Path) -> None:
    """Whatever cfn-lint can read must not break a rule."""
    (tmp_path / "t.yaml").write_text("Resources: {A: {Type: 'Custom::X'}}\nOutputs: {}\n")
    assert [id_ for id_ in ids(cfn_lint(tmp_path, "t.yaml")) if "SQS" in id_] == []


def test_every_rule_has_an_id_that_tells_its_severity() -> None:
    for rule in _RULES:
        hosted = vars(auditor.cfnlint)[rule.id]()
        assert hosted.id[1:] == rule.id
        assert hosted.severity in ("error", "warning", "informational")
