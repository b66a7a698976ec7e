"""Installs the peers that Python can run, each into an environment of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

CACHE = Path("build/benchmarks")


def program(package: str) -> Path | str:
    """The program of a package from the registry, or why it cannot be had."""
    folder = CACHE / package
    found = folder / "bin" / package
    if found.exists():
        return found
    pip = [str(folder / "bin/python"), "-m", "pip", "install", "--quiet", package]
    for command in ([sys.executable, "-m", "venv", str(folder)], pip):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            reason = done.stderr.strip().rpartition("\n")[2]
            return f"it could not be installed: {reason}"
    return found if found.exists() else f"the package has no program {package}"


def version(package: str) -> str:
    """The version that was installed."""
    command = [str(CACHE / package / "bin/python"), "-m", "pip", "show", package]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    lines = (line.partition(": ") for line in done.stdout.splitlines())
    return next((value for name, _, value in lines if name == "Version"), "?")
