"""Git repositories made for tests."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

_IDENTITY = {
    f"GIT_{role}_{what}": value
    for role in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", "Test"), ("EMAIL", "test@example.com"))
}
# Neither the developer's settings nor the repository around the tests may be seen.
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")} | {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    **_IDENTITY,
}


def git(folder: Path, *arguments: str) -> str:
    """Run git in a folder; raises when it fails."""
    done = subprocess.run(
        ["git", *arguments], cwd=folder, env=ENVIRONMENT, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def repository(folder: Path) -> str:
    """Make a folder with files a repository with one commit, and return that."""
    git(folder, "init", "--quiet", "--initial-branch=main")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message=First")
    return git(folder, "rev-parse", "HEAD")
