"""Start-up time is a feature: what a run does not need, it must not import."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = """
import os, pathlib, sys
target = pathlib.Path(sys.argv.pop(1))
def leave(status):
    target.write_text("\\n".join(sys.modules))
    sys.exit(status)
os._exit = leave
from auditor.__main__ import main
main()
"""
SLOW = {"boto3", "botocore", "cfnlint", "jinja2", "moto", "networkx", "rich", "samtranslator"}
# Of the standard library, each a thousandth of a second or more.
RARE = {"difflib", "importlib.metadata", "logging", "multiprocessing", "shutil", "tempfile"}


def modules(tmp_path: Path, *arguments: str) -> set[str]:
    """The modules imported by a run, which must succeed; measuring coverage would import more."""
    listing = tmp_path / "modules.txt"
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(listing), *arguments],
        cwd=tmp_path,
        env={name: value for name, value in os.environ.items() if not name.startswith("COV")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return set(listing.read_text().split())


def test_version_imports_no_library(tmp_path: Path) -> None:
    assert modules(tmp_path, "--version") & (SLOW | {"click", "yaml"}) == set()


@pytest.mark.parametrize("format_", ["text", "json", "sarif"])
def test_a_template_scan_imports_nothing_slow(tmp_path: Path, format_: str) -> None:
    (tmp_path / "template.yaml").write_text("Resources: {Orders: {Type: 'AWS::SQS::Queue'}}")
    command = ("scan", "--exit-zero", "--no-cache", "--format", format_, "template.yaml")
    imported = modules(tmp_path, *command)
    assert "yaml" in imported
    assert imported & (SLOW | RARE) == set()
