"""pre-commit installs the hooks from a repository, and runs them in another one."""

from __future__ import annotations

import shutil
import subprocess
import sysconfig
from pathlib import Path

import pytest

from tests.cli.process import FAILING, PASSING
from tests.pipeline import offline
from tests.pipeline.repository import ENVIRONMENT, git, repository

ROOT = Path(__file__).parents[2]
CONTENT = ("auditor", "checks", "reports", "pyproject.toml", "README.md", "LICENSE")
CONFIGURATION = """repos:
  - repo: {hooks}
    rev: {revision}
    hooks:
      - id: {hook}
"""
CHART = "kind: A\n---\nkind: B\n"


@pytest.fixture(scope="session")
def hooks(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, Path]:
    """The repository with the hooks, its commit, and the cache where pre-commit installs them."""
    folder = tmp_path_factory.mktemp("hooks")
    shutil.copy(ROOT / ".pre-commit-hooks.yaml", folder)
    for name in CONTENT:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, folder)
    return folder, repository(folder), tmp_path_factory.mktemp("cache")


class Project:
    """A repository of a user, with one hook."""

    def __init__(self, folder: Path, hooks: tuple[Path, str, Path], hook: str) -> None:
        self.folder = folder
        self._cache = hooks[2]
        configuration = CONFIGURATION.format(hooks=hooks[0], revision=hooks[1], hook=hook)
        self.write(".pre-commit-config.yaml", configuration)
        self.write("old.yaml", FAILING)
        repository(folder)

    def write(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text, encoding="utf-8")
        if (self.folder / ".git").exists():
            git(self.folder, "add", name)

    def run(self) -> subprocess.CompletedProcess[str]:
        """What a commit of the staged files would run."""
        program = Path(sysconfig.get_path("scripts"), "pre-commit")
        return subprocess.run(
            [program, "run", "--color=never"],
            cwd=self.folder,
            env=ENVIRONMENT | offline.ENVIRONMENT | {"PRE_COMMIT_HOME": str(self._cache)},
            capture_output=True,
            text=True,
            check=False,
        )


@pytest.fixture
def project(tmp_path: Path, hooks: tuple[Path, str, Path]) -> Project:
    return Project(tmp_path, hooks, "msgaudit")


def test_a_changed_template_is_audited_and_no_other(project: Project) -> None:
    project.write("new template.yaml", FAILING)
    project.write("chart.yaml", CHART)
    done = project.run()
    assert done.returncode == 1, done.stdout + done.stderr
    assert "- exit code: 1" in done.stdout
    assert "new template.yaml:2" in done.stdout
    assert "old.yaml" not in done.stdout
    assert "chart.yaml" not in done.stdout


def test_a_good_template_passes(project: Project) -> None:
    project.write("new.yaml", PASSING)
    done = project.run()
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Passed" in done.stdout


def test_what_is_no_template_passes(project: Project) -> None:
    project.write("chart.yaml", CHART)
    project.write("settings.json", "{broken")
    done = project.run()
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Passed" in done.stdout


def test_a_broken_template_fails(project: Project) -> None:
    project.write("new.yaml", f"{FAILING}  {{")
    done = project.run()
    assert done.returncode == 1
    assert "Could not be read" in done.stdout


def test_the_whole_project_is_audited(tmp_path: Path, hooks: tuple[Path, str, Path]) -> None:
    project = Project(tmp_path, hooks, "msgaudit-all")
    project.write("new.yaml", PASSING)
    done = project.run()
    assert done.returncode == 1, done.stdout + done.stderr
    assert "old.yaml:2" in done.stdout


def test_hooks_are_well_formed() -> None:
    program = Path(sysconfig.get_path("scripts"), "pre-commit")
    command = [str(program), "validate-manifest", ".pre-commit-hooks.yaml"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")
