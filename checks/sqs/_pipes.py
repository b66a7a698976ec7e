"""What pipes say about their target."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from auditor.resources import Pipe
from auditor.values import View, mapping, read

_NONE: Mapping[str, Any] = {}


def target_parameters(pipe: Pipe, name: str) -> View:
    """The parameters for one kind of target, empty where there are none."""
    whole = View(pipe.target_parameters or _NONE, ("TargetParameters",))
    path = (*whole.path, name)
    return View(read(whole.peek(name), mapping, path, _NONE), path)
