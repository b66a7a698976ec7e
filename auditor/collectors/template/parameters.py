"""Parameter values from `--parameter` and `--parameter-file`."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from auditor.errors import UsageError

_FORMS = (
    'expected CloudFormation\'s JSON ([{"ParameterKey": "Stage", "ParameterValue": "prod"}] or '
    '{"Parameters": {"Stage": "prod"}}) or a samconfig.toml with parameter_overrides'
)


def given(pairs: Iterable[str], files: Iterable[str]) -> dict[str, str]:
    """All given values; the command line wins over files, later files over earlier ones.

    Raises `UsageError` for a pair without `=` and for a file that cannot be read.
    """
    values: dict[str, str] = {}
    for file in files:
        values.update(from_file(Path(file)))
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or not name:
            raise UsageError(f"--parameter {pair}: expected NAME=VALUE")
        values[name] = value
    return values


def from_file(path: Path) -> dict[str, str]:
    """The values of one file; raises `UsageError` when it cannot be read or understood."""
    try:
        text = path.read_text("utf-8-sig")
        content = _toml(text) if path.suffix == ".toml" else json.loads(text)
    except OSError as error:
        raise UsageError(f"parameter file {path}: {error.strerror}") from None
    except (ValueError, RecursionError) as error:
        raise UsageError(f"parameter file {path}: {error}", _FORMS) from None
    values = _samconfig(content) if path.suffix == ".toml" else _cloudformation(content)
    if values is None:
        raise UsageError(f"parameter file {path} has another form", _FORMS)
    return values


def _toml(text: str) -> Any:
    import tomllib

    return tomllib.loads(text)


def _cloudformation(content: Any) -> dict[str, str] | None:
    if isinstance(content, dict):
        content = content.get("Parameters", content)
    if isinstance(content, dict):
        return {name: _text(value) for name, value in content.items()}
    if not isinstance(content, list):
        return None
    values = {}
    for item in content:
        if not isinstance(item, dict) or "ParameterKey" not in item:
            return None
        if "ParameterValue" in item:
            values[str(item["ParameterKey"])] = _text(item["ParameterValue"])
    return values


def _samconfig(content: Mapping[str, Any]) -> dict[str, str] | None:
    for command in ("deploy", "global"):
        try:
            overrides = content["default"][command]["parameters"]["parameter_overrides"]
        except (KeyError, TypeError):
            continue
        if isinstance(overrides, dict):
            return {name: _text(value) for name, value in overrides.items()}
        words = overrides if isinstance(overrides, list) else shlex.split(str(overrides))
        pairs = (str(word).partition("=") for word in words)
        return {name: value.strip("\"'") for name, equals, value in pairs if equals}
    return None


def _text(value: object) -> str:
    if isinstance(value, list):
        return ",".join(map(_text, value))
    return str(value).lower() if isinstance(value, bool) else str(value)
