"""Where the project is that a run belongs to."""

from __future__ import annotations

from pathlib import Path


def root() -> Path | None:
    """The root of the repository around the working directory."""
    here = Path.cwd()
    return next((folder for folder in (here, *here.parents) if (folder / ".git").exists()), None)
