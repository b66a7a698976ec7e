"""Templates made real in moto: its CloudFormation, and API calls for the types that it lacks."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from auditor.inventory import Unit
from auditor.resources import RawResource
from tests.live.conftest import Account
from tests.live.reading import ACCOUNT, REGION

_STACK = "fixture"
_SYMBOLS = {
    "AWS::AccountId": ACCOUNT,
    "AWS::Partition": "aws",
    "AWS::Region": REGION,
    "AWS::StackName": _STACK,
    "AWS::URLSuffix": "amazonaws.com",
}
# CloudFormation's list and target, the API's list and target.
_NOTIFICATIONS = (
    ("QueueConfigurations", "Queue", "QueueConfigurations", "QueueArn"),
    ("TopicConfigurations", "Topic", "TopicConfigurations", "TopicArn"),
    ("LambdaConfigurations", "Function", "LambdaFunctionConfigurations", "LambdaFunctionArn"),
)


class Deployed:
    """A stack in moto. `logical` finds the logical id of a live resource."""

    def __init__(self, account: Account, template: Path, unit: Unit) -> None:
        self._account = account
        cloudformation = account.client("cloudformation")
        body = _with_fifo_names(template.read_text())
        cloudformation.create_stack(StackName=_STACK, TemplateBody=body)
        listed = cloudformation.describe_stack_resources(StackName=_STACK)["StackResources"]
        self._names: dict[str, str] = {
            item["LogicalResourceId"]: tail(item["PhysicalResourceId"])
            for item in listed
            if "PhysicalResourceId" in item
        }
        declared = unit.readings[0].resources
        self._declared = {(raw.type, str(raw.name)): raw.id for raw in declared}
        for raw in declared:
            if make := _MAKERS.get(raw.type):
                properties = self._resolved(raw.properties)
                name = self._names.get(raw.id, raw.id)
                self._names[raw.id] = tail(make(account, name, properties))

    def logical(self, raw: RawResource) -> str:
        """The logical id, or the resource's own where the template has none."""
        names = {name: logical for logical, name in self._names.items()}
        generated = re.fullmatch(rf"{_STACK}-(\w+)-\w+", str(raw.name))
        by_name = self._declared.get((raw.type, str(raw.name)), generated and generated[1])
        return names.get(tail(raw.id)) or by_name or raw.id

    def _resolved(self, value: Any) -> Any:
        if isinstance(value, Mapping):
            return {name: self._resolved(item) for name, item in value.items()}
        if isinstance(value, list):
            return [self._resolved(item) for item in value]
        return re.sub(r"\$\{([^}]+)\}", self._symbol, value) if isinstance(value, str) else value

    def _symbol(self, match: re.Match[str]) -> str:
        known = {**_SYMBOLS, **self._names}
        return known.get(match[1].removesuffix(".TopicName"), str(match[0]))


def tail(text: str) -> str:
    """The last part of an ARN, a URL or a path."""
    return re.split(r"[:/]", text)[-1]


def _with_fifo_names(text: str) -> str:
    """The template with names for FIFO queues that have none: moto forgets their suffix."""
    root = yaml.compose(text, yaml.SafeLoader)
    assert isinstance(root, yaml.MappingNode)
    for logical, resource in _entry(root, "Resources").value:
        properties = _entry(resource, "Properties")
        fifo = _scalar(properties, "FifoQueue") == "true"
        named = any(name.value == "QueueName" for name, _ in properties.value)
        if _scalar(resource, "Type") == "AWS::SQS::Queue" and fifo and not named:
            properties.value.append((_text("QueueName"), _text(f"{logical.value}.fifo")))
    return str(yaml.serialize(root))


def _text(value: str) -> yaml.ScalarNode:
    return yaml.ScalarNode("tag:yaml.org,2002:str", value)


