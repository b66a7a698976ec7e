from __future__ import annotations

import re
from dataclasses import dataclass

import pytest

from auditor.findings import Finding, Gap, Location, Severity
from auditor.report import Report
from reports.github import GithubReporter
from tests.reporting import samples

COMMAND = re.compile(r"::(?P<kind>error|warning|notice) (?P<properties>[^\n]*?)::(?P<data>[^\n]*)")
ESCAPES = {"%3A": ":", "%2C": ",", "%0D": "\r", "%0A": "\n", "%25": "%"}


@dataclass
class Annotation:
    """A command as the runner reads it."""

    kind: str
    properties: dict[str, str]
    message: str


def unescaped(text: str) -> str:
    return re.sub("|".join(ESCAPES), lambda found: ESCAPES[found.group()], text)


def annotated(report: Report) -> list[Annotation]:
    made = []
    for line in GithubReporter().render(report).splitlines():
        command = COMMAND.fullmatch(line)
        assert command, line
        pairs = (pair.split("=", 1) for pair in command["properties"].split(","))
        properties = {name: unescaped(value) for name, value in pairs}
        made.append(Annotation(command["kind"], properties, unescaped(command["data"])))
    return made


def many(number: int, severity: Severity) -> list[Finding]:
    return [
        samples.finding(
            samples.without_dlq,
            f"Queue{n}",
            f"{severity.value} {n}",
            Location("a.yaml", n + 1, 1, n + 1, 2),
            severity=severity,
        )
        for n in range(number)
    ]


def test_a_finding_is_annotated_at_its_line() -> None:
    assert annotated(samples.typical())[1] == Annotation(
        "error",
        {
            "file": "infra/orders.yaml",
            "line": "12",
            "col": "3",
            "title": "SQS030 queue-without-dlq",
        },
        "orders has no dead-letter queue. RedrivePolicy is absent. Holds when Environment=dev.\n"
        "Fix: msgaudit explain SQS030",
    )


def test_a_finding_without_a_file_is_annotated_without_one() -> None:
    (only,) = annotated(samples.live())

    assert only.properties == {"title": "SQS030 queue-without-dlq"}
    assert only.message.startswith("arn:aws:sqs:eu-west-1:111122223333:orders: orders has no")


@pytest.mark.parametrize(
    ("severity", "kind"),
    [
        (Severity.CRITICAL, "error"),
        (Severity.HIGH, "error"),
        (Severity.MEDIUM, "warning"),
        (Severity.LOW, "notice"),
        (Severity.INFO, "notice"),
    ],
)
def test_severities_are_kinds(severity: Severity, kind: str) -> None:
    (only,) = annotated(samples.report(*many(1, severity)))

    assert only.kind == kind


def test_the_worst_come_first_and_the_rest_is_counted() -> None:
    findings = [finding for severity in Severity for finding in many(7, severity)]
    made = annotated(samples.report(*findings))
    kinds = [annotation.kind for annotation in made]

    assert kinds == ["error"] * 10 + ["warning"] * 7 + ["notice"] * 10
    assert made[0].message.startswith("critical 0")
    assert made[-1].message.startswith("9 more findings: ")


def test_what_is_not_known_is_told() -> None:
    last = annotated(samples.typical())[-1]

    assert last.kind == "notice"
    assert last.message.startswith("1 undetermined result, 2 gaps: ")


def test_gaps_alone_are_told() -> None:
    (only,) = annotated(samples.report(gaps=(Gap("a queue", "denied"),)))

    assert only.message.startswith("1 gap: ")


def test_a_clean_report_is_empty() -> None:
    assert GithubReporter().render(samples.report()) == ""


def test_special_characters_arrive() -> None:
    path = "a,b:c%2C=d.yaml"
    made = samples.finding(
        samples.without_dlq, "Queue", "50%0A of: a, b::c", Location(path, 1, 1, 1, 2)
    )
    (only,) = annotated(samples.report(made))

    assert only.properties["file"] == path
    assert only.message.startswith("50%0A of: a, b::c.\n")


@pytest.mark.parametrize("report", [samples.hostile(), samples.hostile_account()])
def test_hostile_text_stays_in_its_annotation(report: Report) -> None:
    made = annotated(report)
    titles = {f"{rule.id} {rule.name}" for rule in samples.RULES} | {"msgaudit"}

    assert len(made) > 5
    assert {annotation.properties["title"] for annotation in made} <= titles
    assert {annotation.message.count("\n") for annotation in made} <= {0, 1}
    assert "##[" not in GithubReporter().render(report)
