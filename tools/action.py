"""The scan of the GitHub action: reads its inputs, audits, and writes its outputs.

Inputs come in environment variables, so that no shell reads them. The process exits 0 whatever the
scan says: the action uploads the reports first, and fails after that.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

_FORMATS = ("json", "sarif", "html", "markdown")
_SEVERITIES = ("critical", "high", "medium", "low", "info")
_SWITCHES = {"true": True, "false": False}
_USAGE = 2


def main() -> None:
    """Run the scan; an input that is no switch counts as a usage error of it."""
    folder = Path(tempfile.mkdtemp(prefix="msgaudit-", dir=os.environ["RUNNER_TEMP"]))
    files = {format_: folder / f"msgaudit.{format_}" for format_ in _FORMATS}
    try:
        command = _command(files)
    except ValueError as error:
        sys.stderr.write(f"msgaudit: {error}\n")
        status = _USAGE
    else:
        status = subprocess.run(command, check=False).returncode  # noqa: S603 # no shell reads it
    written = {format_: path for format_, path in files.items() if path.exists()}
    outputs = {"exit-code": status, **_counts(written), **_paths(written)}
    with Path(os.environ["GITHUB_OUTPUT"]).open("a", encoding="utf-8") as file:
        file.writelines(f"{name}={value}\n" for name, value in outputs.items())


def _command(files: Mapping[str, Path]) -> list[str]:
    outputs = [f"--output={format_}={path}" for format_, path in files.items()]
    return [
        *(sys.executable, "-P", "-m", "auditor", "scan", *outputs),
        f"--format={'github' if _switch('annotations') else 'text'}",
        f"--fail-on={_input('fail-on').strip()}",
        *(["--allow-gaps"] if _switch("allow-gaps") else []),
        *_lines("arguments"),
        "--",
        *_lines("paths"),
    ]


def _input(name: str) -> str:
    return os.environ[f"MSGAUDIT_ACTION_{name.replace('-', '_').upper()}"]


def _lines(name: str) -> list[str]:
    return [line.strip() for line in _input(name).splitlines() if line.strip()]


def _switch(name: str) -> bool:
    text = _input(name).strip()
    if text not in _SWITCHES:
        raise ValueError(f"the input {name} is {text!r}: expected true or false")
    return _SWITCHES[text]


def _counts(written: Mapping[str, Path]) -> dict[str, object]:
    if "json" not in written:
        return {"complete": "false"}
    summary = json.loads(written["json"].read_text("utf-8"))["summary"]
    severities = {name: summary["findings"][name] for name in _SEVERITIES}
    return {
        "complete": "false" if summary["gaps"] else "true",
        "findings": sum(severities.values()),
        **severities,
        "undetermined": summary["undetermined"],
        "gaps": summary["gaps"],
    }


def _paths(written: Mapping[str, Path]) -> dict[str, object]:
    return {f"{format_}-file": path for format_, path in written.items()}


if __name__ == "__main__":
    main()