def _entry(node: yaml.Node, name: str) -> yaml.Node:
    empty = yaml.MappingNode("tag:yaml.org,2002:map", [])
    entries = node.value if isinstance(node, yaml.MappingNode) else ()
    return next((value for key, value in entries if key.value == name), empty)


def _scalar(node: yaml.Node, name: str) -> str:
    return str(_entry(node, name).value)


def _alarm(account: Account, name: str, properties: Mapping[str, Any]) -> str:
    name = properties.get("AlarmName", name)
    account.client("cloudwatch").put_metric_alarm(**{**properties, "AlarmName": name})
    return str(name)


def _subscription(account: Account, name: str, properties: Mapping[str, Any]) -> str:
    del name
    ends = {name: properties[name] for name in ("TopicArn", "Protocol", "Endpoint")}
    attributes = {
        name: value if isinstance(value, str) else json.dumps(value)
        for name, value in properties.items()
        if name not in ends
    }
    made = account.client("sns").subscribe(**ends, Attributes=attributes)
    return str(made["SubscriptionArn"])


def _queue_policy(account: Account, name: str, properties: Mapping[str, Any]) -> str:
    del name
    policy = json.dumps(properties["PolicyDocument"])
    sqs = account.client("sqs")
    for url in properties["Queues"]:
        found = sqs.get_queue_url(QueueName=tail(url))["QueueUrl"]
        sqs.set_queue_attributes(QueueUrl=found, Attributes={"Policy": policy})
    return f"{tail(properties['Queues'][0])}#policy"


def _topic_policy(account: Account, name: str, properties: Mapping[str, Any]) -> str:
    del name
    policy = json.dumps(properties["PolicyDocument"])
    for topic in properties["Topics"]:
        account.client("sns").set_topic_attributes(
            TopicArn=topic, AttributeName="Policy", AttributeValue=policy
        )
    return f"{tail(properties['Topics'][0])}#policy"


def _pipe(account: Account, name: str, properties: Mapping[str, Any]) -> str:
    name = properties.get("Name", name)
    account.client("pipes").create_pipe(**{**properties, "Name": name})
    return str(name)


def _schedule(account: Account, name: str, properties: Mapping[str, Any]) -> str:
    name = properties.get("Name", name)
    account.client("scheduler").create_schedule(**{**properties, "Name": name})
    return name


def _stream_consumer(account: Account, name: str, properties: Mapping[str, Any]) -> str:
    del name
    made = account.client("kinesis").register_stream_consumer(**properties)
    return str(made["Consumer"]["ConsumerName"])


def _role(account: Account, name: str, properties: Mapping[str, Any]) -> str:
    for policy in properties.get("Policies", ()):
        account.client("iam").put_role_policy(
            RoleName=name,
            PolicyName=policy["PolicyName"],
            PolicyDocument=json.dumps(policy["PolicyDocument"]),
        )
    return name


def _bucket(account: Account, name: str, properties: Mapping[str, Any]) -> str:
    declared = properties.get("NotificationConfiguration", {})
    configuration = {
        listed: [
            {end: item[target], "Events": [item["Event"]]} for item in declared.get(source, ())
        ]
        for source, target, listed, end in _NOTIFICATIONS
    }
    account.client("s3").put_bucket_notification_configuration(
        Bucket=name, NotificationConfiguration=configuration, SkipDestinationValidation=True
    )
    return name


# What moto's CloudFormation does not know, or not completely.
_MAKERS = {
    "AWS::CloudWatch::Alarm": _alarm,
    "AWS::IAM::Role": _role,
    "AWS::Kinesis::StreamConsumer": _stream_consumer,
    "AWS::Pipes::Pipe": _pipe,
    "AWS::S3::Bucket": _bucket,
    "AWS::Scheduler::Schedule": _schedule,
    "AWS::SNS::Subscription": _subscription,
    "AWS::SNS::TopicPolicy": _topic_policy,
    "AWS::SQS::QueuePolicy": _queue_policy,
}
