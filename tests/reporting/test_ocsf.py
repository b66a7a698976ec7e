from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from msgspec.structs import replace
from ocsf_json_schema import OcsfJsonSchemaEmbedded, get_ocsf_schema

from auditor.findings import Outcome, Severity
from auditor.report import Report
from reports.ocsf import VERSION, OcsfReporter
from tests.reporting import samples

SCHEMA = Path(__file__).parent / "schemas" / "ocsf-compliance-finding-1.5.0.schema.json"
REPORTS = {
    "typical": samples.typical(),
    "live": samples.live(),
    "hostile": samples.hostile(),
    "hostile account": samples.hostile_account(),
    "empty": samples.report(),
}


def events(report: Report) -> list[dict[str, Any]]:
    return list(json.loads(OcsfReporter().render(report)))


@pytest.mark.parametrize("report", REPORTS.values(), ids=REPORTS.keys())
def test_events_have_the_attributes_of_the_class(report: Report) -> None:
    jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text())).validate(events(report))


@lru_cache
def official(*profiles: str) -> jsonschema.Draft202012Validator:
    """What OCSF itself publishes of the class, with the attributes that profiles add."""
    embedded = OcsfJsonSchemaEmbedded(get_ocsf_schema(version=VERSION))
    return jsonschema.Draft202012Validator(
        embedded.get_class_schema("compliance_finding", list(profiles))
    )


@pytest.mark.parametrize("report", REPORTS.values(), ids=REPORTS.keys())
def test_events_meet_the_schema_of_ocsf(report: Report) -> None:
    for event in events(report):
        official(*event["metadata"].get("profiles", ())).validate(event)


def test_the_schema_of_ocsf_is_a_real_check() -> None:
    (event,) = events(samples.live())
    event["severity_id"] = "High"

    with pytest.raises(jsonschema.ValidationError, match="High"):
        official("cloud").validate(event)


def test_an_event_says_what_and_where() -> None:
    (event,) = events(samples.live())

    assert event["type_uid"] == 200301
    assert event["message"] == "orders has no dead-letter queue."
    assert event["severity"] == "High"
    assert event["finding_info"]["title"] == "SQS030 queue-without-dlq"
    assert event["compliance"]["status"] == "Fail"
    assert event["cloud"]["account"]["uid"] == "111122223333"
    assert event["cloud"]["region"] == "eu-west-1"
    assert event["resources"] == [
        {
            "uid": "arn:aws:sqs:eu-west-1:111122223333:orders",
            "name": "orders",
            "type": "AWS::SQS::Queue",
            "region": "eu-west-1",
            "data": {"property": "Properties.RedrivePolicy"},
        }
    ]


def test_a_template_is_no_cloud() -> None:
    event = events(samples.typical())[1]

    assert "cloud" not in event
    assert "profiles" not in event["metadata"]
    assert event["resources"][0] == {
        "uid": "infra/orders.yaml#OrdersQueue",
        "name": "orders",
        "type": "AWS::SQS::Queue",
        "data": {"property": "Properties.RedrivePolicy", "path": "infra/orders.yaml", "line": 12},
    }


def test_an_undetermined_result_neither_passed_nor_failed() -> None:
    doubt = replace(samples.live().findings[0], outcome=Outcome.UNDETERMINED)
    (event,) = events(samples.report(doubt))

    assert event["compliance"]["status"] == "Warning"
    assert event["compliance"]["status_id"] == 2


def test_accepted_findings_are_left_out() -> None:
    assert len(events(samples.typical())) == 4
    assert "LossyQueue" not in OcsfReporter().render(samples.typical())


def test_severities_keep_their_order() -> None:
    worst_first = [
        events(samples.report(replace(samples.live().findings[0], severity=severity)))[0]
        for severity in Severity
    ]

    assert [event["severity_id"] for event in worst_first] == [5, 4, 3, 2, 1]


def test_times_are_those_of_the_source_date(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1795444731")
    (event,) = events(samples.live())

    assert event["time"] == 1_795_444_731_000


def test_hostile_text_is_visible() -> None:
    for event in events(samples.hostile()):
        assert event["message"].isprintable()
        assert event["resources"][0]["uid"].isprintable()
