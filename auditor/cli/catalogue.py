"""`msgaudit rules` and `msgaudit explain`."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Iterator, Sequence
from typing import Any

from msgspec import Struct

from auditor.cli.output import filled
from auditor.data.peers import peers
from auditor.errors import UsageError
from auditor.loading import load_rules
from auditor.prose import prose
from auditor.rules import Rule
from auditor.selection import select

_CFN_LINT = re.compile(r"[EWIewi]\d{4}")


class Filters(Struct, frozen=True):
    """Which rules to list: those that meet all that is given."""

    select: Sequence[str] = ()
    services: Sequence[str] = ()
    categories: Sequence[str] = ()
    severities: Sequence[str] = ()


def service_of(rule: Rule[Any]) -> str:
    """The chapter that a rule belongs to (`event-sources`), or the name of its plug-in."""
    parts = rule.body.__module__.split(".")
    own = parts[0] == "checks" and len(parts) > 1
    return (parts[1] if own else parts[0]).replace("_", "-")


def listing(format_: str, filters: Filters) -> str:
    """The rules as a table, as JSON or as Markdown; raises `UsageError` when none is left."""
    rules = list(_chosen(load_rules(), filters))
    if not rules:
        raise UsageError("no rule meets all of these filters", "Leave one of them out.")
    if format_ == "json":
        return json.dumps([_as_dict(rule) for rule in rules], indent=2)
    if format_ == "markdown":
        head = ["| id | name | severity | category | problem |", "|---|---|---|---|---|"]
        return "\n".join([*head, *map(_row, rules)])
    width = max(len(rule.name) for rule in rules)
    return "\n".join(
        f"{rule.id:8}{rule.name:{width}}  {rule.severity.value:9}{rule.category.value}"
        f"{'  (pedantic)' if rule.pedantic else ''}"
        for rule in rules
    )


def _chosen(loaded: Sequence[Rule[Any]], filters: Filters) -> Iterator[Rule[Any]]:
    known = sorted({service_of(rule) for rule in loaded})
    for service in filters.services:
        if service.lower() not in known:
            raise UsageError(f"no service is called {service!r}", f"There are {', '.join(known)}.")
    services = {service.lower() for service in filters.services} or set(known)
    for rule in select(loaded, filters.select, pedantic=True):
        if (
            service_of(rule) in services
            and rule.category in (filters.categories or (rule.category,))
            and rule.severity in (filters.severities or (rule.severity,))
        ):
            yield rule


def explanation(wanted: str) -> str:
    """Everything about one rule; raises `UsageError` for an unknown one."""
    rule = next(
        (rule for rule in load_rules() if wanted.lower() in (rule.id.lower(), rule.name)), None
    )
    if rule is None:
        if theirs := _of_cfn_lint(wanted):
            return theirs
        select(load_rules(), (wanted,))
        raise UsageError(f"{wanted!r} means several rules", "Give the id or the name of one rule.")
    pedantic = "; runs only with --pedantic or --select" if rule.pedantic else ""
    head = (
        f"{rule.id} {rule.name}",
        f"{rule.severity} severity, {rule.category}, {rule.confidence} confidence{pedantic}",
        f"Guide: {rule.guide}",
    )
    return "\n\n".join(("\n".join(head), *_sections(rule)))


def _of_cfn_lint(wanted: str) -> str:
    """What cfn-lint says of its own rule, since `scan --with-cfn-lint` names such."""
    if not _CFN_LINT.fullmatch(wanted):
        return ""
    from auditor.linting import explanation as explained

    return explained(wanted)


def _sections(rule: Rule[Any]) -> Iterator[str]:
    text = prose(rule)
    yield from map(filled, filter(None, (text.problem, *text.why, text.accept)))
    if rule.thresholds:
        yield f"Options (in the configuration): {_options(rule)}"
    yield "How to fix it:"
    for part in text.fix:
        yield textwrap.indent(part.text, "    ") if part.yaml else filled(part.text)
    if text.live:
        yield f"In a live account:{text.live}"
    if alike := peers().alike(rule.id):
        yield "\n".join(("Others that look at it:", *(f"    {each}" for each in alike)))


def _options(rule: Rule[Any]) -> str:
    return ", ".join(f"{name}: {value}" for name, value in rule.thresholds.items())


def _as_dict(rule: Rule[Any]) -> dict[str, object]:
    return {
        "id": rule.id,
        "name": rule.name,
        "service": service_of(rule),
        "severity": rule.severity.value,
        "category": rule.category.value,
        "confidence": rule.confidence.value,
        "pedantic": rule.pedantic,
        "guide": rule.guide,
        "documentation": rule.documentation,
        "remediation": rule.remediation,
    }


def _row(rule: Rule[Any]) -> str:
    return f"| {rule.id} | {rule.name} | {rule.severity} | {rule.category} | {rule.summary} |"
