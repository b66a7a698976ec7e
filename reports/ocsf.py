"""Open Cybersecurity Schema Framework 1.5.0: events for data lakes such as Security Lake.

Each is a Compliance Finding (2003): the outcome of judging a resource's configuration by a rule.
A Detection Finding (2004) tells of an activity that was detected, which msgaudit sees none of;
and it lacks what a Compliance Finding has: a status for a check that "did not yield a result due
to missing information", which is what an undetermined result is.
https://schema.ocsf.io/1.5.0/classes/compliance_finding
"""

from __future__ import annotations

from auditor.findings import Confidence, Finding, Outcome, Severity
from auditor.report import Report
from reports.clock import now
from reports.safe import clipped, json_text, visible
from reports.wording import origin, shown_id, statement

Json = dict[str, object]
VERSION = "1.5.0"
LONGEST = 2_000
CATEGORY, CLASS, CREATE = 2, 2003, 1
SEVERITIES = {
    Severity.INFO: (1, "Informational"),
    Severity.LOW: (2, "Low"),
    Severity.MEDIUM: (3, "Medium"),
    Severity.HIGH: (4, "High"),
    Severity.CRITICAL: (5, "Critical"),
}
CONFIDENCES = {
    Confidence.LOW: (1, "Low"),
    Confidence.MEDIUM: (2, "Medium"),
    Confidence.HIGH: (3, "High"),
}
STATUSES = {Outcome.UNDETERMINED: (2, "Warning"), Outcome.VIOLATION: (3, "Fail")}


class OcsfReporter:
    """Violations and undetermined results that nobody accepted.

    Gaps are left out: OCSF has no event for what a scanner could not read.
    """

    def render(self, report: Report) -> str:
        """The report as a JSON list of events."""
        time = round(now().timestamp() * 1000)
        findings = (*report.violations, *report.undetermined)
        return json_text([_event(finding, report.version, time) for finding in findings], levels=1)


def _event(finding: Finding, version: str, time: int) -> Json:
    severity_id, severity = SEVERITIES[finding.severity]
    confidence_id, confidence = CONFIDENCES[finding.confidence]
    return {
        "metadata": _metadata(finding, version),
        "category_uid": CATEGORY,
        "category_name": "Findings",
        "class_uid": CLASS,
        "class_name": "Compliance Finding",
        "activity_id": CREATE,
        "activity_name": "Create",
        "type_uid": CLASS * 100 + CREATE,
        "type_name": "Compliance Finding: Create",
        "time": time,
        "severity_id": severity_id,
        "severity": severity,
        "confidence_id": confidence_id,
        "confidence": confidence,
        "status_id": 1,
        "status": "New",
        "message": statement(finding),
        "finding_info": _finding_info(finding),
        "compliance": _compliance(finding),
        "remediation": {"desc": clipped(finding.remediation, LONGEST)},
        "resources": [_resource(finding)],
        **_cloud(finding),
    }


def _metadata(finding: Finding, version: str) -> Json:
    product = {"name": "msgaudit", "vendor_name": "msgaudit", "version": version}
    profiles = {"profiles": ["cloud"]} if finding.resource.account else {}
    return {"version": VERSION, "product": product, "event_code": finding.rule, **profiles}


def _finding_info(finding: Finding) -> Json:
    return {
        "uid": finding.fingerprint,
        "title": f"{finding.rule} {finding.name}",
        "desc": statement(finding),
        "types": [finding.category.value],
        "analytic": {
            "uid": finding.rule,
            "name": finding.name,
            "type_id": 1,
            "type": "Rule",
        },
    }


def _compliance(finding: Finding) -> Json:
    status_id, status = STATUSES[finding.outcome]
    return {
        "standards": ["msgaudit"],
        "control": f"{finding.rule} {finding.name}",
        "requirements": [finding.guide],
        "status_id": status_id,
        "status": status,
    }


def _resource(finding: Finding) -> Json:
    subject, location = finding.resource, finding.location
    data: Json = {"property": _text(finding.property)}
    if location:
        data |= {"path": _text(location.path), "line": location.line}
    return {
        "uid": _text(subject.arn or f"{origin(finding)}#{subject.id}"),
        "name": _text(subject.name or shown_id(subject)),
        "type": _text(subject.type),
        "data": data,
        **({"region": _text(subject.region)} if subject.region else {}),
    }


def _cloud(finding: Finding) -> Json:
    subject = finding.resource
    if not subject.account:
        return {}
    cloud: Json = {
        "provider": "AWS",
        "account": {"uid": _text(subject.account), "type_id": 10, "type": "AWS Account"},
    }
    if subject.region:
        cloud["region"] = _text(subject.region)
    return {"cloud": cloud}


def _text(hostile: str) -> str:
    return clipped(visible(hostile), LONGEST)


REPORTER = OcsfReporter()
