"""Compares msgaudit with the floor and with other tools: `python -m benchmarks [FOLDER]`."""

from __future__ import annotations

import platform
import sys
from pathlib import Path

from benchmarks.editor import compare_keystrokes
from benchmarks.measure import RUNS, Contender, compare
from benchmarks.peers import peers

SUFFIXES = {".yaml", ".yml", ".json"}


def main(folder: Path) -> None:
    """Print the ratios of start-up, one template and all templates of a folder."""
    templates = sorted(path for path in folder.rglob("*") if path.suffix in SUFFIXES)
    if not templates:
        sys.exit(f"no template below {folder}")
    size = sum(path.stat().st_size for path in templates)
    middle = sorted(templates, key=lambda path: path.stat().st_size)[len(templates) // 2]
    print(f"Python {platform.python_version()}, {platform.platform()}; {RUNS} runs of each command")
    compare(
        "Start-up",
        [
            Contender("python", [sys.executable, "-c", "pass"]),
            Contender("msgaudit", [sys.executable, "-m", "auditor", "--version"]),
        ],
    )
    compare(f"One template of {middle.stat().st_size} bytes", _readers([str(middle)]))
    title = f"{len(templates)} templates of {size / 1e6:.2f} MB"
    compare(title, _readers([str(path) for path in templates]))
    compare_keystrokes()


def _readers(templates: list[str]) -> list[Contender]:
    scan = [sys.executable, "-m", "auditor", "scan", "--format", "json", *templates]
    return [
        Contender("floor (compose)", [sys.executable, "-m", "benchmarks.floor", *templates]),
        Contender("msgaudit", scan),
        Contender("msgaudit, one rule", [*scan, "--select", "SQS030"]),
        Contender("msgaudit, opinions too", [*scan, "--pedantic"]),
        *peers(templates),
    ]


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "tests/fixtures"))
