"""`msgaudit config` and `msgaudit init`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from auditor.cli.output import to_file, to_standard_output
from auditor.config import Configuration, configuration
from auditor.config.files import NAMES, find
from auditor.errors import ExitStatus, UsageError

_STARTER = Path(__file__).parents[1] / "config" / "starter.yaml"


def init() -> int:
    """Write the starter; raises `UsageError` where there is a configuration already."""
    if (present := find(Path.cwd())) is not None:
        hint = "`msgaudit config show` prints what it says."
        raise UsageError(f"there is a configuration already: {present}", hint)
    to_file(NAMES[0], _STARTER.read_text(encoding="utf-8"))
    to_standard_output(f"Wrote {NAMES[0]}: read it, then run `msgaudit config validate`.\n")
    return ExitStatus.PASSED


def show(file: str | None) -> int:
    """Print the settings with their origins."""
    settings = configuration(file)
    lines = [f"{name}: {json.dumps(value)}  # {settings.origins[name]}"
             for name, value in sorted(settings.values.items())]  # fmt: skip
    to_standard_output("\n".join(lines or ["# no settings: everything has its default"]) + "\n")
    return ExitStatus.PASSED


def validate(file: str | None) -> int:
    """Check all that can be checked without a scan; raises `UsageError` for what is wrong."""
    settings = configuration(file)
    if settings.file is None:
        raise UsageError("there is no configuration here", "`msgaudit init` writes one.")
    problems = list(_problems(settings))
    if problems:
        raise UsageError("\n  ".join(["the configuration is not valid", *problems]))
    to_standard_output(f"{settings.file.path} is valid\n")
    return ExitStatus.PASSED


def _problems(settings: Configuration) -> Iterator[str]:
    """Selectors that mean no rule; raises `UsageError` for a template that is not there."""
    from auditor.config.accepted import central
    from auditor.config.stacks import stacks
    from auditor.config.tuning import tuned
    from auditor.loading import load_rules
    from auditor.selection import meaning

    rules = load_rules()
    tuned(rules, settings)
    stacks(settings)
    named = [(word, (key,)) for key in ("select", "ignore") for word in settings.get(key, ())]
    for selector, path in named:
        try:
            meaning(selector, rules)
        except UsageError as error:
            place = settings.file.place(path) if settings.file else ""
            yield f"{place}: {error} ({error.hint})"
    for item in central(settings):
        try:
            meaning(item.rule, rules)
        except UsageError as error:
            place = f"{item.location.path}:{item.location.line}" if item.location else ""
            yield f"{place}: {error} ({error.hint})"
