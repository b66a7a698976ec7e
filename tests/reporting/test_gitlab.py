from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from auditor.findings import Location, Severity
from auditor.report import Report
from reports.gitlab import GitlabReporter
from tests.reporting import samples

SCHEMA = Path(__file__).parent / "schemas" / "gitlab-code-quality.schema.json"


def issues(report: Report) -> list[dict[str, Any]]:
    return list(json.loads(GitlabReporter().render(report)))


@pytest.mark.parametrize(
    "report", [samples.typical(), samples.live(), samples.hostile(), samples.report()]
)
def test_reports_have_the_documented_fields(report: Report) -> None:
    jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text())).validate(issues(report))


def test_a_finding_says_what_and_where() -> None:
    made = issues(samples.typical())[1]

    assert len(made.pop("fingerprint")) == 16
    assert made == {
        "description": "SQS030: orders has no dead-letter queue. RedrivePolicy is absent."
        " Holds when Environment=dev.",
        "check_name": "queue-without-dlq",
        "severity": "critical",
        "location": {"path": "infra/orders.yaml", "lines": {"begin": 12}},
    }


def test_only_violations_are_issues() -> None:
    names = [made["check_name"] for made in issues(samples.typical())]

    assert names == ["public-queue-policy", "queue-without-dlq", "short-polling"]


def test_findings_without_a_file_are_left_out() -> None:
    assert issues(samples.live()) == []


def test_fingerprints_are_distinct() -> None:
    fingerprints = [made["fingerprint"] for made in issues(samples.hostile())]

    assert len(set(fingerprints)) == len(fingerprints) == len(samples.HOSTILE)


@pytest.mark.parametrize(
    ("severity", "shown"),
    list(zip(Severity, ("blocker", "critical", "major", "minor", "info"), strict=True)),
)
def test_severities_are_those_of_gitlab(severity: Severity, shown: str) -> None:
    place = Location("a.yaml", 1, 1, 1, 2)
    made = samples.finding(samples.without_dlq, "Queue", "none", place, severity=severity)

    assert issues(samples.report(made))[0]["severity"] == shown


@pytest.mark.parametrize("given", ["infra/a.yaml", "./infra/a.yaml", "{here}/infra/a.yaml"])
def test_paths_are_relative(given: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    place = Location(given.format(here=tmp_path), 1, 1, 1, 2)
    made = samples.finding(samples.without_dlq, "Queue", "none", place)

    assert issues(samples.report(made))[0]["location"]["path"] == "infra/a.yaml"


@pytest.mark.parametrize("message", ["is it?", "it is", "it is.", "it is!"])
def test_a_sentence_ends_once(message: str) -> None:
    place = Location("a.yaml", 1, 1, 1, 2)
    made = samples.finding(samples.without_dlq, "Queue", message, place, evidence=("A is 1",))
    end = "" if message[-1] in "?!." else "."

    assert issues(samples.report(made))[0]["description"] == f"SQS030: {message}{end} A is 1."
