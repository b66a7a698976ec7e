"""Paths as the places that show reports know them."""

from __future__ import annotations

import os
from pathlib import Path


def relative(path: str) -> str:
    """The path from the working directory, which CI makes the checkout, with `/` and no `./`.

    A path outside stays as it is.
    """
    inside = path.removeprefix(f"{Path.cwd()}{os.sep}")
    return inside.replace(os.sep, "/").removeprefix("./")
