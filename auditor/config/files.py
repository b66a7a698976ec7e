"""Finds the configuration file and reads it, keeping where each value stands."""

from __future__ import annotations

import datetime
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from auditor.errors import UsageError

if TYPE_CHECKING:
    from yaml.nodes import Node

NAMES = (".msgaudit.yaml", ".msgaudit.yml", "pyproject.toml")
_TABLE = b"[tool.msgaudit"
KeyPath = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class ConfigurationFile:
    """The content of a file. `lines` has the line of each value that is known to have one."""

    path: str
    values: Mapping[str, Any]
    lines: Mapping[KeyPath, int] = field(default_factory=dict)

    def place(self, path: KeyPath) -> str:
        """`file:line` of a value or of what is nearest around it."""
        line = self.line(path)
        return f"{self.path}:{line}" if line else self.path

    def line(self, path: KeyPath) -> int | None:
        """The line of a value or of what is nearest around it."""
        for length in range(len(path), 0, -1):
            if path[:length] in self.lines:
                return self.lines[path[:length]]
        return None


def find(start: str) -> str | None:
    """The file nearest to a folder, no further up than the root of its repository.

    Raises `UsageError` where two stand side by side: nobody could tell which one counts.
    """
    folder = os.path.abspath(start)
    while True:
        found = [path for name in NAMES if _configures(path := os.path.join(folder, name))]
        if len(found) > 1:
            names = " and ".join(os.path.basename(path) for path in found)
            raise UsageError(f"{folder} has two configurations: {names}", "Keep one of them.")
        if found:
            return found[0]
        parent = os.path.dirname(folder)
        if parent == folder or os.path.exists(os.path.join(folder, ".git")):
            return None
        folder = parent


def _configures(path: str) -> bool:
    if not path.endswith(".toml"):
        return os.path.isfile(path)
    try:
        with open(path, "rb") as file:
            return _TABLE in file.read()
    except OSError:
        return False


def read(path: str) -> ConfigurationFile:
    """The content of a YAML or TOML file; raises `UsageError` when it cannot be read."""
    try:
        data = Path(path).read_bytes()
        text = data.decode("utf-8-sig")
    except OSError as error:
        raise UsageError(f"configuration {path}: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise UsageError(f"configuration {path} is not UTF-8 (byte {error.start})") from None
    return _toml(path, text) if path.endswith(".toml") else _yaml(path, text)


def _toml(path: str, text: str) -> ConfigurationFile:
    import tomllib

    try:
        content = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise UsageError(f"configuration {path}: {error}") from None
    if os.path.basename(path) == "pyproject.toml":
        tool = content.get("tool")
        content = tool.get("msgaudit", {}) if isinstance(tool, dict) else {}
    return _checked(path, plain(content), {})


def _yaml(path: str, text: str) -> ConfigurationFile:
    import yaml

    try:
        node = yaml.compose(text, yaml.SafeLoader)
        value = yaml.safe_load(text)
        lines: dict[KeyPath, int] = {}
        _note_lines(node, (), lines)
    except (yaml.YAMLError, ValueError) as error:
        raise UsageError(f"configuration {path}: {' '.join(str(error).split())}") from None
    except RecursionError:
        raise UsageError(f"configuration {path} is nested too deep") from None
    return _checked(path, plain({} if value is None else value), lines)


def _checked(path: str, value: object, lines: dict[KeyPath, int]) -> ConfigurationFile:
    if not isinstance(value, dict):
        hint = "It maps settings to values, such as `fail-on: medium`."
        raise UsageError(f"configuration {path} is not a mapping", hint)
    return ConfigurationFile(path, value, lines)


def _note_lines(node: Node | None, path: KeyPath, lines: dict[KeyPath, int]) -> None:
    from yaml.nodes import MappingNode, SequenceNode

    if isinstance(node, MappingNode):
        for key, value in node.value:
            inner = (*path, str(key.value))
            lines[inner] = key.start_mark.line + 1
            _note_lines(value, inner, lines)
    elif isinstance(node, SequenceNode):
        for number, value in enumerate(node.value):
            lines[*path, number] = value.start_mark.line + 1
            _note_lines(value, (*path, number), lines)


def plain(value: object) -> object:
    """The value in JSON's types: dates become text, and so do the keys of mappings."""
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return [plain(item) for item in value]
    if isinstance(value, datetime.date):
        return value.isoformat()
    return value
