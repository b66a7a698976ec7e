"""Compares msgaudit with the floor and with other tools: `python -m benchmarks [FOLDER]`.

Reads the templates of the folder, made ones where none is given.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.editor import compare_keystrokes
from benchmarks.environments import CACHE
from benchmarks.measure import Contender, compare
from benchmarks.peers import peers
from benchmarks.templates import RESOURCES, write

SUFFIXES = {".yaml", ".yml", ".json"}
_MANY, _LARGE, _TOO_MANY = 200, 500, 5_000


def main() -> None:
    """Print the ratios of start-up, of one, many and large templates, and of keystrokes."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("folder", type=Path, nargs="?", help="templates, instead of made ones")
    parser.add_argument("--only", choices=_PARTS, help="run this part alone")
    asked = parser.parse_args()
    for name, part in _PARTS.items():
        if asked.only in (None, name):
            with tempfile.TemporaryDirectory() as place:
                part(asked.folder, Path(place))


def _start(*_: object) -> None:
    compare(
        "Start-up",
        [
            Contender("python", [sys.executable, "-c", "pass"]),
            Contender("msgaudit", [sys.executable, "-m", "auditor", "--version"]),
        ],
    )


def _one(given: Path | None, place: Path) -> None:
    templates = _found(given) if given else write(place, _MANY)
    middle = sorted(templates, key=lambda path: path.stat().st_size)[len(templates) // 2]
    compare(f"One template of {_size([middle])}", _readers([middle]))


def _many(given: Path | None, place: Path) -> None:
    templates = _found(given) if given else write(place, _MANY)
    compare(f"{len(templates)} templates, {_size(templates)}", _readers(templates))


def _large(_: Path | None, place: Path) -> None:
    templates = write(place, 1, _LARGE)
    compare(f"A made template of {_LARGE} resources, {_size(templates)}", _readers(templates))


def _most(_: Path | None, place: Path) -> None:
    templates = write(place, _TOO_MANY)
    title = f"{_TOO_MANY:,} made templates of {RESOURCES} resources, {_size(templates)}"
    compare(title, _own(templates)[:3])


def _editor(*_: object) -> None:
    compare_keystrokes()


_PARTS: dict[str, Callable[[Path | None, Path], None]] = {
    "start": _start,
    "one": _one,
    "many": _many,
    "large": _large,
    "most": _most,
    "editor": _editor,
}


def _found(folder: Path) -> Sequence[Path]:
    templates = sorted(path for path in folder.rglob("*") if path.suffix in SUFFIXES)
    if not templates:
        sys.exit(f"no template below {folder}")
    return templates


def _size(templates: Sequence[Path]) -> str:
    return f"{sum(path.stat().st_size for path in templates) / 1e6:.2f} MB"


def _readers(templates: Sequence[Path]) -> list[Contender]:
    return [*_own(templates), *peers([str(path) for path in templates])]


def _own(templates: Sequence[Path]) -> list[Contender]:
    paths = [str(path) for path in templates]
    command = [sys.executable, "-m", "auditor", "scan", "--format", "json"]
    scan = [*command, "--no-cache"]
    kept = {"XDG_CACHE_HOME": str(CACHE.absolute() / "cache")}
    return [
        Contender("floor", [sys.executable, "-m", "benchmarks.floor", *paths]),
        Contender("msgaudit", [*scan, *paths]),
        Contender("msgaudit, nothing changed", [*command, *paths], kept),
        Contender("msgaudit, one process", [*scan, "--jobs", "1", *paths]),
        Contender("msgaudit, one rule", [*scan, "--select", "SQS030", *paths]),
        Contender("msgaudit, opinions too", [*scan, "--pedantic", *paths]),
    ]


if __name__ == "__main__":
    main()
