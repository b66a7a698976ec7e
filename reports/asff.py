"""AWS Security Finding Format: findings on accounts, for Security Hub.

The report is a list of batches, each of which `BatchImportFindings` takes as it is: at most 100
findings, of one account and region, since the call has to be made there.
https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-findings-format.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from auditor.arns import Arn
from auditor.findings import Category, Finding, Outcome, Severity, Subject
from auditor.report import Report
from reports.clock import now
from reports.safe import clipped, json_text, visible
from reports.wording import counted, statement

Json = dict[str, object]
LARGEST_BATCH = 100
# https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_AwsSecurityFinding.html (2026-11-23):
# 1,024, 512 and 512 characters, here without the note on the cut.
LONGEST_DESCRIPTION = 990
LONGEST_REMEDIATION = 480
LONGEST_ID = 480
PARTITIONS = ("aws", "aws-cn", "aws-us-gov")
LABELS = {severity: severity.name for severity in Severity} | {Severity.INFO: "INFORMATIONAL"}
TYPES = {
    "AWS::CloudWatch::Alarm": "AwsCloudWatchAlarm",
    "AWS::DynamoDB::Table": "AwsDynamoDbTable",
    "AWS::Events::EventBus": "AwsEventsEventbus",
    "AWS::IAM::ManagedPolicy": "AwsIamPolicy",
    "AWS::IAM::Role": "AwsIamRole",
    "AWS::KMS::Key": "AwsKmsKey",
    "AWS::Kinesis::Stream": "AwsKinesisStream",
    "AWS::Lambda::Function": "AwsLambdaFunction",
    "AWS::S3::Bucket": "AwsS3Bucket",
    "AWS::SNS::Topic": "AwsSnsTopic",
    "AWS::SQS::Queue": "AwsSqsQueue",
    "AWS::StepFunctions::StateMachine": "AwsStepFunctionStateMachine",
}
_ACCOUNT = re.compile(r"\d{12}")
_REGION = re.compile(r"[a-z]{2,}(-[a-z0-9]+)+")


class Place(NamedTuple):
    """Where Security Hub keeps a finding."""

    account: str
    region: str
    partition: str


class AsffReporter:
    """Violations, and undetermined results as informational ones with the status `WARNING`.

    Left out is what Security Hub has no place for: findings without an account, a region or an
    ARN (all those of templates), gaps, and what a person accepted.
    """

    def render(self, report: Report) -> str:
        """The report as a JSON list of requests."""
        time = now().isoformat().replace("+00:00", "Z")
        findings: dict[Place, list[Json]] = {}
        for finding in _shown(report):
            if place := _place(finding.resource):
                converted = _finding(finding, place, report.version, time)
                findings.setdefault(place, []).append(converted)
        return json_text(
            [batch for place in sorted(findings) for batch in _batches(findings[place])], levels=3
        )

    def left_out(self, report: Report) -> list[str]:
        """The findings without an account, a region or an ARN."""
        homeless = sum(_place(item.resource) is None for item in _shown(report))
        why = "their resources have no account, region or ARN"
        return [f"{counted(homeless, 'finding')} left out: {why}"] if homeless else []


def _shown(report: Report) -> Iterator[Finding]:
    yield from report.violations
    yield from report.undetermined


def _place(subject: Subject) -> Place | None:
    arn = Arn.parse(subject.arn or "")
    account, region = subject.account or "", subject.region or ""
    if arn and _ACCOUNT.fullmatch(account) and _REGION.fullmatch(region):
        return Place(account, region, arn.partition if arn.partition in PARTITIONS else "aws")
    return None


def _batches(findings: list[Json]) -> Iterator[Json]:
    for start in range(0, len(findings), LARGEST_BATCH):
        yield {"Findings": findings[start : start + LARGEST_BATCH]}


def _finding(finding: Finding, place: Place, version: str, time: str) -> Json:
    account, region, partition = place
    failed = finding.outcome is Outcome.VIOLATION
    return {
        "SchemaVersion": "2018-10-08",
        "Id": f"msgaudit/{region}/{account}/{finding.fingerprint}",
        "ProductArn": f"arn:{partition}:securityhub:{region}:{account}:product/{account}/default",
        "GeneratorId": f"msgaudit/{finding.rule}",
        "AwsAccountId": account,
        "CreatedAt": time,
        "UpdatedAt": time,
        "Title": f"{finding.rule} {finding.name}",
        "Description": clipped(statement(finding), LONGEST_DESCRIPTION),
        # Not beside them: there they would undo what people changed in Security Hub.
        "FindingProviderFields": {
            "Severity": _severity(finding),
            "Types": [_type(finding.category)],
        },
        "Compliance": {"Status": "FAILED" if failed else "WARNING"},
        "Remediation": {"Recommendation": {"Text": _remediation(finding)}},
        "Resources": [_resource(finding, place)],
        "ProductFields": {
            "msgaudit/Version": version,
            "msgaudit/Category": finding.category.value,
            "msgaudit/Guide": finding.guide,
        },
        "RecordState": "ACTIVE",
    }


def _severity(finding: Finding) -> Json:
    doubtful = finding.outcome is Outcome.UNDETERMINED
    label = LABELS[Severity.INFO if doubtful else finding.severity]
    return {"Label": label, "Original": finding.severity.value}


def _type(category: Category) -> str:
    if category is Category.SECURITY:
        return "Software and Configuration Checks/AWS Security Best Practices"
    return f"Software and Configuration Checks/AWS Messaging/{category.value.title()}"


def _remediation(finding: Finding) -> str:
    text = f"msgaudit explain {finding.rule} says more.\n\n{finding.remediation}"
    return clipped(text, LONGEST_REMEDIATION)


def _resource(finding: Finding, place: Place) -> Json:
    subject = finding.resource
    details = {"Type": subject.type, "Name": subject.name, "Property": finding.property}
    shown = {key: clipped(visible(text or ""), LONGEST_ID) for key, text in details.items()}
    return {
        "Type": TYPES.get(subject.type, "Other"),
        "Id": clipped(visible(subject.arn or ""), LONGEST_ID),
        "Partition": place.partition,
        "Region": place.region,
        # Security Hub refuses blank texts.
        "Details": {"Other": {key: text for key, text in shown.items() if text.strip()}},
    }


REPORTER = AsffReporter()
