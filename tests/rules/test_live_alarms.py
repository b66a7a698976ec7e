"""What rules on alarms can tell only in an account, where everything that exists was read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from auditor.engine import judge
from auditor.findings import Confidence, Finding, Outcome, Severity
from auditor.inventory import Reading, Unit
from auditor.resources.base import RawResource
from auditor.rules import Rule
from checks.cloudwatch.actions import silent_alarm
from checks.cloudwatch.services import executions_not_watched
from checks.cloudwatch.subjects import alarm_on_missing_resource

ACCOUNT, REGION = "111122223333", "eu-west-1"
TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:alerts"


def resource(
    type_: str, service: str, name: str, properties: Mapping[str, object] | None = None
) -> RawResource:
    arn = f"arn:aws:{service}:{REGION}:{ACCOUNT}:{name}"
    return RawResource(type_, arn, properties or {}, name, arn, ACCOUNT, REGION)


def alarm(**more: object) -> RawResource:
    properties = {
        "Namespace": "AWS/SQS",
        "MetricName": "ApproximateAgeOfOldestMessage",
        "Dimensions": [{"Name": "QueueName", "Value": "orders"}],
        "AlarmActions": [TOPIC],
        **more,
    }
    return resource("AWS::CloudWatch::Alarm", "cloudwatch", "alarm:old", properties)


def queue(name: str) -> RawResource:
    return resource("AWS::SQS::Queue", "sqs", name)


def topic() -> RawResource:
    return resource("AWS::SNS::Topic", "sns", "alerts")


def subscription() -> RawResource:
    properties = {"TopicArn": TOPIC, "Protocol": "email", "Endpoint": "ops@example.com"}
    return resource("AWS::SNS::Subscription", "sns", "alerts:1", properties)


def findings(rule: Rule[Any], *resources: RawResource, unread: str = "") -> list[Finding]:
    gaps = {unread: "access denied"} if unread else {}
    return judge(Unit("", (Reading(resources, gaps),)), [rule]).findings


def test_alarm_on_a_deleted_queue_is_a_violation() -> None:
    (finding,) = findings(alarm_on_missing_resource, alarm(), queue("Orders"))
    assert finding.outcome is Outcome.VIOLATION
    assert finding.message.endswith("does not exist: orders; did you mean the name of Orders?")


def test_alarm_on_an_existing_queue_is_fine() -> None:
    assert findings(alarm_on_missing_resource, alarm(), queue("orders")) == []


def test_alarm_on_a_missing_queue_is_undetermined_when_queues_are_unread() -> None:
    (finding,) = findings(alarm_on_missing_resource, alarm(), unread="AWS::SQS::Queue")
    assert finding.outcome is Outcome.UNDETERMINED


def test_metric_of_another_account_may_name_anything() -> None:
    metric = {
        "Namespace": "AWS/SQS",
        "MetricName": "NumberOfMessagesSent",
        "Dimensions": [{"Name": "QueueName", "Value": "orders"}],
    }
    query = {"Id": "m1", "AccountId": "444455556666", "MetricStat": {"Metric": metric}}
    across = alarm(Namespace=None, MetricName=None, Dimensions=None, Metrics=[query])
    assert findings(alarm_on_missing_resource, across) == []


def test_functions_at_the_edge_exist_elsewhere() -> None:
    dimensions = [{"Name": "FunctionName", "Value": "us-east-1.headers"}]
    edge = alarm(Namespace="AWS/Lambda", MetricName="Errors", Dimensions=dimensions)
    assert findings(alarm_on_missing_resource, edge) == []
    (finding,) = findings(
        alarm_on_missing_resource,
        alarm(
            Namespace="AWS/Lambda",
            MetricName="Errors",
            Dimensions=[{"Name": "FunctionName", "Value": "headers"}],
        ),
    )
    assert finding.outcome is Outcome.VIOLATION


def test_alarm_to_a_topic_without_subscription_is_silent() -> None:
    (finding,) = findings(silent_alarm, alarm(), topic())
    assert finding.message.endswith("in vain: nobody subscribes to alerts")


def test_alarm_to_a_deleted_topic_is_silent() -> None:
    (finding,) = findings(silent_alarm, alarm())
    assert finding.message.endswith(f"{TOPIC} does not exist")


def test_alarm_to_a_missing_topic_is_undetermined_when_topics_are_unread() -> None:
    (finding,) = findings(silent_alarm, alarm(), unread="AWS::SNS::Topic")
    assert finding.outcome is Outcome.UNDETERMINED


def test_alarm_is_heard_when_one_of_its_actions_leads_somewhere() -> None:
    assert findings(silent_alarm, alarm(), topic(), subscription()) == []
    elsewhere = f"arn:aws:sns:{REGION}:444455556666:alerts"
    assert findings(silent_alarm, alarm(AlarmActions=[TOPIC, elsewhere]), topic()) == []


def test_unwatched_workflow_of_an_account_is_certain() -> None:
    machine = resource("AWS::StepFunctions::StateMachine", "states", "stateMachine:fulfil")
    (finding,) = findings(executions_not_watched, machine)
    assert (finding.severity, finding.confidence) == (Severity.HIGH, Confidence.HIGH)
