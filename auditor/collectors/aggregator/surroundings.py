"""Alarms, endpoints of VPCs and buckets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from auditor.arns import Arn
from auditor.collectors.aggregator.items import Item, decoded
from auditor.collectors.aggregator.kinds import Kind, partly
from auditor.collectors.aggregator.words import as_answered
from auditor.collectors.live import cloudwatch, s3, vpc
from auditor.resources import (
    Alarm,
    Bucket,
    BucketNotifications,
    SecurityGroup,
    SecurityGroupIngress,
    VpcEndpoint,
)
from auditor.resources.base import RawResource

_NOTIFICATIONS = "BucketNotificationConfiguration"
# What AWS Config calls a kind of notification and its target, and the API.
_TARGETS = {
    "QueueConfiguration": ("queueARN", "QueueConfigurations", "QueueArn"),
    "TopicConfiguration": ("topicARN", "TopicConfigurations", "TopicArn"),
    "LambdaConfiguration": ("functionARN", "LambdaFunctionConfigurations", "LambdaFunctionArn"),
}
_LISTS = ("LambdaConfigurations", "QueueConfigurations", "TopicConfigurations")


def alarm(item: Item) -> Iterable[RawResource]:
    """An alarm; one with a metric of its own has no metric math (API PutMetricAlarm)."""
    answer = {"AlarmArn": item.arn, "AlarmName": item.name, **as_answered(item.configuration or {})}
    raw = cloudwatch.transform(Alarm.type, cloudwatch.METRIC, answer)
    plain = {"Metrics": None} if raw.properties.get("MetricName") else {}
    properties = {**plain, **raw.properties}
    yield RawResource(Alarm.type, raw.id, properties, name=raw.name, arn=raw.arn)


def endpoint(item: Item) -> Iterable[RawResource]:
    """An endpoint that still exists."""
    answer = as_answered(item.configuration or {})
    state = answer.get("State")
    value = state.get("Value") if isinstance(state, Mapping) else state
    if str(value).lower() not in vpc.GONE:
        yield vpc.endpoint(item.arn, {"VpcEndpointId": item.id, **answer})


def security_group(item: Item) -> Iterable[RawResource]:
    """A security group."""
    answer = {"GroupId": item.id, **as_answered(item.configuration or {})}
    answer["IpPermissions"] = list(map(_permission, answer.get("IpPermissions", ())))
    yield vpc.security_group(item.arn, answer)


def _permission(answer: Mapping[str, Any]) -> Mapping[str, Any]:
    """A permission as EC2 answers it; AWS Config lists ranges also as mere texts."""
    listed = answer.get("Ipv4Ranges")
    if listed is None:
        listed = [{"CidrIp": each} for each in answer.get("IpRanges") or ()]
    given = {name: value for name, value in answer.items() if value is not None}
    return {**given, "IpRanges": listed}


def bucket(item: Item) -> Iterable[RawResource]:
    """A bucket; AWS Config does not tell whether it also sends events to EventBridge."""
    arn = Arn.parse(item.arn)
    name = item.name or (arn.resource if arn else item.id)
    notifications: Any = decoded(item.supplementary.get(_NOTIFICATIONS))
    if not isinstance(notifications, Mapping):
        properties: Mapping[str, Any] = {"BucketName": name}
    else:
        answer: dict[str, list[dict[str, Any]]] = {}
        for each in (notifications.get("configurations") or {}).values():
            source, listed, target = _TARGETS[each["type"]]
            made = {target: each[source], "Events": each["events"], **_filter(each)}
            answer.setdefault(listed, []).append(made)
        properties = dict(s3.transform(item.arn, name, answer).properties)
        told = properties.get("NotificationConfiguration", {})
        properties["NotificationConfiguration"] = partly(told, _LISTS)
    yield RawResource(Bucket.type, item.arn, properties, name=name, arn=item.arn)


def _filter(notification: Mapping[str, Any]) -> dict[str, Any]:
    rules = list(_filter_rules(notification.get("filter") or {}))
    return {"Filter": {"Key": {"FilterRules": rules}}} if rules else {}


def _filter_rules(given: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for rule in (given.get("s3KeyFilter") or {}).get("filterRules") or ():
        yield {"Name": rule["name"], "Value": rule["value"]}


KINDS = {
    "AWS::CloudWatch::Alarm": Kind(
        (Alarm.type,),
        alarm,
        tuple(name for name in cloudwatch.METRIC if name != "Metrics"),
    ),
    "AWS::EC2::VPCEndpoint": Kind(
        (VpcEndpoint.type,),
        endpoint,
        (
            "PrivateDnsEnabled", "RouteTableIds", "SecurityGroupIds", "ServiceName", "SubnetIds",
            "VpcEndpointType", "VpcId",
        ),
    ),
    # An account has the rules inside their groups, never beside them.
    "AWS::EC2::SecurityGroup": Kind(
        (SecurityGroup.type, SecurityGroupIngress.type),
        security_group,
        ("GroupDescription", "GroupName", "SecurityGroupIngress", "VpcId"),
    ),
    # It is the bucket itself that has what the CDK writes into a resource of its own.
    "AWS::S3::Bucket": Kind((Bucket.type, BucketNotifications.type), bucket, ("BucketName",)),
}  # fmt: skip
