"""The report for people: one HTML file that needs nothing else, not even JavaScript.

A policy in the file itself forbids every request and every script and style but its own two.
"""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from msgspec import Struct

from auditor.findings import Category, Finding, Location
from auditor.report import Report
from auditor.rules import Rule
from reports import utilisation
from reports.clock import now
from reports.costs import cost_table
from reports.excerpt import around
from reports.html_data import embedded
from reports.picture.kinds import STYLES as EDGE_STYLES
from reports.picture.svg import MARKERS
from reports.picture.views import views_of
from reports.safe import clipped, inert, visible
from reports.scorecard import scores
from reports.snippets import suppression
from reports.wording import (
    SHAPES,
    called,
    cost,
    counted,
    listed,
    money,
    near,
    next_step,
    open_questions,
    place,
    service,
    shown_id,
)

TEMPLATES = Path(__file__).parent / "templates"
LONGEST = 2_000
SHOWN = 100
MOST_SERVICES = 8
MOST_ROWS = 1_000
MOST_NAMES = 50
STYLES = ("palette.css", "report.css", "app.css", "picture.css")
SCRIPTS = ("start.js", "list.js", "detail.js", "state.js", "picture.js")
EXCERPT_WIDTH = 100


class Bar(Struct, frozen=True):
    """One row of a chart: `share` is in percent of the longest bar."""

    label: str
    count: int
    share: int


class Group(Struct, frozen=True):
    """A rule's id and its findings, worst first."""

    rule: str
    findings: tuple[Finding, ...]


class HtmlReporter:
    """A head, numbers, the architecture, the findings, and what is not known.

    The worst findings stand in the page itself, for print and for readers without scripts; the
    script lists all of them from embedded data.
    """

    def render(self, report: Report) -> str:
        """The report as one HTML document."""
        style = Markup("\n").join(map(_asset, STYLES))
        script = Markup("\n").join(map(_asset, SCRIPTS))
        views = views_of(report)
        return _environment().get_template("report.html.j2").render(
            report=report,
            time=now(),
            groups=_groups(report.violations[:SHOWN]),
            rules=_counts(report),
            hidden=max(len(report.violations) - SHOWN, 0),
            accepted=(report.suppressed + report.baselined)[:SHOWN],
            severities=_bars({severity.value: n for severity, n in report.counts().items()}),
            categories=_bars(_by_category(report.violations)),
            services=_bars(_by_service(report.violations)),
            scores=scores(report),
            costs=cost_table(report),
            views=views,
            markers=Markup(MARKERS),  # noqa: S704 - our own text
            styles=tuple(dict.fromkeys(EDGE_STYLES.values())),
            data=Markup(embedded(report, views)),  # noqa: S704 - escaped for a script element
            doubts=open_questions(report.undetermined),
            most_rows=MOST_ROWS,
            most_names=MOST_NAMES,
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
        "called": called, "cost": cost, "counted": counted, "excerpt": _excerpt, "money": money,
        "listed": listed, "more": _more, "near": near, "paragraphs": _paragraphs, "place": place,
        "shapes": SHAPES, "shown_id": shown_id, "suppression": suppression,
        "utilisation": utilisation,
    }  # fmt: skip
    return environment


def _harmless(value: object) -> object:
    # Every expression of the template passes here, so that none can forget it.
    if isinstance(value, str) and not isinstance(value, Markup):
        return clipped(inert(visible(value)), LONGEST)
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


def _groups(findings: Iterable[Finding]) -> list[Group]:
    grouped: dict[str, list[Finding]] = {}
    for finding in findings:
        grouped.setdefault(finding.rule, []).append(finding)
    return [Group(rule, tuple(items)) for rule, items in grouped.items()]


def _counts(report: Report) -> dict[str, tuple[Rule[Any], int]]:
    """Each rule that found something, and how much."""
    rules = {rule.id: rule for rule in report.rules}
    counts = Counter(finding.rule for finding in report.violations)
    return {rule: (rules[rule], count) for rule, count in counts.items()}


def _by_service(findings: Iterable[Finding]) -> dict[str, int]:
    counts = Counter(service(finding.resource) for finding in findings)
    return dict(counts.most_common(MOST_SERVICES))


def _by_category(findings: Iterable[Finding]) -> dict[str, int]:
    counts = Counter(finding.category for finding in findings)
    return {category.value: counts[category] for category in Category}


def _more(rows: int) -> Markup:
    """What a table says that has so many rows less than it could have."""
    text = f"<p>{counted(rows, 'row')} left out: the JSON report has them all.</p>"
    return Markup(text if rows > 0 else "")  # noqa: S704 - our own text


def _bars(counts: dict[str, int]) -> list[Bar]:
    longest = max(counts.values(), default=0) or 1
    return [Bar(label, count, round(100 * count / longest)) for label, count in counts.items()]


def _excerpt(location: Location) -> tuple[str, str, str]:
    return around(location, EXCERPT_WIDTH)


def _paragraphs(text: str) -> list[str]:
    return [" ".join(paragraph.split()) for paragraph in text.split("\n\n")]


REPORTER = HtmlReporter()
