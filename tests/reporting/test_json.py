from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from msgspec.structs import replace

import reports
from auditor.report import Comparison, Report
from reports.json import JsonReporter
from tests.reporting import samples

SCHEMA = Path(reports.__file__).parent / "schema" / "report-1.schema.json"


def rendered(report: Report) -> dict[str, Any]:
    return dict(json.loads(JsonReporter().render(report)))


def objects(schema: object) -> Iterator[dict[str, Any]]:
    if isinstance(schema, dict):
        if schema.get("type") == "object":
            yield schema
        for value in schema.values():
            yield from objects(value)


COMPARED = replace(samples.typical(), comparison=Comparison(("known.json", "main"), 2))


@pytest.mark.parametrize(
    "report", [samples.typical(), samples.live(), samples.hostile(), samples.report(), COMPARED]
)
def test_reports_meet_the_shipped_schema(report: Report) -> None:
    schema = json.loads(SCHEMA.read_text())
    jsonschema.Draft202012Validator.check_schema(schema)

    jsonschema.Draft202012Validator(schema).validate(rendered(report))


def test_the_schema_allows_and_requires_exactly_what_it_names() -> None:
    schema = json.loads(SCHEMA.read_text())
    source = schema["properties"]["source"]
    for item in objects(schema):
        if item != source:
            assert item["additionalProperties"] is False
            assert item["required"] == list(item["properties"])
    assert source["additionalProperties"] == {"type": "array", "items": {"type": "string"}}


def test_new_known_and_resolved_are_counted_where_there_is_something_to_compare_with() -> None:
    assert rendered(samples.typical())["summary"]["comparison"] is None
    assert rendered(COMPARED)["summary"]["comparison"] == {
        "against": ["known.json", "main"],
        "new": 4,
        "known": 1,
        "resolved": 2,
    }


def test_a_finding_has_all_the_facts() -> None:
    facts = rendered(samples.typical())
    orders = next(item for item in facts["findings"] if item["when"])

    assert orders == {
        "rule": "SQS030",
        "name": "queue-without-dlq",
        "severity": "high",
        "category": "reliability",
        "outcome": "violation",
        "confidence": "high",
        "resource": {
            "type": "AWS::SQS::Queue",
            "id": "OrdersQueue",
            "name": "orders",
            "arn": None,
            "account": None,
            "region": None,
            "construct": "Shop/Orders/Queue",
            "stack": None,
            "logical_id": None,
        },
        "location": _place(12, 14),
        "property": "Properties.RedrivePolicy",
        "when": "Environment=dev",
        "message": "orders has no dead-letter queue",
        "evidence": ["RedrivePolicy is absent"],
        "related": [
            {"id": "OrdersFn", "message": "consumer", "location": _place(40, 11)},
            {"id": "Elsewhere", "message": "producer in another stack", "location": None},
        ],
        "steps": [
            {"id": "Elsewhere", "message": "sends", "location": None},
            {"id": "OrdersQueue", "message": "keeps", "location": _place(12, 14)},
            {"id": "OrdersFn", "message": "reads", "location": _place(40, 11)},
        ],
        "remediation": samples.without_dlq.remediation,
        "guide": "Dead Letter Queue Setup (lines 109-144)",
        "fingerprint": samples.typical().violations[1].fingerprint,
        "suppression": None,
        "baselined": False,
        "estimate": None,
    }


def _place(line: int, end_column: int) -> dict[str, object]:
    return {
        "path": "infra/orders.yaml", "line": line, "column": 3,
        "end_line": line, "end_column": end_column,
    }  # fmt: skip


def test_the_summary_counts_each_finding_once() -> None:
    facts = rendered(samples.typical())

    assert facts["summary"] == {
        "resources": 42,
        "edges": 61,
        "rules": 3,
        "findings": {"critical": 1, "high": 1, "medium": 0, "low": 1, "info": 0},
        "undetermined": 1,
        "suppressed": 1,
        "baselined": 1,
        "gaps": 2,
        "comparison": None,
    }
    assert len(facts["findings"]) == 6


def test_order_is_kept_and_source_and_gaps_are_told() -> None:
    report = samples.typical()
    facts = rendered(report)

    assert [item["fingerprint"] for item in facts["findings"]] == [
        item.fingerprint for item in report.findings
    ]
    assert facts["tool"] == {"name": "msgaudit", "version": "1.2.3"}
    assert facts["source"] == {"kind": "template", "paths": ["infra"]}
    assert facts["gaps"][0] == {
        "what": "sqs:GetQueueAttributes on audit",
        "reason": "AccessDenied",
        "permission": "sqs:GetQueueAttributes",
        "location": None,
    }


def test_hostile_text_comes_back_unharmed_and_does_no_harm() -> None:
    text = JsonReporter().render(samples.hostile())

    assert all(line.isprintable() for line in text.split("\n"))
    assert text.encode()
    facts = json.loads(text)
    assert facts["source"]["paths"] == list(samples.HOSTILE)
    assert {item["message"] for item in facts["findings"]} == set(samples.HOSTILE)


def test_readable_text_stays_readable() -> None:
    finding = samples.finding(samples.without_dlq, "Größe", "名前")

    assert '"id": "Größe"' in JsonReporter().render(samples.report(finding))
    assert '"message": "名前"' in JsonReporter().render(samples.report(finding))


def test_hostile_text_does_not_command_ci_runners() -> None:
    text = JsonReporter().render(samples.hostile())

    assert "##[" not in text
    assert "##vso[" not in text
    assert any("##[error]y ##vso[" in found["message"] for found in json.loads(text)["findings"])
