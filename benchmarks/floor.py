"""The least that any auditor of templates does: start an interpreter and compose every file."""

from __future__ import annotations

import sys
from pathlib import Path

import yaml


def compose(paths: list[str]) -> None:
    """Read each file with PyYAML's C parser, keeping the marks of lines and columns."""
    for path in paths:
        list(yaml.compose_all(Path(path).read_text(encoding="utf-8"), Loader=yaml.CSafeLoader))


if __name__ == "__main__":
    compose(sys.argv[1:])
