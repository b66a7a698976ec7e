"""Paths as the places that show reports know them."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path

from auditor.project import root


def relative(path: str) -> str:
    """The path from the root of the repository, with `/` and no `./`.

    Outside a repository it counts from the working directory. A path outside stays as it is.
    """
    here = str(Path.cwd())
    base = f"{_top(here)}{os.sep}"
    absolute = os.path.normpath(Path(here, path))
    inside = absolute.removeprefix(base) if absolute.startswith(base) else path
    return inside.replace(os.sep, "/").removeprefix("./")


@lru_cache(maxsize=8)
def _top(here: str) -> str:
    return str(root() or here)
