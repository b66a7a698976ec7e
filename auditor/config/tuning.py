"""Rules as the configuration wants them: with other severities and thresholds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from auditor.config.model import Configuration
from auditor.config.validation import meant
from auditor.errors import UsageError
from auditor.findings import Severity
from auditor.policy import Trust
from auditor.rules import Rule
from auditor.selection import meaning

TRUST = "trust"


def tuned(rules: Sequence[Rule[Any]], settings: Configuration) -> tuple[Rule[Any], ...]:
    """The rules with the severities and options of the configuration.

    Raises `UsageError` for a rule, an option or a value that cannot be.
    """
    by_id = {rule.id: rule for rule in rules}
    for selector, severity in settings.get("severity", {}).items():
        for rule in _meant(selector, rules, settings, "severity"):
            by_id[rule.id] = by_id[rule.id].with_severity(Severity(severity))
    for selector, options in settings.get("options", {}).items():
        for rule in _meant(selector, rules, settings, "options"):
            _check(rule, selector, options, settings)
            by_id[rule.id] = by_id[rule.id].with_options(_arguments(options))
    trust = settings.get("trusted", {})
    trusted = Trust(*(frozenset(trust.get(kind, ())) for kind in ("accounts", "organizations")))
    for rule in by_id.values() if trust else ():
        if TRUST in rule.options:
            by_id[rule.id] = rule.with_options({TRUST: trusted})
    return tuple(by_id.values())


def _meant(
    selector: str, rules: Sequence[Rule[Any]], settings: Configuration, setting: str
) -> list[Rule[Any]]:
    try:
        return meaning(selector, rules)
    except UsageError as error:
        raise UsageError(f"{_place(settings, setting, selector)}: {error}", error.hint) from None


def _check(
    rule: Rule[Any], selector: str, options: Mapping[str, float], settings: Configuration
) -> None:
    known = list(rule.thresholds)
    for option in options:
        if option not in known:
            place = _place(settings, "options", selector, option)
            hint = meant(option, known) or f"It has {', '.join(known) or 'no options'}."
            raise UsageError(f"{place}: {rule.id} has no option {option!r}", hint)


def _arguments(options: Mapping[str, float]) -> dict[str, float]:
    return {name.replace("-", "_"): value for name, value in options.items()}


def _place(settings: Configuration, *path: str) -> str:
    return settings.file.place(path) if settings.file else "configuration"
