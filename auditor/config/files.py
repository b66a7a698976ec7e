"""Finds the configuration file and reads it, keeping where each value stands."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

from auditor.errors import UsageError

if TYPE_CHECKING:
    from yaml.nodes import Node

NAMES = (".msgaudit.yaml", ".msgaudit.yml", "pyproject.toml")
_TABLE = b"[tool.msgaudit"
KeyPath = tuple[str | int, ...]


class ConfigurationFile(Struct, frozen=True):
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


def find(start: Path) -> Path | None:
    """The file nearest to a folder, no further up than the root of its repository.

    Raises `UsageError` where two stand side by side: nobody could tell which one counts.
    """
    for folder in (start, *start.parents):
        found = [path for name in NAMES if _configures(path := folder / name)]
        if len(found) > 1:
            names = " and ".join(path.name for path in found)
            raise UsageError(f"{folder} has two configurations: {names}", "Keep one of them.")
        if found:
            return found[0]
        if (folder / ".git").exists():
            return None
    return None


def _configures(path: Path) -> bool:
    if path.suffix != ".toml":
        return path.is_file()
    try:
        return _TABLE in path.read_bytes()
    except OSError:
        return False


def read(path: Path) -> ConfigurationFile:
    """The content of a YAML or TOML file; raises `UsageError` when it cannot be read."""
    try:
        data = path.read_bytes()
        text = data.decode("utf-8-sig")
    except OSError as error:
        raise UsageError(f"configuration {path}: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise UsageError(f"configuration {path} is not UTF-8 (byte {error.start})") from None
    return _toml(path, text) if path.suffix == ".toml" else _yaml(path, text)


def _toml(path: Path, text: str) -> ConfigurationFile:
    import tomllib

    try:
        content = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise UsageError(f"configuration {path}: {error}") from None
    if path.name == "pyproject.toml":
        tool = content.get("tool")
        content = tool.get("msgaudit", {}) if isinstance(tool, dict) else {}
    return _checked(path, plain(content), {})


def _yaml(path: Path, text: str) -> ConfigurationFile:
    import yaml

    from auditor.yaml_problems import mark_of, problem_of

    try:
        node = yaml.compose(text, yaml.SafeLoader)
        value = yaml.safe_load(text)
        lines: dict[KeyPath, int] = {}
        _note_lines(node, (), lines)
    except (yaml.YAMLError, ValueError) as error:
        mark = mark_of(error, text)
        place = f"{path}:{mark.line + 1}" if mark else str(path)
        raise UsageError(f"configuration {place}: {problem_of(error)}") from None
    except RecursionError:
        raise UsageError(f"configuration {path} is nested too deep") from None
    return _checked(path, plain({} if value is None else value), lines)


def _checked(path: Path, value: object, lines: dict[KeyPath, int]) -> ConfigurationFile:
    if not isinstance(value, dict):
        hint = "It maps settings to values, such as `fail-on: medium`."
        raise UsageError(f"configuration {path} is not a mapping", hint)
    return ConfigurationFile(str(path), value, lines)


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
    if isinstance(value, dt.date):
        return value.isoformat()
    return value
