"""msgaudit's reporters, one module per format."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from importlib import import_module
from typing import TYPE_CHECKING, cast

from auditor.errors import UsageError

if TYPE_CHECKING:
    from auditor.report import Report, Reporter

__distribution__ = "msgaudit"

REPORTERS = {
    "text": "reports.text",
    "json": "reports.json",
    "sarif": "reports.sarif",
    "html": "reports.html",
    "markdown": "reports.markdown",
    "github": "reports.github",
    "junit": "reports.junit",
    "gitlab": "reports.gitlab",
    "csv": "reports.csv",
    "asff": "reports.asff",
    "ocsf": "reports.ocsf",
    "svg": "reports.svg",
    "dot": "reports.dot",
    "mermaid": "reports.mermaid",
    "graph": "reports.graph",
}
# The formats that show the architecture, which a run makes only when it is asked to.
DRAWN = frozenset({"html", "svg", "dot", "mermaid", "graph"})


def reporter(name: str) -> Reporter:
    """The reporter of a format; its module, and what that needs, is imported only now.

    Raises `UsageError` for a format that does not exist.
    """
    if name not in REPORTERS:
        raise UsageError(f"there is no format {name!r}", f"known: {', '.join(REPORTERS)}")
    return cast("Reporter", import_module(REPORTERS[name]).REPORTER)


def left_out(name: str, report: Report) -> list[str]:
    """Which findings a format has no place for, and why; raises the same."""
    told: Callable[[Report], list[str]] | None = getattr(reporter(name), "left_out", None)
    return told(report) if told else []


def rendered(name: str, report: Report) -> Iterable[str]:
    """The report in a format, in pieces where it can be larger than memory; raises the same."""
    found = reporter(name)
    pieces: Callable[[Report], Iterable[str]] | None = getattr(found, "pieces", None)
    return pieces(report) if pieces else (found.render(report),)
