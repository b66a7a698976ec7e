"""A git repository whose history a test writes."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.cli.inside import msgaudit

NEW_YEAR_2026, NEW_YEAR_2027 = "1767225600", "1798761600"


@dataclass(frozen=True)
class Answer:
    """What the gate says: the status, what is new and undone, and the counts."""

    status: int
    new: frozenset[tuple[str, str]]
    known: int
    suppressed: int
    resolved: int


class History:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.git("init", "--quiet", "--initial-branch=main")

    def git(self, *arguments: str) -> str:
        identity = ("-c", "user.name=Ada", "-c", "user.email=ada@example.com")
        command = ["git", "-C", str(self.folder), *identity, "-c", "commit.gpgsign=false"]
        done = subprocess.run([*command, *arguments], capture_output=True, check=True, text=True)
        return done.stdout

    def commit(self, subject: str, files: Mapping[str, str | None]) -> None:
        """Write files, or remove those that are `None`, and commit."""
        for name, text in files.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if text is None:
                path.unlink()
            else:
                path.write_text(text)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", subject)

    def answer(self, *options: str, today: str = NEW_YEAR_2026, below: str = ".") -> Answer:
        folder = self.folder / below
        done = msgaudit(folder, "scan", "-f", "json", *options, SOURCE_DATE_EPOCH=today)
        assert done.returncode in (0, 1), done.stderr
        report = json.loads(done.stdout)
        return Answer(done.returncode, _new(report), *_counts(report["summary"]))


def _new(report: dict[str, Any]) -> frozenset[tuple[str, str]]:
    return frozenset(
        (item["rule"], item["resource"]["id"])
        for item in report["findings"]
        if item["suppression"] is None and not item["baselined"]
    )


def _counts(summary: dict[str, Any]) -> tuple[int, int, int]:
    comparison = summary["comparison"]
    resolved = comparison["resolved"] if comparison else 0
    return summary["baselined"], summary["suppressed"], resolved
