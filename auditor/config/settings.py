"""Brings the settings together: those of the environment win over those of the file."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from auditor.config.files import ConfigurationFile, find, read
from auditor.config.model import Configuration
from auditor.errors import UsageError

NONE = "none"
_PREFIX = "MSGAUDIT_"
_TRUTHS = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
# What one variable can hold; a mapping needs a file.
_FROM_ENVIRONMENT = (
    "select", "ignore", "pedantic", "include", "exclude", "parameter-files", "regions", "format",
    "fail-on", "strict", "allow-gaps", "baseline", "inline-suppressions", "tag-suppressions",
    "alarm-actions", "cache",
)  # fmt: skip


def configuration(given: str | None = None) -> Configuration:
    """The valid settings of a run; raises `UsageError` for a file or variable that is not valid.

    `given` is the file, or `none` for no file at all. Without it the file is looked for from the
    working directory up to the root of the repository.
    """
    given = given or os.environ.get(f"{_PREFIX}CONFIG")
    path = None if given == NONE else Path(given) if given else find(Path.cwd())
    environment = {name: os.environ[_variable(name)] for name in _FROM_ENVIRONMENT
                   if os.environ.get(_variable(name))}  # fmt: skip
    if path is None and not environment:
        return Configuration()
    file = read(Path.cwd() / path) if path is not None else None
    values = dict(_validated(file)) if file else {}
    origins = {name: file.place((name,)) for name in values} if file else {}
    for name, text in environment.items():
        values[name] = _converted(name, text)
        origins[name] = _variable(name)
    return Configuration(file, values, origins)


def _validated(file: ConfigurationFile) -> Mapping[str, Any]:
    from auditor.config.validation import problems, schema

    found = list(problems(file.values, schema()))
    if found:
        lines = [f"{_shown(file.place(item.path))}: {item}" for item in found]
        hints = dict.fromkeys(item.hint for item in found if item.hint)
        raise UsageError("\n  ".join(["the configuration is not valid", *lines]), " ".join(hints))
    return file.values


def _converted(name: str, text: str) -> object:
    """The value of a variable: a list is separated by spaces or commas."""
    from auditor.config.validation import problems, schema

    form = schema()["properties"][name]
    value: object = text
    if form.get("type") == "boolean":
        value = _TRUTHS.get(text.lower(), text)
    elif form.get("type") == "array" or form.get("$ref", "").endswith("/texts"):
        value = text.replace(",", " ").split()
    elif name == "baseline":
        value = str(Path.cwd() / text)
    for problem in problems(value, form):
        raise UsageError(f"{_variable(name)}: {problem}", problem.hint)
    if name == "parameter-files":
        return [str(Path.cwd() / file) for file in text.replace(",", " ").split()]
    return value


def _variable(name: str) -> str:
    return _PREFIX + name.upper().replace("-", "_")


def _shown(path: str) -> str:
    return path.removeprefix(f"{Path.cwd()}{os.sep}")
