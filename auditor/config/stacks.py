"""Which template a stack of an account was made of."""

from __future__ import annotations

from pathlib import Path

from auditor.config.model import Configuration
from auditor.errors import UsageError


def stacks(settings: Configuration) -> dict[str, str]:
    """Paths of templates by name of stack; raises `UsageError` for a file that is not there."""
    found = {}
    for name, text in settings.get("stacks", {}).items():
        found[name] = path = settings.path(text)
        if not Path(path).is_file():
            place = settings.file.place(("stacks", name)) if settings.file else "configuration"
            hint = "Name the template that the stack is made of, relative to the configuration."
            raise UsageError(f"{place}: stacks.{name}: there is no file {path}", hint)
    return found
