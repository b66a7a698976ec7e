"""The documents promise only what there is."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from auditor.errors import ExitStatus
from auditor.loading import load_rules

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCUMENTS = {
    path: path.read_text(encoding="utf-8")
    for path in (
        ROOT / "README.md",
        ROOT / "CONTRIBUTING.md",
        ROOT / "docs/architecture.md",
        ROOT / "docs/ci.md",
        ROOT / "docs/editors.md",
    )
}


def help_of(command: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "auditor", command, "--help"],
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def test_options_exist() -> None:
    options = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", README))
    assert "--fail-on" in options
    helps = "".join(map(help_of, ("scan", "fix", "test-event", "advise")))
    assert options - {"--append-rules"} <= set(re.findall(r"--[a-z][a-z-]+", helps))


def test_exit_statuses_are_the_real_ones() -> None:
    table = {int(status) for status in re.findall(r"^\| (\d+) \|", README, re.MULTILINE)}
    assert table == {status.value for status in ExitStatus}


def test_rules_exist() -> None:
    rules = {rule.id for rule in load_rules()} | {rule.name for rule in load_rules()}
    named = {word for text in DOCUMENTS.values() for word in re.findall(r"\b[A-Z]{3}\d{3}\b", text)}
    assert "SQS030" in named
    assert named <= rules


def test_make_targets_exist() -> None:
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    pattern = r"(?:`|\$ )make ([a-z-]+)"
    named = {word for text in DOCUMENTS.values() for word in re.findall(pattern, text)}
    assert {"demo", "test"} <= named
    assert named <= set(targets)


def test_links_and_paths_lead_somewhere() -> None:
    for document, text in DOCUMENTS.items():
        for link in re.findall(r"\]\((?!https?:)([^)#]+)\)", text):
            assert (document.parent / link).exists(), f"{document.name}: {link}"
        for path in re.findall(r"`((?:auditor|checks|reports)/[\w/.]*)`", text):
            assert (ROOT / path).exists(), f"{document.name}: {path}"
