from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
import xmlschema

from auditor.report import Report
from reports.junit import JunitReporter
from tests.reporting import samples

SCHEMA = Path(__file__).parent / "schemas" / "junit-jenkins.xsd"
REPORTS = {
    "typical": samples.typical(),
    "live": samples.live(),
    "hostile": samples.hostile(),
    "hostile account": samples.hostile_account(),
    "empty": samples.report(),
}
every_report = pytest.mark.parametrize("report", REPORTS.values(), ids=REPORTS.keys())


def parsed(report: Report) -> ET.Element:
    return ET.fromstring(JunitReporter().render(report).encode())


def cases(report: Report, suite: str) -> list[ET.Element]:
    return parsed(report).findall(f"testsuite[@name='{suite}']/testcase")


@every_report
def test_reports_meet_the_schema_of_jenkins(report: Report) -> None:
    xmlschema.XMLSchema(SCHEMA).validate(JunitReporter().render(report))


@every_report
def test_suites_count_their_cases(report: Report) -> None:
    for suite in parsed(report):
        assert int(suite.attrib["tests"]) == len(suite.findall("testcase")) > 0
        assert int(suite.attrib["failures"]) == len(suite.findall("testcase/failure"))
        assert int(suite.attrib["skipped"]) == len(suite.findall("testcase/skipped"))


@every_report
def test_cases_have_names_of_their_own(report: Report) -> None:
    for suite in parsed(report):
        names = [(case.attrib["classname"], case.attrib["name"]) for case in suite]
        assert len(names) == len(set(names))


def test_a_violation_fails() -> None:
    case = cases(samples.typical(), "infra/orders.yaml")[0]
    failure = case.find("failure")

    assert case.attrib["classname"] == "msgaudit.SQS030-queue-without-dlq"
    assert case.attrib["name"].startswith("Shop/Orders/Queue Properties.RedrivePolicy (")
    assert failure is not None
    assert failure.attrib == {
        "type": "high",
        "message": "orders has no dead-letter queue. RedrivePolicy is absent."
        " Holds when Environment=dev.",
    }
    assert failure.text == (
        "severity: high\n"
        "at: infra/orders.yaml:12:3\n"
        "resource: OrdersQueue (AWS::SQS::Queue)\n"
        "guide: Dead Letter Queue Setup (lines 109-144)\n"
        "fix: msgaudit explain SQS030"
    )


def test_an_undetermined_result_is_skipped_and_says_why() -> None:
    skipped = cases(samples.typical(), "infra/orders.yaml")[-1].findtext("skipped")

    assert skipped == (
        "undetermined: RedrivePolicy depends on the parameter Stage, which has no value."
    )


def test_gaps_are_skipped_cases() -> None:
    skipped = [case.findtext("skipped") for case in cases(samples.typical(), "what could be read")]

    assert skipped == [
        (
            "could not be read: sqs:GetQueueAttributes on audit: AccessDenied"
            " (missing permission sqs:GetQueueAttributes)"
        ),
        "could not be read: infra/broken.yaml: not YAML",
    ]


def test_accounts_are_suites() -> None:
    assert len(cases(samples.live(), "account 111122223333, region eu-west-1")) == 1


def test_a_clean_report_has_one_case_which_passes() -> None:
    (case,) = parsed(samples.report()).iter("testcase")

    assert case.attrib["name"] == "everything could be read"
    assert len(case) == 0


def test_accepted_findings_are_not_listed() -> None:
    assert "LossyQueue" not in JunitReporter().render(samples.typical())


def test_hostile_text_is_only_text() -> None:
    xml = JunitReporter().render(samples.hostile())
    messages = [
        failure.attrib["message"] for failure in ET.fromstring(xml.encode()).iter("failure")
    ]

    assert any(text.startswith("</script><script>alert(1)") for text in messages)
    assert "<script>" not in xml
    assert "]]>" not in xml
    assert "##[" not in xml
    assert [line for line in xml.splitlines() if line.lstrip().startswith("::")] == []
