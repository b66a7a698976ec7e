"""Installs the peers that Python can run, each into an environment of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

CACHE = Path("build/benchmarks")


def program(requirement: str) -> Path | str:
    """The program of a package from the registry, or why it cannot be had.

    The requirement names one version: `checkov==3.3.30`.
    """
    package = requirement.partition("==")[0]
    folder = CACHE / requirement.replace("==", "-")
    installed, found = folder / "installed", folder / "bin" / package
    if not installed.exists():
        print(f"installing {requirement}", file=sys.stderr, flush=True)
        pip = [
            str(folder / "bin/python"),
            "-m",
            "pip",
            "install",
            "--quiet",
            "--no-compile",
            requirement,
        ]
        for command in ([sys.executable, "-m", "venv", "--clear", str(folder)], pip):
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.returncode != 0:
                reason = done.stderr.strip().rpartition("\n")[2]
                return f"it could not be installed: {reason}"
        installed.touch()
    return found.absolute() if found.exists() else f"the package has no program {package}"
