"""The steps of action.yml, run as a runner would."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.cli.process import FAILING, MEDIUM, PASSING
from tests.pipeline.offline import ENVIRONMENT
from tests.pipeline.runner import Reply, Run, Runner

QUIET = {"arguments": "--select=SQS030\n--select=SQS032"}
FORK = {"pull_request": {"head": {"repo": {"fork": True}}}}
OWN = {"pull_request": {"head": {"repo": {"fork": False}}}}
BROKEN = "Resources: {Orders: {Type: AWS::SQS::Queue"


class Job:
    """A checkout, and what the used actions were given."""

    def __init__(self, folder: Path, installed: Mapping[str, Any], uploads: bool = True) -> None:
        self.checkout = folder / "checkout"
        self.checkout.mkdir()
        temp = folder / "temp"
        temp.mkdir()
        self.uploaded: list[Mapping[str, str]] = []
        self.kept: list[Mapping[str, str]] = []
        self._installed = installed

        def upload(given: Mapping[str, str]) -> Reply:
            self.uploaded.append(given)
            return Reply(succeeds=uploads)

        def keep(given: Mapping[str, str]) -> Reply:
            self.kept.append(given)
            return Reply()

        used = {"github/codeql-action/upload-sarif": upload, "actions/upload-artifact": keep}
        self.runner = Runner(self.checkout, temp, used)

    def write(self, text: str, name: str = "template.yaml") -> None:
        (self.checkout / name).write_text(text, encoding="utf-8")

    def run(self, inputs: Mapping[str, str] | None = None, event: Mapping[str, Any] = OWN) -> Run:
        given = {**QUIET, **(inputs or {})}
        return self.runner.run(given, dict(event), self._installed, ENVIRONMENT)


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Any]:
    """What the steps up to the installation gave; they are the same for every job."""
    folder = tmp_path_factory.mktemp("runner")
    used = {
        "actions/setup-python": lambda _: Reply({"python-path": sys.executable}),
        "actions/upload-artifact": lambda _: Reply(),
        "github/codeql-action/upload-sarif": lambda _: Reply(),
    }
    (folder / "template.yaml").write_text(PASSING)
    run = Runner(folder, folder, used).run(QUIET, environment=ENVIRONMENT)
    assert not run.failed, run.log
    return {name: run.steps[name] for name in ("python", "install")}


@pytest.fixture
def job(tmp_path: Path, installed: Mapping[str, Any]) -> Job:
    return Job(tmp_path, installed)


def test_msgaudit_is_installed_for_the_action_alone(installed: Mapping[str, Any]) -> None:
    python = Path(installed["install"]["outputs"]["python"])
    assert python.is_file()
    assert python.parent != Path(sys.executable).parent
    assert (python.parent / "msgaudit").exists()


def test_a_clean_project_passes(job: Job) -> None:
    job.write(PASSING)
    run = job.run()
    assert not run.failed
    assert run.outputs["exit-code"] == "0"
    assert run.outputs["complete"] == "true"
    assert run.outputs["findings"] == "0"
    assert "0 findings" in run.summary
    # Without results, for alerts to close.
    assert Path(job.uploaded[0]["sarif_file"]).read_text().count('"ruleId"') == 0


def test_findings_fail_the_job_after_they_are_uploaded(job: Job) -> None:
    job.write(FAILING)
    run = job.run()
    assert run.failed
    assert run.ran[-1] == "Pass or fail"
    assert run.ran.index("Upload to code scanning") < run.ran.index("Summarise")
    assert run.ran.index("Summarise") < run.ran.index("Keep the reports")
    assert (run.outputs["exit-code"], run.outputs["findings"]) == ("1", "1")
    assert (run.outputs["high"], run.outputs["medium"]) == ("1", "0")
    assert "::error file=template.yaml,line=2" in run.log
    assert "queue-without-dlq" in run.summary
    assert "SQS030" in Path(job.uploaded[0]["sarif_file"]).read_text()
    for name in ("json-file", "sarif-file", "html-file"):
        assert Path(run.outputs[name]).is_file()
        assert run.outputs[name] in job.kept[0]["path"]


def test_the_limit_decides(job: Job) -> None:
    job.write(MEDIUM)
    assert not job.run().failed
    assert job.run({"fail-on": "medium"}).failed


def test_an_incomplete_scan_fails_and_is_not_uploaded(job: Job) -> None:
    job.write(PASSING)
    job.write(BROKEN, "broken.yaml")
    run = job.run()
    assert run.failed
    assert run.outputs["exit-code"] == "4"
    assert run.outputs["complete"] == "false"
    assert run.outputs["gaps"] == "1"
    assert job.uploaded == []
    assert "broken.yaml" in run.summary
    assert job.kept


def test_gaps_can_be_accepted(job: Job) -> None:
    job.write(PASSING)
    job.write(BROKEN, "broken.yaml")
    run = job.run({"allow-gaps": "true"})
    assert not run.failed
    assert run.outputs["complete"] == "false"
    assert len(job.uploaded) == 1


def test_a_fork_uploads_nothing_and_is_gated(job: Job) -> None:
    job.write(FAILING)
    run = job.run(event=FORK)
    assert job.uploaded == []
    assert run.failed
    assert run.outputs["exit-code"] == "1"


def test_a_push_uploads(job: Job) -> None:
    job.write(PASSING)
    job.run(event={})
    assert len(job.uploaded) == 1


def test_without_code_scanning_the_gate_still_decides(
    tmp_path: Path, installed: Mapping[str, Any]
) -> None:
    job = Job(tmp_path, installed, uploads=False)
    job.write(PASSING)
    run = job.run()
    assert not run.failed
    assert "Code scanning did not take the findings" in run.summary


def test_uploads_and_artifacts_can_be_switched_off(job: Job) -> None:
    job.write(FAILING)
    run = job.run({"upload-sarif": "false", "artifact": "", "annotations": "false"})
    assert (job.uploaded, job.kept) == ([], [])
    assert "SQS030" in run.log
    assert "::error file=" not in run.log


@pytest.mark.parametrize(
    ("inputs", "said"),
    [
        ({"paths": "nowhere"}, "nowhere: no such file"),
        ({"fail-on": "hig"}, "'hig' is not one of"),
        ({"arguments": "--select=SQS99"}, "SQS99"),
        ({"allow-gaps": "yes"}, "allow-gaps is 'yes': expected true or false"),
    ],
)
def test_a_bad_input_fails_with_the_reason(job: Job, inputs: dict[str, str], said: str) -> None:
    job.write(PASSING)
    run = job.run(inputs)
    assert run.failed
    assert run.outputs["exit-code"] == "2"
    assert run.outputs["complete"] == "false"
    assert run.outputs["json-file"] == ""
    assert said in run.log
    assert job.uploaded == []


def test_an_empty_project_fails(job: Job) -> None:
    run = job.run()
    assert run.failed
    assert run.outputs["exit-code"] == "3"
    assert "Nothing was audited" in run.log


@pytest.mark.parametrize(
    "hostile",
    [
        "$(touch pwned)",
        "`touch pwned`",
        "'; touch pwned; '",
        '"; touch pwned; "',
        "template.yaml; touch pwned",
        "--exit-zero",
        "${{ github.token }}",
        "*",
    ],
)
@pytest.mark.parametrize("name", ["paths", "fail-on", "arguments", "annotations"])
def test_inputs_are_never_executed(job: Job, name: str, hostile: str) -> None:
    job.write(FAILING)
    run = job.run({name: hostile})
    assert [path.name for path in job.checkout.iterdir()] == ["template.yaml"]
    if not (name == "arguments" and hostile == "--exit-zero"):
        assert run.failed


def test_code_of_the_checkout_is_not_imported(job: Job) -> None:
    job.write(PASSING)
    for name in ("auditor", "click", "yaml", "json"):
        job.write("raise SystemExit('taken over')", f"{name}.py")
    run = job.run()
    assert not run.failed
    assert "taken over" not in run.log


def test_what_templates_say_does_not_command_the_runner(job: Job) -> None:
    job.write(
        'Resources: {"Q\\n::set-env name=A::b": {Type: "AWS::SQS::Queue"}}', "a\n::error::b.yaml"
    )
    run = job.run()
    assert "queue-without-dlq" in run.log
    lines = run.log.splitlines()
    assert [line for line in lines if line.startswith(("::set-env", "::error::b"))] == []
    assert run.outputs["findings"] == "1"
