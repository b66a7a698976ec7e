"""Single changes that break a template, each with the rules of which one has to notice."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from tests.examples.templates import Template

ELSEWHERE = "arn:aws:sqs:ap-south-1:999999999999:elsewhere"
REFUSALS = {"SNS026", "SNS027", "SNS030", "EVB032", "EVB033", "EVB035", "IAM016"}
NARROW = {"ESM024", "ESM028", "EVB043", "PIP002", "ARC075", "SFN028"}
# Of other alarms it is an opinion that they are needed.
NEEDED_METRICS = (
    "ApproximateAgeOfOldestMessage",
    "ApproximateNumberOfMessagesVisible",
    "GetRecords.IteratorAgeMilliseconds",
)
KEYS = {"KMS002", "KMS003"}
# What no rule judges: logs, objects, and the roles of Firehose.
UNJUDGED = ("logs:", "s3:", "LogGroup")
Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Mutation:
    """One change of one template."""

    name: str
    rules: frozenset[str]
    template: Template


def mutations(template: Template) -> Iterator[Mutation]:
    """All changes of one template; of alarms on the same metric only the first is changed."""
    seen: set[object] = set()
    for id_, resource in template["Resources"].items():
        metric = resource.get("Properties", {}).get("MetricName")
        if metric in seen:
            continue
        seen |= {metric} - {None}
        for path, value, rules in _changes(resource):
            changed = deepcopy(template)
            _set(changed["Resources"], (id_, *path), value)
            shown = "removed" if value is GONE else f"becomes {value}"
            where = ".".join(map(str, (id_, *path)))
            yield Mutation(f"{where} {shown}", frozenset(rules), changed)


class _Gone:
    """In the place of a value: take it out."""


GONE = _Gone()
Change = tuple[Path, object, set[str]]


def _set(body: Any, path: Path, value: object) -> None:
    for part in path[:-1]:
        body = body[part]
    if value is GONE:
        del body[path[-1]]
    else:
        body[path[-1]] = value


def _get(body: Any, *path: str | int) -> Any:
    for part in path:
        body = body[part]
    return body


def _changes(resource: Any) -> Iterator[Change]:
    make = _MAKERS.get(resource["Type"])
    for path, value, rules in make(resource.get("Properties", {})) if make else ():
        yield ("Properties", *path) if path else (), value, rules


def _policy(properties: Any) -> Iterator[Change]:
    yield (), GONE, REFUSALS
    for index, _ in enumerate(_get(properties, "PolicyDocument", "Statement")):
        where: Path = ("PolicyDocument", "Statement", index)
        yield (*where, "Effect"), "Deny", REFUSALS
        yield (*where, "Action"), "sqs:ReceiveMessage", REFUSALS
        yield (*where, "Principal"), {"Service": "s3.amazonaws.com"}, REFUSALS
        yield (*where, "Resource"), ELSEWHERE, REFUSALS
        if "Condition" in _get(properties, *where):
            yield (*where, "Condition"), {"ArnEquals": {"aws:SourceArn": ELSEWHERE}}, REFUSALS
            tested = _get(properties, *where, "Condition", "ArnEquals")
            yield (*where, "Condition"), {"ArnNotEquals": tested}, REFUSALS


def _permission(properties: Any) -> Iterator[Change]:
    yield (), GONE, REFUSALS
    yield ("Principal",), "s3.amazonaws.com", REFUSALS
    yield ("SourceArn",), ELSEWHERE, REFUSALS
    yield ("Action",), "lambda:GetFunction", REFUSALS


def _role(properties: Any) -> Iterator[Change]:
    trusted = _get(properties, "AssumeRolePolicyDocument", "Statement", 0, "Principal", "Service")
    if trusted.startswith("firehose"):
        return
    if not trusted.startswith("iot"):
        path = ("AssumeRolePolicyDocument", "Statement", 0, "Principal")
        yield path, {"Service": "ec2.amazonaws.com"}, {"IAM018"}
    for index, policy in enumerate(properties.get("Policies", ())):
        statements = policy["PolicyDocument"]["Statement"]
        for number, statement in enumerate(statements):
            if str(statement["Action"]).lstrip("['").startswith(UNJUDGED):
                continue
            where = ("Policies", index, "PolicyDocument", "Statement", number)
            unused = "sns:Publish" in statement["Action"] or "StartSync" in str(statement["Action"])
            if unused:  # what the code of a function sends, only its code shows
                continue
            yield where, GONE, NARROW
            yield (*where, "Effect"), "Deny", NARROW
            yield (*where, "Action"), "sqs:PurgeQueue", NARROW
            yield (*where, "Resource"), ELSEWHERE, NARROW


def _queue(properties: Any) -> Iterator[Change]:
    if "RedrivePolicy" in properties:
        yield ("RedrivePolicy",), GONE, {"SQS030"}
        target = ("RedrivePolicy", "deadLetterTargetArn")
        yield target, "arn:aws:sns:ap-south-1:999999999999:elsewhere", {"SQS031"}
        yield target, "failed-orders", {"SQS031"}
        yield ("RedrivePolicy", "maxReceiveCount"), 1, {"SQS032"}
        yield ("RedrivePolicy", "maxReceiveCount"), 2_000, {"SQS032"}
        yield ("MessageRetentionPeriod",), 30, {"SQS001"}
        yield (
            ("QueueName",),
            "renamed.fifo" if "FifoQueue" not in properties else "renamed",
            {"SQS014"},
        )
        if "FifoQueue" not in properties:
            yield ("MessageRetentionPeriod",), 1_209_600, {"SQS034"}
    if "RedriveAllowPolicy" in properties:
        yield ("RedriveAllowPolicy",), GONE, {"SQS036"}
        yield ("RedriveAllowPolicy",), {"redrivePermission": "denyAll"}, {"SQS036"}
        yield ("RedriveAllowPolicy", "sourceQueueArns"), [ELSEWHERE], {"SQS036"}
        yield ("KmsMasterKeyId",), GONE, {"KMS006"}
        if "FifoQueue" not in properties:  # which start the time anew
            yield ("MessageRetentionPeriod",), 3_600, {"SQS034"}
    yield ("DelaySeconds",), 5_000, {"SQS020"}
    yield ("KmsDataKeyReusePeriodSeconds",), 10, {"KMS005"}


def _key(properties: Any) -> Iterator[Change]:
    yield ("Enabled",), False, {"KMS004"}
    yield ("EnableKeyRotation",), GONE, {"KMS004"}
    for index, statement in enumerate(_get(properties, "KeyPolicy", "Statement")):
        services = statement["Principal"].get("Service", ())
        where = ("KeyPolicy", "Statement", index)
        if services:
            yield where, GONE, KEYS
            yield (*where, "Action"), "kms:Decrypt", KEYS
            yield (*where, "Action"), ["kms:GenerateDataKey*"], KEYS
            yield (*where, "Effect"), "Deny", KEYS
        for number in range(len(services)):
            yield (*where, "Principal", "Service", number), "ec2.amazonaws.com", KEYS


def _rule(properties: Any) -> Iterator[Change]:
    yield ("EventPattern",), GONE, {"EVB011"}
    yield ("State",), "DISABLED", {"EVB011"}
    yield ("EventPattern", "source"), "shop.orders", {"EVB014"}
    yield ("EventPattern", "source"), [{"prefix-of": "shop"}], {"EVB014"}
    yield ("EventPattern",), {}, {"EVB014", "EVB015"}
    yield ("Targets",), [], {"EVB013"}
    for index, target in enumerate(properties["Targets"]):
        yield ("Targets", index, "DeadLetterConfig"), GONE, {"EVB034"}
        if "RoleArn" in target:
            yield ("Targets", index, "RoleArn"), GONE, {"EVB031"}


def _mapping(properties: Any) -> Iterator[Change]:
    yield ("Enabled",), False, {"ESM002"}
    yield ("EventSourceArn",), "arn:aws:sns:eu-west-1:111111111111:orders", {"ESM001"}
    yield ("FilterCriteria",), {"Filters": [{"Pattern": "{broken"}]}, {"ESM021"}
    if "DestinationConfig" in properties:
        yield ("DestinationConfig",), GONE, {"ESM011"}
        yield ("ScalingConfig",), {"MaximumConcurrency": 5}, {"ESM016"}
    else:
        yield ("ParallelizationFactor",), 4, {"ESM016"}
        yield ("BatchSize",), 1_000, {"ESM015"}
        yield ("FunctionResponseTypes",), GONE, {"ESM014"}


def _subscription(properties: Any) -> Iterator[Change]:
    if "RedrivePolicy" not in properties:
        return
    yield ("RedrivePolicy",), GONE, {"SNS029"}
    yield ("FilterPolicy",), {"price": [{"bigger": 5}]}, {"SNS032"}
    yield ("Protocol",), "carrier-pigeon", {"SNS011"}


def _alarm(properties: Any) -> Iterator[Change]:
    if properties["MetricName"] in NEEDED_METRICS:
        yield (), GONE, {"CWA001", "CWA012", "CWA013"}
    yield ("MetricName",), f"{properties['MetricName']}s", {"CWA002"}
    yield ("Namespace",), "AWS/EventBridge", {"CWA003"}
    yield ("Dimensions", 0, "Name"), "ResourceName", {"CWA004"}
    if properties["Namespace"] != "AWS/Lambda":  # a deployment may watch it
        yield ("AlarmActions",), GONE, {"CWA009"}
    yield ("ActionsEnabled",), False, {"CWA009"}


def _machine(properties: Any) -> Iterator[Change]:
    yield ("LoggingConfiguration",), GONE, {"SFN027"}
    yield ("Definition", "StartAt"), "Nowhere", {"SFN010"}
    for name, state in _get(properties, "Definition", "States").items():
        where = ("Definition", "States", name)
        if "Next" in state:
            yield (*where, "Next"), "Nowhere", {"SFN010"}
        if state["Type"] == "Task" and "lambda" in state["Resource"]:
            yield (*where, "Retry"), GONE, {"SFN021"}


def _iot(_properties: Any) -> Iterator[Change]:
    yield ("TopicRulePayload", "ErrorAction"), GONE, {"ARC064"}


def _bucket(properties: Any) -> Iterator[Change]:
    if "NotificationConfiguration" in properties:
        yield ("NotificationConfiguration",), GONE, {"EVB020"}


def _pipe(_properties: Any) -> Iterator[Change]:
    yield ("DesiredState",), "STOPPED", {"PIP001"}


_MAKERS: dict[str, Callable[[Any], Iterator[Change]]] = {
    "AWS::SQS::QueuePolicy": _policy,
    "AWS::SNS::TopicPolicy": _policy,
    "AWS::Lambda::Permission": _permission,
    "AWS::IAM::Role": _role,
    "AWS::SQS::Queue": _queue,
    "AWS::KMS::Key": _key,
    "AWS::Events::Rule": _rule,
    "AWS::Lambda::EventSourceMapping": _mapping,
    "AWS::SNS::Subscription": _subscription,
    "AWS::CloudWatch::Alarm": _alarm,
    "AWS::StepFunctions::StateMachine": _machine,
    "AWS::IoT::TopicRule": _iot,
    "AWS::S3::Bucket": _bucket,
    "AWS::Pipes::Pipe": _pipe,
}
