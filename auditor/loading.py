"""Finds the rules: msgaudit's own and those of installed plug-ins."""

from __future__ import annotations

import os
import pkgutil
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from auditor.errors import InstallationError
from auditor.rules import Rule

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

BUILTIN = "checks"
GROUP = "msgaudit.rules"
_HEADING = f"[{GROUP}]".encode()
_METADATA = (".dist-info", ".egg-info")


def load_rules() -> tuple[Rule[Any], ...]:
    """Every installed rule in the order of ids.

    Rules are the module-level `Rule` values of the built-in package and of the packages that
    plug-ins name in the entry-point group `msgaudit.rules`. Raises `InstallationError` if there
    are none, if two share an id or a name, or if a plug-in cannot be imported.
    """
    found = list(rules_of(BUILTIN))
    if not found:
        raise InstallationError("no rules were found", "Reinstall msgaudit: its rules are missing.")
    for point in _plugins():
        found += _rules_of_plugin(point)
    rules = tuple(sorted(dict.fromkeys(found), key=lambda rule: rule.id))
    _reject_duplicates("id", [rule.id for rule in rules])
    _reject_duplicates("name", [rule.name for rule in rules])
    return rules


def installed(id_: str) -> Rule[Any]:
    """The rule with an id; raises `InstallationError` if it is not installed here."""
    found = _by_id().get(id_)
    if found is None:
        raise InstallationError(f"the rule {id_} is not installed", "Install the same plug-ins.")
    return found


@cache
def _by_id() -> dict[str, Rule[Any]]:
    return {rule.id: rule for rule in load_rules()}


def rules_of(package: str) -> Iterator[Rule[Any]]:
    """The rules of a package and of all modules below it."""
    root = import_module(package)
    names = [item.name for item in pkgutil.walk_packages(root.__path__, f"{package}.")]
    for module in (root, *map(import_module, names)):
        yield from (value for value in vars(module).values() if isinstance(value, Rule))


def _rules_of_plugin(point: EntryPoint) -> list[Rule[Any]]:
    try:
        rules = list(rules_of(point.module))
    except Exception as error:  # foreign code may fail in any way
        reason = f"{type(error).__name__}: {error}"
        raise InstallationError(
            f"the plug-in {point.name!r} ({point.module}) cannot be imported: {reason}",
            "Repair or uninstall the plug-in.",
        ) from error
    if not rules:
        raise InstallationError(f"the plug-in {point.name!r} ({point.module}) has no rules")
    return rules


def _plugins() -> Iterator[EntryPoint]:
    """The entry points of the group, except msgaudit's own.

    Reading every distribution through importlib.metadata costs more than auditing a template, so
    it is imported only for distributions whose entry points mention the group.
    """
    mentioning = [path for path in _metadata_folders() if _mentions_group(path)]
    if not mentioning:
        return
    from importlib.metadata import Distribution

    for path in mentioning:
        yield from Distribution.at(path).entry_points.select(group=GROUP)


def _metadata_folders() -> Iterator[Path]:
    for entry in map(Path, dict.fromkeys(sys.path)):
        with suppress(OSError):  # a folder that is not there, or an archive
            names = sorted(os.listdir(entry))  # noqa: PTH208 # making a thousand paths takes longer
            yield from (entry / name for name in names if name.endswith(_METADATA))


def _mentions_group(metadata: Path) -> bool:
    if metadata.name.startswith("msgaudit-"):
        return False
    try:
        return _HEADING in (metadata / "entry_points.txt").read_bytes()
    except OSError:
        return False


def _reject_duplicates(what: str, values: Iterable[str]) -> None:
    seen: set[str] = set()
    for value in values:
        if value in seen:
            raise InstallationError(
                f"two rules have the {what} {value!r}", "Uninstall one of the plug-ins."
            )
        seen.add(value)
