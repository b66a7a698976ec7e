"""The examples for other pipelines do what they say."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.cli.process import FAILING, PASSING

ROOT = Path(__file__).parents[2]
GITLAB = (ROOT / "examples/gitlab-ci.yml").read_text("utf-8")
BUILDSPEC = yaml.safe_load((ROOT / "examples/buildspec.yml").read_text("utf-8"))
DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")


def bash(folder: Path, script: str, **variables: str) -> int:
    path = os.pathsep.join((sysconfig.get_path("scripts"), os.environ["PATH"]))
    command = ["bash", "-e", "-c", script]
    environment = os.environ | variables | {"PATH": path}
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, check=False
    ).returncode


def gitlab_job(**inputs: str) -> Any:
    """The job as GitLab makes it: inputs are put in as text."""
    header, _, text = GITLAB.partition("\n---\n")
    declared = yaml.safe_load(header)["spec"]["inputs"]
    given = {name: spec["default"] for name, spec in declared.items() if spec} | inputs
    given.setdefault("package", "msgaudit==1.0")
    text = re.sub(r"\$\[\[ inputs\.(\w+) \]\]", lambda found: given[found[1]], text)
    return yaml.safe_load(text)["msgaudit"]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "infra").mkdir()
    (tmp_path / "infra/good.yaml").write_text(PASSING)
    (tmp_path / "bad.yaml").write_text(FAILING)
    return tmp_path


@pytest.mark.parametrize(
    ("inputs", "status"),
    [({}, 1), ({"paths": "infra"}, 0), ({"arguments": "--ignore SQS030 --ignore SQS027"}, 0)],
)
def test_gitlab_gates_and_keeps_reports(project: Path, inputs: dict[str, str], status: int) -> None:
    job = gitlab_job(**inputs)
    [script] = job["script"]
    assert bash(project, script, **job["variables"]) == status
    artifacts = job["artifacts"]
    for name in (*artifacts["paths"], *artifacts["reports"].values()):
        assert (project / name).stat().st_size > 0
    assert artifacts["when"] == "always"


def test_gitlab_installs_what_is_named() -> None:
    job = gitlab_job(package="msgaudit==1.0")
    assert job["variables"]["MSGAUDIT_PACKAGE"] == "msgaudit==1.0"
    assert job["before_script"] == ['pip install --quiet "$MSGAUDIT_PACKAGE"']


def test_nobody_is_told_to_install_what_another_may_have_published() -> None:
    shown = [ROOT / "README.md", ROOT / "action.yml", *(ROOT / "docs").glob("*.md")]
    shown += [*(ROOT / "examples").glob("*.yml"), *(ROOT / ".github").rglob("*.yml")]
    by_name = re.compile(r"(pip|pipx|tool) install [^\n`]*(?<![/\w])msgaudit(?![/\w])")
    assert [path.name for path in shown if by_name.search(path.read_text("utf-8"))] == []


def test_codebuild_gates_and_reports(project: Path) -> None:
    [command] = BUILDSPEC["phases"]["build"]["commands"]
    assert bash(project, command) == 0
    for name in (*BUILDSPEC["reports"]["msgaudit"]["files"], *BUILDSPEC["artifacts"]["files"]):
        assert (project / name).stat().st_size > 0
    (project / "infra/worse.yaml").write_text(FAILING)
    assert bash(project, command) == 1


def test_the_container_is_built_from_all_that_it_needs(tmp_path: Path) -> None:
    """What the first stage copies is enough for pip to build msgaudit, rules and all."""
    for sources in re.findall(r"^COPY (?!--)(.*) \S+$", DOCKERFILE, re.MULTILINE):
        for source in sources.split():
            if (ROOT / source).is_dir():
                shutil.copytree(ROOT / source, tmp_path / source)
            else:
                shutil.copy(ROOT / source, tmp_path)
            assert f"!{source}" in (ROOT / ".dockerignore").read_text().splitlines()
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", "dist", "."]
    subprocess.run(command, cwd=tmp_path, capture_output=True, check=True)
    [wheel] = (tmp_path / "dist").glob("*.whl")
    assert "checks/sqs/dead_letter.py" in zipfile.ZipFile(wheel).namelist()


def test_the_container_has_no_rights() -> None:
    last = DOCKERFILE.rpartition("\nFROM ")[2]
    assert re.findall(r"^USER (\S+)$", last, re.MULTILINE) == ["msgaudit"]
    assert 'ENTRYPOINT ["msgaudit"]' in last
