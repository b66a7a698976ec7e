"""Targets of tasks that do not exist: only an account shows that."""

from __future__ import annotations

from collections.abc import Mapping

from auditor.engine import judge
from auditor.findings import Finding, Outcome
from auditor.inventory import Reading, Unit
from auditor.resources import RawResource
from checks.step_functions.tasks import task_target_unusable

ACCOUNT, REGION = "111122223333", "eu-west-1"


def resource(type_: str, service: str, name: str, **properties: object) -> RawResource:
    arn = f"arn:aws:{service}:{REGION}:{ACCOUNT}:{name}"
    return RawResource(type_, arn, properties, name, arn, ACCOUNT, REGION)


def publishing(topic: str) -> RawResource:
    task = {
        "Type": "Task",
        "Resource": "arn:aws:states:::sns:publish",
        "Parameters": {"TopicArn": topic},
        "End": True,
    }
    definition = {"StartAt": "Tell", "States": {"Tell": task}}
    kind = "AWS::StepFunctions::StateMachine"
    return resource(kind, "states", "stateMachine:flow", Definition=definition)


ALERTS = resource("AWS::SNS::Topic", "sns", "alerts")


def findings(*resources: RawResource, unread: Mapping[str, str] | None = None) -> list[Finding]:
    verdict = judge(Unit("", (Reading(resources, unread or {}),)), [task_target_unusable])
    assert verdict.gaps == []
    return list(verdict.findings)


def test_deleted_topic_is_a_violation() -> None:
    (finding,) = findings(publishing(f"arn:aws:sns:{REGION}:{ACCOUNT}:gone"), ALERTS)
    assert finding.outcome is Outcome.VIOLATION
    assert "does not exist" in finding.message


def test_existing_topic_is_fine() -> None:
    assert findings(publishing(str(ALERTS.arn)), ALERTS) == []


def test_topic_of_another_account_or_region_is_not_judged() -> None:
    assert findings(publishing(f"arn:aws:sns:{REGION}:444455556666:gone")) == []
    assert findings(publishing(f"arn:aws:sns:us-east-1:{ACCOUNT}:gone")) == []


def test_missing_topic_is_undetermined_while_topics_are_unread() -> None:
    machine = publishing(f"arn:aws:sns:{REGION}:{ACCOUNT}:gone")
    (finding,) = findings(machine, unread={"AWS::SNS::Topic": "access denied"})
    assert finding.outcome is Outcome.UNDETERMINED
