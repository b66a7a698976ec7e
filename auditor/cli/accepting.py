"""What a run accepts: the choices and the configuration, brought together."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from auditor.cli.options import Choices
from auditor.rules import Rule
from auditor.suppressions import Acceptance


def acceptance(choices: Choices, loaded: Sequence[Rule[Any]]) -> Acceptance:
    """Which suppressions count; those of templates and tags unless they are switched off."""
    from reports.clock import now

    made = Acceptance(now().date().isoformat(), loaded, inline=choices.inline_suppressions)
    settings = choices.config
    if not {"suppressions", "tag-suppressions"} & settings.values.keys():
        return made
    from auditor.config.accepted import central

    taggable = frozenset(settings.get("tag-suppressions", made.taggable))
    entries = tuple(central(settings))
    return Acceptance(made.today, loaded, entries, made.inline, taggable, _whole(choices))


def _whole(choices: Choices) -> bool:
    """Whether a folder is audited that holds all that the configuration is about."""
    root = Path(choices.config.patterns_folder).resolve()
    folders = (path.resolve() for path in map(Path, choices.paths) if path.is_dir())
    return any(root.is_relative_to(folder) for folder in folders)
