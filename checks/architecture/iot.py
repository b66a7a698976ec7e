"""IoT rules, at the beginning of many pipelines."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.findings import Category, Match, Severity
from auditor.graph import Graph
from auditor.resources import IotRule
from auditor.rules import rule

# Under load they refuse what exceeds their throughput.
THROTTLED = ("Kinesis", "Firehose")


@rule(
    "ARC064",
    "iot-rule-without-error-action",
    severity=Severity.HIGH,
    category=Category.RELIABILITY,
    guide="Scenario 2: IoT Data Processing (lines 858-871)",
    applies_to=IotRule,
    remediation="""
        SensorsRule:
          Type: AWS::IoT::TopicRule
          Properties:
            TopicRulePayload:
              ErrorAction:
                Sqs:
                  QueueUrl: !Ref FailedReadings
                  RoleArn: !GetAtt IotRole.Arn
                  UseBase64: false

        Live: aws iot replace-topic-rule --rule-name NAME --topic-rule-payload file://rule.json
    """,
)
def iot_rule_without_error_action(iot_rule: IotRule, _graph: Graph) -> Iterator[Match]:
    """An IoT rule has no error action, so messages that an action could not handle are lost.

    Devices have sent them and forget them. A stream or delivery stream throttles under load; other
    actions fail more rarely and count less. Disabled rules are exempt.

    Fine to accept where the next reading replaces the one that was lost.
    """
    payload = iot_rule.payload
    if payload.disabled or payload.has("ErrorAction") or not payload.actions:
        return
    throttled = any(action.has(name) for action in payload.actions for name in THROTTLED)
    yield Match(
        iot_rule,
        f"{iot_rule.label} loses messages that an action could not handle",
        ("TopicRulePayload", "ErrorAction"),
        severity=None if throttled else Severity.MEDIUM,
    )
