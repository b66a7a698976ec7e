"""JUnit's XML, for the test pages of Jenkins, GitLab and CodeBuild.

One suite for each template, or account and region, in which something was found: a violation is
a failed case, an undetermined result a skipped one, since "could not tell" is neither. A last
suite says whether everything could be read: a gap is a skipped case, and without gaps there is
one case that passes. There are no other passed cases. A rule passes on a resource, of which
there are too many to list (CodeBuild keeps 500 cases); and Jenkins, which rejects a file without
any case, has the last one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from auditor.findings import Finding, Outcome
from auditor.report import Report
from reports.safe import clipped, inert, visible
from reports.wording import LONGEST, origin, place, shown_id, statement, unread

READING = "what could be read"


class JunitReporter:
    """The findings that nobody accepted, and the gaps."""

    def render(self, report: Report) -> str:
        """The report as an XML document without times, which an audit has none of."""
        root = Element("testsuites", name="msgaudit")
        suites: dict[str, list[Element]] = {}
        for finding in (*report.violations, *report.undetermined):
            suites.setdefault(origin(finding), []).append(_case(finding))
        for name in sorted(suites):
            root.append(_suite(name, suites[name]))
        root.append(_suite(READING, _reading(report)))
        indent(root)
        xml = tostring(root, encoding="unicode")
        return inert(f'<?xml version="1.0" encoding="UTF-8"?>\n{xml}\n')


def _suite(name: str, cases: list[Element]) -> Element:
    outcomes = Counter(child.tag for case in cases for child in case)
    suite = Element(
        "testsuite",
        name=name,
        tests=str(len(cases)),
        failures=str(outcomes["failure"]),
        errors="0",
        skipped=str(outcomes["skipped"]),
    )
    suite.extend(cases)
    return suite


def _case(finding: Finding) -> Element:
    # The fingerprint tells apart two findings of one rule on one property.
    name = visible(f"{shown_id(finding.resource)} {finding.property}".rstrip())
    case = Element(
        "testcase",
        classname=f"msgaudit.{finding.rule}-{finding.name}",
        name=f"{clipped(name, LONGEST)} ({finding.fingerprint})",
    )
    if finding.outcome is Outcome.UNDETERMINED:
        SubElement(case, "skipped").text = f"undetermined: {statement(finding)}"
    else:
        kind = finding.severity.value
        failure = SubElement(case, "failure", type=kind, message=statement(finding))
        failure.text = "\n".join(_details(finding))
    return case


def _details(finding: Finding) -> Iterable[str]:
    yield f"severity: {finding.severity.value}"
    if finding.location:
        yield f"at: {visible(place(finding.location))}"
    yield f"resource: {visible(finding.resource.id)} ({visible(finding.resource.type)})"
    yield f"guide: {finding.guide}"
    yield f"fix: msgaudit explain {finding.rule}"


def _reading(report: Report) -> list[Element]:
    if not report.gaps:
        return [Element("testcase", classname="msgaudit", name="everything could be read")]
    cases = []
    for number, gap in enumerate(report.gaps, 1):
        case = Element("testcase", classname="msgaudit", name=f"gap {number}")
        SubElement(case, "skipped").text = f"could not be read: {unread(gap)}"
        cases.append(case)
    return cases


REPORTER = JunitReporter()
