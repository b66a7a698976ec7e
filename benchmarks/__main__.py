"""Compares msgaudit with the floor and with other tools: `python -m benchmarks [FOLDER]`.

Reads the templates of the folder, made ones where none is given.
"""

from __future__ import annotations

import platform
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.editor import compare_keystrokes
from benchmarks.measure import RUNS, Contender, compare
from benchmarks.peers import peers
from benchmarks.templates import write

SUFFIXES = {".yaml", ".yml", ".json"}
_MANY, _LARGE, _TOO_MANY = 200, 500, 5_000


def main(given: Path | None) -> None:
    """Print the ratios of start-up, and of few, many and large templates."""
    templates = _found(given) if given else None
    print(f"Python {platform.python_version()}, {platform.platform()}; {RUNS} runs of each command")
    compare(
        "Start-up",
        [
            Contender("python", [sys.executable, "-c", "pass"]),
            Contender("msgaudit", [sys.executable, "-m", "auditor", "--version"]),
        ],
    )
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        _compare_templates(templates or write(folder / "many", _MANY))
        large = write(folder / "large", 1, _LARGE)
        compare(f"One template of {_LARGE} resources", _readers(large))
        many = write(folder / "too-many", _TOO_MANY)
        compare(f"{_TOO_MANY} made templates: {_size(many)}", _own(many)[:2])
    compare_keystrokes()


def _found(folder: Path) -> Sequence[Path]:
    templates = sorted(path for path in folder.rglob("*") if path.suffix in SUFFIXES)
    if not templates:
        sys.exit(f"no template below {folder}")
    return templates


def _compare_templates(templates: Sequence[Path]) -> None:
    middle = sorted(templates, key=lambda path: path.stat().st_size)[len(templates) // 2]
    compare(f"One template: {_size([middle])}", _readers([middle]))
    compare(f"{len(templates)} templates: {_size(templates)}", _readers(templates))


def _size(templates: Sequence[Path]) -> str:
    return f"{sum(path.stat().st_size for path in templates) / 1e6:.2f} MB"


def _readers(templates: Sequence[Path]) -> list[Contender]:
    return [*_own(templates), *peers([str(path) for path in templates])]


def _own(templates: Sequence[Path]) -> list[Contender]:
    paths = [str(path) for path in templates]
    scan = [sys.executable, "-m", "auditor", "scan", "--format", "json", *paths]
    return [
        Contender("floor (compose and walk)", [sys.executable, "-m", "benchmarks.floor", *paths]),
        Contender("msgaudit", scan),
        Contender("msgaudit, one process", [*scan, "--jobs", "1"]),
        Contender("msgaudit, one rule", [*scan, "--select", "SQS030"]),
        Contender("msgaudit, opinions too", [*scan, "--pedantic"]),
    ]


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
