"""The settings of a run that are more than defaults of options."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct, field

from auditor.config.files import ConfigurationFile


class Configuration(Struct, frozen=True):
    """Valid settings by name, from the environment or the file; `origins` says which.

    Paths in the file are relative to its folder, patterns to `tree` where that is set: the folder
    with another state of the same files.
    """

    file: ConfigurationFile | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    origins: Mapping[str, str] = field(default_factory=dict)
    tree: str | None = None

    def get(self, name: str, default: Any = None) -> Any:
        """The value of a setting."""
        return self.values.get(name, default)

    @property
    def folder(self) -> str:
        """The folder of the file; without one, the working directory."""
        return str(Path(self.file.path).parent if self.file else Path.cwd())

    @property
    def patterns_folder(self) -> str:
        """The folder that patterns of paths are relative to."""
        return self.tree or self.folder

    def path(self, text: str) -> str:
        """A path that stands in the file, seen from the working directory."""
        path = Path(text)
        return text if path.is_absolute() else os.path.relpath(Path(self.folder, path))

    def defaults(self) -> dict[str, Any]:
        """Defaults of the command line's options of the same names."""
        found = {
            name.replace("-", "_"): self.values[name] for name in _OPTIONS if name in self.values
        }
        if "format" in self.values:
            found["format_"] = self.values["format"]
        if "outputs" in self.values:
            outputs = self.values["outputs"].items()
            found["output"] = [f"{format_}={self.path(file)}" for format_, file in outputs]
        if "baseline" in self.values:
            found["baseline"] = self.path(self.values["baseline"])
        return found

    def parameters(self) -> list[str]:
        """The parameters as `NAME=VALUE`."""
        return [f"{name}={_text(value)}" for name, value in self.get("parameters", {}).items()]

    def parameter_files(self) -> list[str]:
        """The parameter files."""
        return [self.path(file) for file in self.get("parameter-files", ())]


_OPTIONS = (
    "select",
    "ignore",
    "pedantic",
    "fail-on",
    "strict",
    "allow-gaps",
    "inline-suppressions",
    "cache",
)


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
