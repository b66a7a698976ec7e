from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

FIXTURES = Path(__file__).parents[1] / "fixtures"


def scan(seed: str) -> bytes:
    command = [sys.executable, "-m", "auditor", "scan", "--format", "json", "--pedantic"]
    done = subprocess.run(
        [*command, "--exit-zero", "--allow-gaps", "."],
        cwd=FIXTURES,
        env=os.environ | {"PYTHONHASHSEED": seed},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


def test_the_report_does_not_depend_on_the_hash_seed() -> None:
    report = scan("0")
    assert b"SQS030" in report
    assert scan("1") == report
    assert scan("4711") == report
