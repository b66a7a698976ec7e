from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.loaders import Loader
from botocore.model import ServiceModel, StringShape, StructureShape
from botocore.validate import ParamValidator
from msgspec.structs import replace

from auditor.findings import Finding, Outcome, Severity, Subject
from auditor.report import Report
from reports.asff import PARTITIONS, TYPES, AsffReporter
from tests.reporting import samples

MODEL = ServiceModel(Loader().load_service_model("securityhub", "service-2"))
# https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_AwsSecurityFinding.html
LONGEST = {"Title": 256, "Description": 1024, "Id": 512, "GeneratorId": 512}
REPORTS = {
    "typical": samples.typical(),
    "live": samples.live(),
    "hostile account": samples.hostile_account(),
    "empty": samples.report(),
}


def structure(name: str) -> StructureShape:
    shape = MODEL.shape_for(name)
    assert isinstance(shape, StructureShape)
    return shape


def words(name: str) -> set[str]:
    shape = MODEL.shape_for(name)
    assert isinstance(shape, StringShape)
    return set(shape.enum)


def batches(report: Report) -> list[dict[str, Any]]:
    return list(json.loads(AsffReporter().render(report)))


def findings(report: Report) -> list[dict[str, Any]]:
    return [finding for batch in batches(report) for finding in batch["Findings"]]


def queue(number: int, region: str = "eu-west-1", partition: str = "aws") -> Finding:
    arn = f"arn:{partition}:sqs:{region}:111122223333:queue{number}"
    subject = Subject("AWS::SQS::Queue", arn, f"queue{number}", arn, "111122223333", region)
    return samples.finding(samples.without_dlq, arn, "none", resource=subject)


def texts(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        yield from (text for item in value.values() for text in texts(item))
    elif isinstance(value, list):
        yield from (text for item in value for text in texts(item))
    elif isinstance(value, str):
        yield value


@pytest.mark.parametrize("report", REPORTS.values(), ids=REPORTS.keys())
def test_batches_are_requests_of_the_api(report: Report) -> None:
    shape = structure("BatchImportFindingsRequest")

    for batch in batches(report):
        assert ParamValidator().validate(batch, shape).generate_report() == ""


def test_a_finding_says_what_and_where() -> None:
    (made,) = findings(samples.live())

    assert made["Id"].startswith("msgaudit/eu-west-1/111122223333/")
    assert made["ProductArn"] == (
        "arn:aws:securityhub:eu-west-1:111122223333:product/111122223333/default"
    )
    assert made["AwsAccountId"] == "111122223333"
    assert made["GeneratorId"] == "msgaudit/SQS030"
    assert made["Title"] == "SQS030 queue-without-dlq"
    assert made["Description"] == "orders has no dead-letter queue."
    assert made["Compliance"] == {"Status": "FAILED"}
    assert made["FindingProviderFields"] == {
        "Severity": {"Label": "HIGH", "Original": "high"},
        "Types": ["Software and Configuration Checks/AWS Messaging/Reliability"],
    }
    assert made["Resources"] == [
        {
            "Type": "AwsSqsQueue",
            "Id": "arn:aws:sqs:eu-west-1:111122223333:orders",
            "Partition": "aws",
            "Region": "eu-west-1",
            "Details": {
                "Other": {
                    "Type": "AWS::SQS::Queue",
                    "Name": "orders",
                    "Property": "Properties.RedrivePolicy",
                }
            },
        }
    ]


def test_an_undetermined_result_neither_passed_nor_failed() -> None:
    doubt = replace(samples.live().findings[0], outcome=Outcome.UNDETERMINED)
    (made,) = findings(samples.report(doubt))

    assert made["Compliance"] == {"Status": "WARNING"}
    assert made["FindingProviderFields"]["Severity"] == {
        "Label": "INFORMATIONAL",
        "Original": "high",
    }


def test_words_are_those_of_the_api() -> None:
    made = findings(REPORTS["hostile account"])

    assert set(TYPES.values()) <= set(structure("ResourceDetails").members)
    assert set(PARTITIONS) <= words("Partition")
    assert {finding["Compliance"]["Status"] for finding in made} <= words("ComplianceStatus")


@pytest.mark.parametrize("severity", Severity)
def test_every_severity_has_a_label(severity: Severity) -> None:
    (made,) = findings(samples.report(replace(samples.live().findings[0], severity=severity)))

    assert made["FindingProviderFields"]["Severity"]["Label"] in words("SeverityLabel")


def test_batches_are_small_and_of_one_region() -> None:
    made = batches(
        samples.report(
            *(queue(number) for number in range(250)), queue(0, "us-east-1"), queue(1, "us-east-1")
        )
    )

    assert [len(batch["Findings"]) for batch in made] == [100, 100, 50, 2]
    for batch in made:
        assert len({finding["ProductArn"] for finding in batch["Findings"]}) == 1


def test_findings_are_within_the_limits() -> None:
    made = findings(samples.hostile_account(("\u202e" * 5_000, "x" * 50_000)))

    assert len(made) == 4
    for finding in made:
        assert all(len(finding[name]) <= limit for name, limit in LONGEST.items())
        assert len(finding["Remediation"]["Recommendation"]["Text"]) <= 512
        assert len(finding["Resources"][0]["Id"]) <= 512
        assert len(json.dumps(finding).encode()) <= 240_000
        assert len(json.dumps(finding).encode()) * 100 <= 6_000_000


def test_texts_are_neither_blank_nor_hostile() -> None:
    made = findings(samples.hostile_account((*samples.HOSTILE, " ")))
    shown = [text for finding in made for text in texts(finding)]

    assert len(made) == 2 * (len(samples.HOSTILE) + 1)
    assert all(text.strip() for text in shown)
    assert all(line.isprintable() for text in shown for line in text.split("\n"))


def test_partitions_are_those_of_the_resource() -> None:
    (made,) = findings(samples.report(queue(1, "cn-north-1", "aws-cn")))

    assert made["ProductArn"].startswith("arn:aws-cn:securityhub:cn-north-1:")
    assert made["Resources"][0]["Partition"] == "aws-cn"


@pytest.mark.parametrize("report", [samples.typical(), samples.hostile()])
def test_findings_outside_of_accounts_are_left_out(report: Report) -> None:
    assert batches(report) == []


def test_times_are_those_of_the_source_date(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "0")
    (made,) = findings(samples.live())

    assert made["CreatedAt"] == made["UpdatedAt"] == "1970-01-01T00:00:00Z"
