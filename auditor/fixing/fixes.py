"""What to change for each rule that can be fixed without knowing more than the template."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from yaml.nodes import Node

from auditor.collectors.template.documents import child
from auditor.data import limits
from auditor.data.metrics import namespaces
from auditor.fixing.editor import CannotFixError
from auditor.fixing.repair import Repair, plain

Fix = Callable[[Repair], None]

_DEPTH = "ApproximateNumberOfMessagesVisible"


def _long_polling(repair: Repair) -> None:
    repair.set("ReceiveMessageWaitTimeSeconds", value=20)


def _dead_letter_queue(repair: Repair) -> None:
    properties: dict[str, Any] = {"MessageRetentionPeriod": limits.RETENTION_MAX}
    for name in ("FifoQueue", "KmsMasterKeyId"):  # both must be those of the source
        if (value := repair.property_(name)) is not None:
            properties[name] = value
    if (source := _arn(repair.property_("QueueName"))) is not None:
        allowed = {"redrivePermission": "byQueue", "sourceQueueArns": [source]}
        properties["RedriveAllowPolicy"] = allowed
    name = repair.add(f"{repair.logical_id}Dlq", "AWS::SQS::Queue", properties)
    target = {"Fn::GetAtt": [name, "Arn"]}
    repair.set("RedrivePolicy", value={"deadLetterTargetArn": target, "maxReceiveCount": 5})
    if told := _alarm_actions(repair):
        _add_alarm(repair, name, told)


def _arn(name: Any) -> dict[str, str] | None:
    """The ARN of a queue by its name: by logical id, two queues would need each other first."""
    text = name.get("Fn::Sub") if isinstance(name, dict) else name
    if not isinstance(text, str):
        return None
    return {"Fn::Sub": f"arn:${{AWS::Partition}}:sqs:${{AWS::Region}}:${{AWS::AccountId}}:{text}"}


def _alarm_on_dead_letters(repair: Repair) -> None:
    if repair.finding.resource.type == "AWS::CloudWatch::Alarm":
        repair.replace(_DEPTH)
        repair.set("Threshold", value=0)
        if repair.property_("TreatMissingData") is None:  # an idle queue has no depth
            repair.set("TreatMissingData", value="notBreaching")
    elif told := _alarm_actions(repair):
        _add_alarm(repair, repair.logical_id, told)
    else:
        raise CannotFixError("neither an alarm of the template nor alarm-actions says whom to tell")


def _alarm_actions(repair: Repair) -> Any:
    """Whom the other alarms tell, else whom the user named; empty when nobody."""
    alarms = repair.resources("AWS::CloudWatch::Alarm")
    written = (_written(node, "AlarmActions") for _, node in alarms)
    named = [{"Fn::Sub": text} if "${" in text else text for text in repair.told]
    return next(filter(None, written), named)


def _add_alarm(repair: Repair, queue: str, told: Any) -> None:
    queue_name = {"Fn::GetAtt": [queue, "QueueName"]}
    properties = {
        "Namespace": "AWS/SQS",
        "MetricName": _DEPTH,
        "Dimensions": [{"Name": "QueueName", "Value": queue_name}],
        "Statistic": "Maximum",
        "Period": 60,
        "EvaluationPeriods": 1,
        "ComparisonOperator": "GreaterThanThreshold",
        "Threshold": 0,
        "TreatMissingData": "notBreaching",
        "AlarmActions": told,
    }
    repair.add(f"{queue}Alarm", "AWS::CloudWatch::Alarm", properties)


def _metric_name(repair: Repair) -> None:
    name, namespace = (text.partition(" ")[2] for text in repair.finding.evidence)
    meant = namespaces()[namespace].similar(name)
    if not meant:
        raise CannotFixError("no metric has a similar name")
    repair.replace(meant)


def _tls_only(repair: Repair) -> None:
    statement = {
        "Sid": "TlsOnly",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "sqs:*",
        "Resource": {"Fn::GetAtt": [repair.logical_id, "Arn"]},
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    if repair.finding.resource.type != "AWS::SQS::Queue":
        raise CannotFixError("a policy would replace the default one, which lets alarms publish")
    for name, node in repair.resources("AWS::SQS::QueuePolicy"):
        queues = _written(node, "Queues")
        if not isinstance(queues, list):
            raise CannotFixError(f"{name} may be its policy already")
        if {"Ref": repair.logical_id} in queues:
            policy = child(child(node, "Properties"), "PolicyDocument")
            repair.editor.append(child(policy, "Statement"), statement)
            return
    document = {"Version": "2012-10-17", "Statement": [statement]}
    properties = {"Queues": [{"Ref": repair.logical_id}], "PolicyDocument": document}
    repair.add(f"{repair.logical_id}Policy", "AWS::SQS::QueuePolicy", properties)


def _written(node: Node, name: str) -> Any:
    """A property of another resource, `None` where it is missing or cannot be copied."""
    value = child(child(node, "Properties"), name)
    try:
        return None if value is None else plain(value)
    except CannotFixError:
        return None


def _setting(name: str, value: Any) -> Fix:
    return lambda repair: repair.set(name, value=value)


FIXES: dict[str, Fix] = {
    "CWA002": _metric_name,
    "CWA008": _setting("TreatMissingData", "notBreaching"),
    "CWA012": _alarm_on_dead_letters,
    "ESM014": _setting("FunctionResponseTypes", ["ReportBatchItemFailures"]),
    "IAM017": _tls_only,
    "KIN016": _setting("StreamEncryption", {"EncryptionType": "KMS", "KeyId": "alias/aws/kinesis"}),
    "KMS001": _setting("SqsManagedSseEnabled", True),
    "SQS027": _long_polling,
    "SQS030": _dead_letter_queue,
}
