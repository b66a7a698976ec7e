"""Names, ARNs and references of resources that do not exist yet.

A name that CloudFormation will generate is the symbol `${LogicalId}`, the account and region are
`${AWS::AccountId}` and `${AWS::Region}`. So `!GetAtt Queue.Arn` and the same ARN put together with
`!Sub` are equal texts. Return values of `Ref` and attributes: each type's page in the
CloudFormation resource reference.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from auditor.arns import machine_name
from auditor.values import Unknown

_PREFIX = "arn:${AWS::Partition}:"
_HERE = "${AWS::Region}:${AWS::AccountId}:"


class Kind(Struct, frozen=True):
    """How one type is named: the property with the name, the ARN after `arn:aws:`, what Ref gives.

    In `arn`, `{}` stands for the name. `ref` is `name`, `arn` or `url`.
    """

    name: str = ""
    arn: str = ""
    ref: str = "name"


def _regional(service: str, resource: str, name: str, ref: str = "name") -> Kind:
    return Kind(name, f"{service}:{_HERE}{resource}", ref)


_FUNCTION = _regional("lambda", "function:{}", "FunctionName")
_MACHINE = _regional("states", "stateMachine:{}", "StateMachineName", "arn")
_TABLE = _regional("dynamodb", "table/{}", "TableName")

KINDS: dict[str, Kind] = {
    "AWS::SQS::Queue": _regional("sqs", "{}", "QueueName", "url"),
    "AWS::SNS::Topic": _regional("sns", "{}", "TopicName", "arn"),
    "AWS::SNS::Subscription": _regional("sns", "subscription/{}", "", "arn"),
    "AWS::Events::EventBus": _regional("events", "event-bus/{}", "Name"),
    "AWS::Events::Rule": _regional("events", "rule/{}", "Name"),
    "AWS::Events::Archive": _regional("events", "archive/{}", "ArchiveName"),
    "AWS::Events::ApiDestination": _regional("events", "api-destination/{}", "Name"),
    "AWS::Events::Connection": _regional("events", "connection/{}", "Name"),
    "AWS::Pipes::Pipe": _regional("pipes", "pipe/{}", "Name"),
    "AWS::Scheduler::Schedule": _regional("scheduler", "schedule/default/{}", "Name"),
    "AWS::Kinesis::Stream": _regional("kinesis", "stream/{}", "Name"),
    # The real ARN has the stream's name and the time of creation in it, which nobody writes down.
    "AWS::Kinesis::StreamConsumer": _regional(
        "kinesis", "stream-consumer/{}", "ConsumerName", "arn"
    ),
    "AWS::Kinesis::Channel": _regional("kinesis", "channel/{}", "ChannelName", "arn"),
    "AWS::KinesisAnalyticsV2::Application": _regional(
        "kinesisanalytics", "application/{}", "ApplicationName"
    ),
    "AWS::KinesisFirehose::DeliveryStream": _regional(
        "firehose", "deliverystream/{}", "DeliveryStreamName"
    ),
    "AWS::Lambda::Function": _FUNCTION,
    "AWS::Serverless::Function": _FUNCTION,
    "AWS::Lambda::EventSourceMapping": _regional("lambda", "event-source-mapping:{}", ""),
    "AWS::StepFunctions::StateMachine": _MACHINE,
    "AWS::Serverless::StateMachine": Kind("Name", _MACHINE.arn, "arn"),
    "AWS::CloudWatch::Alarm": _regional("cloudwatch", "alarm:{}", "AlarmName"),
    "AWS::CloudWatch::CompositeAlarm": _regional("cloudwatch", "alarm:{}", "AlarmName"),
    "AWS::KMS::Key": _regional("kms", "key/{}", ""),
    "AWS::KMS::Alias": _regional("kms", "{}", "AliasName"),
    "AWS::DynamoDB::Table": _TABLE,
    "AWS::DynamoDB::GlobalTable": _TABLE,
    "AWS::Serverless::SimpleTable": _TABLE,
    "AWS::IoT::TopicRule": _regional("iot", "rule/{}", "RuleName"),
    "AWS::Logs::LogGroup": _regional("logs", "log-group:{}", "LogGroupName"),
    "AWS::IAM::Role": Kind("RoleName", "iam::${AWS::AccountId}:role/{}"),
    "AWS::IAM::User": Kind("UserName", "iam::${AWS::AccountId}:user/{}"),
    "AWS::IAM::Group": Kind("GroupName", "iam::${AWS::AccountId}:group/{}"),
    "AWS::IAM::ManagedPolicy": Kind("ManagedPolicyName", "iam::${AWS::AccountId}:policy/{}", "arn"),
    "AWS::S3::Bucket": Kind("BucketName", "s3:::{}"),
    "AWS::EC2::SecurityGroup": Kind(),
    "AWS::EC2::Subnet": Kind(),
    "AWS::EC2::VPC": Kind(),
}
_NAMELESS = Kind()
_QUALIFIERS = {
    "AWS::Lambda::Alias": Kind("Name", "", "arn"),
    "AWS::Lambda::Version": Kind(ref="arn"),
    "AWS::StepFunctions::StateMachineAlias": Kind("Name", "", "arn"),
    "AWS::StepFunctions::StateMachineVersion": Kind(ref="arn"),
}
KINDS.update(_QUALIFIERS)
# The properties beside the name that an ARN is made of.
OWNERS: Mapping[str, tuple[str, ...]] = {
    "AWS::Events::Rule": ("EventBusName",),
    "AWS::Lambda::Alias": ("FunctionName",),
    "AWS::Lambda::Version": ("FunctionName",),
    "AWS::StepFunctions::StateMachineAlias": ("DeploymentPreference", "RoutingConfiguration"),
    "AWS::StepFunctions::StateMachineVersion": ("StateMachineArn",),
}
_NAME_ATTRIBUTES = {"QueueName", "TopicName", "Name", "FunctionName"}
# A subnet has the attribute VpcId too, but that is the name of its VPC.
_ID_ATTRIBUTES = {
    ("AWS::EC2::SecurityGroup", "GroupId"),
    ("AWS::EC2::Subnet", "SubnetId"),
    ("AWS::EC2::VPC", "VpcId"),
}


class Identity(Struct, frozen=True):
    """What a resource is called. `text` is its name as text, a symbol where it is generated."""

    type: str
    id: str
    name: str | Unknown
    text: str
    arn: str | None
    url: str | None

    @property
    def ref(self) -> str:
        """What `Ref` gives."""
        how = KINDS.get(self.type, _NAMELESS).ref
        return str({"name": self.text, "arn": self.arn, "url": self.url}[how])

    def attribute(self, name: str) -> object:
        """What `Fn::GetAtt` gives; a symbol for attributes that nothing here depends on."""
        if self.type.startswith(("Custom::", "AWS::CloudFormation::CustomResource")):
            return Unknown(f"{self.id}.{name} is made by a custom resource")
        if name in ("Alias", "Version") and self.type.startswith("AWS::Serverless::"):
            return f"{self.arn}:${{{self.id}.{name}}}"
        if name in ("ConsumerARN", "ChannelARN", "AliasArn", "FunctionArn") and self.arn:
            return self.arn
        if name == "Arn" and self.arn:
            return f"{self.arn}:*" if self.type == "AWS::Logs::LogGroup" else self.arn
        if name in _NAME_ATTRIBUTES and self.type in KINDS:
            return self.text
        if (self.type, name) in _ID_ATTRIBUTES:
            return self.text
        if name in ("TopicArn", "QueueUrl", "StreamArn"):
            return {"TopicArn": self.arn, "QueueUrl": self.url}.get(name, f"{self.arn}/stream/*")
        return f"${{{self.id}.{name}}}"


def identify(type_: str, id_: str, properties: Mapping[str, Any]) -> Identity:
    """The identity of a resource, `id_` being its logical id with the path of its stack."""
    kind = KINDS.get(type_, _NAMELESS)
    name: object = properties.get(kind.name) if kind.name else None
    if name is None:
        name = f"${{{id_}}}"
    text = (name.text or f"${{{id_}}}") if isinstance(name, Unknown) else str(name)
    arn = _PREFIX + kind.arn.replace("{}", text) if kind.arn else None
    if type_ == "AWS::Events::Rule":
        arn = f"{_PREFIX}events:{_HERE}rule/{_bus_prefix(properties)}{text}"
    if type_ in _QUALIFIERS:
        arn = f"{_PREFIX}{_qualified(type_, properties)}:{text}"
    url = None
    if type_ == "AWS::SQS::Queue":
        url = f"https://sqs.${{AWS::Region}}.${{AWS::URLSuffix}}/${{AWS::AccountId}}/{text}"
    return Identity(type_, id_, name if isinstance(name, Unknown) else text, text, arn, url)


def method_id(api: str, verb: str, path: str) -> str:
    """The id of a method that the definition of an API describes: it has no logical id."""
    return f"{api}.{verb}{path.rstrip('/').replace('/', '.')}"


def _bus_prefix(properties: Mapping[str, Any]) -> str:
    bus = properties.get("EventBusName")
    text = bus.text if isinstance(bus, Unknown) else bus
    name = str(text or "default").rpartition("event-bus/")[2]
    return "" if name == "default" else f"{name}/"


def _qualified(type_: str, properties: Mapping[str, Any]) -> str:
    """The ARN of what an alias or a version belongs to, from the service on."""
    if type_.startswith("AWS::Lambda::"):  # it may be given by name or by ARN
        name = _text(properties.get("FunctionName")).rpartition(":function:")[2]
        return f"lambda:{_HERE}function:{name}"
    return f"states:{_HERE}stateMachine:{machine_name(_machine(properties))}"


def _machine(properties: Mapping[str, Any]) -> str:
    """The ARN of a state machine, or of a version of it that an alias leads to."""
    routes = properties.get("RoutingConfiguration")
    preference = properties.get("DeploymentPreference")
    blocks = [preference, *(routes if isinstance(routes, list) else ())]
    versions = [
        _text(block.get("StateMachineVersionArn")) for block in blocks if isinstance(block, Mapping)
    ]
    return next(filter(None, versions), _text(properties.get("StateMachineArn")))


def _text(value: object) -> str:
    return str((value.text if isinstance(value, Unknown) else value) or "")
