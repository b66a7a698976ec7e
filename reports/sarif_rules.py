"""Rules as SARIF describes them."""

from __future__ import annotations

from typing import Any

from auditor.findings import Category, Severity
from auditor.rules import Rule
from reports.safe import clipped
from reports.snippets import metadata

LEVELS = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "note",
    Severity.INFO: "note",
}
_PROBLEMS = {"error": "error", "warning": "warning", "note": "recommendation"}
# GitHub: over 9.0 critical, 7.0-8.9 high, 4.0-6.9 medium, 0.1-3.9 low.
_SECURITY_SEVERITIES = {
    Severity.CRITICAL: "9.5",
    Severity.HIGH: "8.0",
    Severity.MEDIUM: "5.5",
    Severity.LOW: "3.0",
    Severity.INFO: "1.0",
}
_LONGEST = 950  # GitHub: 1,024 characters for a description, here without the note on the cut


def descriptor(rule: Rule[Any]) -> dict[str, object]:
    """The rule with its help, which GitHub shows beside each alert."""
    return {
        "id": rule.id,
        "name": rule.name,
        "shortDescription": {"text": clipped(rule.summary, _LONGEST)},
        "fullDescription": {"text": clipped(rule.documentation, _LONGEST)},
        "help": {"text": _help(rule), "markdown": _markdown(rule)},
        "defaultConfiguration": {"level": LEVELS[rule.severity]},
        "properties": _properties(rule),
    }


def _properties(rule: Rule[Any]) -> dict[str, object]:
    # COST rules are of the category cost: a tag stands only once.
    tags = list(dict.fromkeys((rule.category.value, rule.id.rstrip("0123456789").lower(), "aws")))
    properties: dict[str, object] = {
        "tags": [*tags, "pedantic"] if rule.pedantic else tags,
        "precision": rule.confidence.value,
        "problem.severity": _PROBLEMS[LEVELS[rule.severity]],
    }
    # It turns every result of the rule into a security alert.
    if rule.category is Category.SECURITY:
        properties["security-severity"] = _SECURITY_SEVERITIES[rule.severity]
    return properties


def _help(rule: Rule[Any]) -> str:
    return (
        f"{rule.documentation}\n\nFix:\n\n{rule.remediation}\n\nTo accept it:\n\n"
        f"{metadata(rule.id)}\nGuide: {rule.guide}\n"
    )


def _markdown(rule: Rule[Any]) -> str:
    return (
        f"{rule.documentation}\n\n"
        f"## Fix\n\n```yaml\n{rule.remediation}\n```\n\n"
        f"## To accept it\n\n```yaml\n{metadata(rule.id)}```\n\n"
        f"## Guide\n\n{rule.guide}\n\n"
        f"`msgaudit explain {rule.id}` shows this in a terminal.\n"
    )
