"""The report for people: one HTML file that needs nothing else, not even JavaScript.

A policy in the file itself forbids every request and every script and style but its own two.
"""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from auditor.findings import Category, Finding, Location, Severity
from auditor.report import Report
from auditor.rules import Rule
from reports.excerpt import around
from reports.safe import clipped, visible
from reports.wording import counted, doubts, next_step, place, shown_id

TEMPLATES = Path(__file__).parent / "templates"
LONGEST = 2_000
EXCERPT_WIDTH = 100
SHAPES = {
    Severity.CRITICAL: "\N{BLACK DIAMOND}",
    Severity.HIGH: "\N{BLACK UP-POINTING TRIANGLE}",
    Severity.MEDIUM: "\N{BLACK SQUARE}",
    Severity.LOW: "\N{BLACK CIRCLE}",
    Severity.INFO: "\N{WHITE CIRCLE}",
}


@dataclass(frozen=True, slots=True)
class Bar:
    """One row of a chart: `share` is in percent of the longest bar."""

    label: str
    count: int
    share: int


@dataclass(frozen=True, slots=True)
class Group:
    """A rule and its findings, worst first."""

    rule: Rule[Any]
    findings: tuple[Finding, ...]


class HtmlReporter:
    """Findings by rule, each with its place, evidence, reason and fix; then what is not known."""

    def render(self, report: Report) -> str:
        """The report as one HTML document."""
        style, script = _asset("report.css"), _asset("report.js")
        return _environment().get_template("report.html.j2").render(
            report=report,
            groups=_groups(report),
            severities=_bars({severity.value: n for severity, n in report.counts().items()}),
            categories=_bars(_by_category(report.violations)),
            doubts=doubts(report.undetermined),
            permissions=sorted({gap.permission for gap in report.gaps if gap.permission}),
            next_step=next_step(report),
            style=style,
            script=script,
            policy=_policy(style, script),
        )  # fmt: skip


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_harmless,
    )
    environment.globals |= {
        "counted": counted, "excerpt": _excerpt, "paragraphs": _paragraphs, "place": place,
        "shapes": SHAPES, "shown_id": shown_id,
    }  # fmt: skip
    return environment


def _harmless(value: object) -> object:
    # Every expression of the template passes here, so that none can forget it.
    if isinstance(value, str) and not isinstance(value, Markup):
        return clipped(visible(value), LONGEST)
    return value


def _asset(name: str) -> Markup:
    return Markup((TEMPLATES / name).read_text(encoding="utf-8"))  # noqa: S704 - our own file


def _policy(style: str, script: str) -> str:
    return (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )


def _hash(source: str) -> str:
    digest = hashlib.sha256(source.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"


def _groups(report: Report) -> list[Group]:
    rules = {rule.id: rule for rule in report.rules}
    findings: dict[str, list[Finding]] = {}
    for finding in report.violations:
        findings.setdefault(finding.rule, []).append(finding)
    return [Group(rules[rule], tuple(items)) for rule, items in findings.items()]


def _by_category(findings: Iterable[Finding]) -> dict[str, int]:
    counts = Counter(finding.category for finding in findings)
    return {category.value: counts[category] for category in Category}


def _bars(counts: dict[str, int]) -> list[Bar]:
    longest = max(counts.values(), default=0) or 1
    return [Bar(label, count, round(100 * count / longest)) for label, count in counts.items()]


def _excerpt(location: Location) -> tuple[str, str, str]:
    return around(location, EXCERPT_WIDTH)


def _paragraphs(text: str) -> list[str]:
    return [" ".join(paragraph.split()) for paragraph in text.split("\n\n")]


REPORTER = HtmlReporter()
