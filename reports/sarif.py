"""SARIF 2.1.0, within what GitHub's code scanning accepts and shows.

https://docs.github.com/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from urllib.parse import quote

from auditor.findings import Finding, Gap, Location, Related
from auditor.report import Report
from reports.paths import relative
from reports.safe import clipped, json_text, visible
from reports.sarif_rules import LEVELS, descriptor
from reports.wording import counted, joined, sentences

Json = dict[str, object]
MOST_RESULTS = 5_000  # GitHub keeps no more of a run
MOST_RELATED = 100  # of a result
LONGEST = 1_000
_HOME = "https://pypi.org/project/msgaudit/"
_BRACKET = re.compile(r"(\\*)([\[\]])")


class SarifReporter:
    """One run with the findings that have a place in a file and that nobody accepted.

    GitHub shows suppressed results as open alerts, and rejects a whole file for one result without
    a location; so those are left out. How many have no location is told in a notification. A scan
    with gaps is marked as not successful: what it did not find is not fixed.
    """

    def render(self, report: Report) -> str:
        """The report as one SARIF log."""
        placed = list(_placed(report))
        indexes = {rule.id: index for index, rule in enumerate(report.rules)}
        run: Json = {
            "tool": {
                "driver": {
                    "name": "msgaudit",
                    "informationUri": _HOME,
                    "semanticVersion": report.version,
                    "rules": [descriptor(rule) for rule in report.rules],
                }
            },
            "automationDetails": {"id": _category(report)},
            "columnKind": "unicodeCodePoints",
            "invocations": [
                {
                    "executionSuccessful": report.audited and not report.gaps,
                    "toolExecutionNotifications": [
                        *(_gap(gap) for gap in report.gaps),
                        *(_note(kind, text) for kind, text in _left_out(report, len(placed))),
                    ],
                }
            ],
            "results": [
                _result(finding, location, indexes[finding.rule])
                for finding, location in placed[:MOST_RESULTS]
            ],
        }
        schema = "https://json.schemastore.org/sarif-2.1.0.json"
        return json_text({"$schema": schema, "version": "2.1.0", "runs": [run]}, levels=4)

    def left_out(self, report: Report) -> list[str]:
        """The findings without a place in a file, and those that GitHub would cut."""
        return [text for _, text in _left_out(report, len(list(_placed(report))))]


def _placed(report: Report) -> Iterator[tuple[Finding, Location]]:
    for finding in report.violations:
        if place := finding.location or report.anchors.get(finding.resource.id):
            yield finding, place


def _category(report: Report) -> str:
    """What tells uploads apart: a second one of the same category replaces the first."""
    if report.source.kind == "template":
        return "msgaudit/templates/"
    details = report.source.details
    named = "+".join((*details.get("profiles", ()), *details.get("config_aggregators", ())))
    # Without the slash at the end GitHub would take it for the id of a single run.
    name = quote(named, "+", errors="surrogatepass")
    return f"msgaudit/live/{name}/" if name else "msgaudit/live/"


def _result(finding: Finding, place: Location, index: int) -> Json:
    linked = _located(finding.related)[:MOST_RELATED]
    flows = {"codeFlows": _flows(steps)} if len(steps := _located(finding.steps)) > 1 else {}
    return flows | {
        "ruleId": finding.rule,
        "ruleIndex": index,
        "level": LEVELS[finding.severity],
        "message": {"text": _message(finding, linked)},
        "locations": [
            {
                "physicalLocation": _physical(place),
                "logicalLocations": [
                    {"fullyQualifiedName": visible(finding.resource.id), "kind": "resource"}
                ],
            }
        ],
        "relatedLocations": [
            {
                "id": number,
                "message": {"text": _text(item.message)},
                "physicalLocation": _physical(location),
            }
            for number, (item, location) in enumerate(linked, 1)
        ],
        "partialFingerprints": {"primaryLocationLineHash": f"{finding.fingerprint}:1"},
        "fingerprints": {"msgaudit/v1": finding.fingerprint},
    }


def _located(items: Iterable[Related]) -> list[tuple[Related, Location]]:
    return [(item, item.location) for item in items if item.location]


def _flows(steps: list[tuple[Related, Location]]) -> list[Json]:
    """One way through the files; steps in other stacks or accounts have no place in it."""
    locations: list[Json] = [
        {
            "location": {
                "physicalLocation": _physical(location),
                "message": {"text": _text(f"{step.id}: {step.message}")},
            }
        }
        for step, location in steps
    ]
    return [{"threadFlows": [{"locations": locations}]}]


def _message(finding: Finding, linked: list[tuple[Related, Location]]) -> str:
    texts = [_text(sentence) for sentence in sentences(finding)]
    if finding.location is None:
        texts.append(f"The resource is {_text(finding.resource.id)}")
    texts += [
        f"See [{_text(item.id)}]({number}), {_text(item.message)}"
        for number, (item, _) in enumerate(linked, 1)
    ]
    return joined(texts)


def _text(hostile: str) -> str:
    # Brackets make links in messages, unless a backslash escapes them that is not itself escaped.
    return _BRACKET.sub(r"\1\1\\\2", clipped(visible(hostile), LONGEST))


def _physical(location: Location) -> Json:
    # GitHub shows an alert in a pull request only if all its lines are in the diff: one line.
    region: Json = {"startLine": location.line, "startColumn": location.column}
    if location.end_line == location.line and location.end_column > location.column:
        region |= {"endLine": location.line, "endColumn": location.end_column}
    return {"artifactLocation": {"uri": _uri(location.path)}, "region": region}


def _uri(path: str) -> str:
    uri = quote(relative(path), errors="surrogatepass")
    return f"file://{uri}" if uri.startswith("/") else uri


def _left_out(report: Report, placed: int) -> Iterator[tuple[str, str]]:
    """Which kinds of findings are not shown, and why."""
    if homeless := len(report.violations) - placed:
        why = (
            "no file of the repository declares the resource,"
            " and there is no configuration file to show it at"
        )
        yield "no-location", f"{counted(homeless, 'finding')} left out: {why}"
    if (cut := placed - MOST_RESULTS) > 0:
        yield "too-many", f"{counted(cut, 'finding')} left out: the worst {MOST_RESULTS} are shown"


def _gap(gap: Gap) -> Json:
    missing = f" (missing permission {gap.permission})" if gap.permission else ""
    note = _note("gap", f"Could not be read: {gap.what}: {gap.reason}{missing}", "error")
    where = {"locations": [{"physicalLocation": _physical(gap.location)}]} if gap.location else {}
    return note | where


def _note(kind: str, text: str, level: str = "warning") -> Json:
    return {"descriptor": {"id": kind}, "level": level, "message": {"text": _text(text)}}


REPORTER = SarifReporter()
