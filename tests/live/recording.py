"""Records an account in moto as AWS Config would: its items, in the shapes that it is known for.

Older types have the words of their APIs, spelt like the Java SDK does; newer ones have those of
CloudFormation. Texts that may be documents stay texts, and policies of IAM are in the code of URLs.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import quote

from tests.live.stub_config import Row, item

Clients = Callable[[str], Any]
_TAGS = ("Tags", "tags")


def recorded(client: Clients) -> list[Row]:
    """The items of everything that AWS Config records and msgaudit reads."""
    makers = (
        _queues,
        _topics,
        _buses,
        _machines,
        _functions,
        _alarms,
        _identities,
        _streams,
        _keys,
    )
    return [row for make in makers for row in make(client)]


def spelt(value: Any) -> Any:
    """Names as beans of Java have them."""
    if isinstance(value, Mapping):
        return {_bean(name): spelt(it) for name, it in value.items()}
    return [spelt(it) for it in value] if isinstance(value, list) else value


def _bean(name: str) -> str:
    special = {"KMSKeyArn": "kmskeyArn", "OKActions": "okactions"}
    return special.get(name, name[:1].lower() + name[1:])


def _plain(answer: Mapping[str, Any]) -> Any:
    """The answer as JSON has it."""
    kept = {name: it for name, it in answer.items() if name != "ResponseMetadata"}
    return json.loads(json.dumps(kept, default=str))


def _queues(client: Clients) -> Iterator[Row]:
    for url in client("sqs").list_queues().get("QueueUrls", ()):
        attributes = client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["All"])
        known: Row = attributes["Attributes"]
        numbers = {name: int(it) for name, it in known.items() if it.isdigit()}
        configuration = {**known, **numbers, "QueueUrl": url, "QueueName": url.rpartition("/")[2]}
        tags = client("sqs").list_queue_tags(QueueUrl=url).get("Tags", {})
        yield item("AWS::SQS::Queue", url, known["QueueArn"], configuration, tags=_listed(tags))


def _listed(tags: Mapping[str, str]) -> list[Row]:
    return [{"tag": f"{key}={it}", "key": key, "value": it} for key, it in tags.items()]


def _topics(client: Clients) -> Iterator[Row]:
    for topic in client("sns").list_topics()["Topics"]:
        arn = topic["TopicArn"]
        known = client("sns").get_topic_attributes(TopicArn=arn)["Attributes"]
        names = ("DisplayName", "KmsMasterKeyId", "Owner", "Policy", "TopicArn")
        configuration = {name: known[name] for name in names if name in known}
        yield item("AWS::SNS::Topic", arn, arn, configuration)


def _buses(client: Clients) -> Iterator[Row]:
    events = client("events")
    for bus in events.list_event_buses()["EventBuses"]:
        name, arn = bus["Name"], bus["Arn"]
        known = {"Name": name, "Arn": arn}
        if "Policy" in bus:
            known["Policy"] = json.loads(bus["Policy"])
        yield item("AWS::Events::EventBus", name, arn, known)
        for rule in events.list_rules(EventBusName=name)["Rules"]:
            listed = events.list_targets_by_rule(Rule=rule["Name"], EventBusName=name)
            configuration = {**_plain(rule), "Targets": listed["Targets"]}
            if "EventPattern" in rule:
                configuration["EventPattern"] = json.loads(rule["EventPattern"])
            yield item("AWS::Events::Rule", rule["Name"], rule["Arn"], configuration)


def _machines(client: Clients) -> Iterator[Row]:
    for listed in client("stepfunctions").list_state_machines()["stateMachines"]:
        arn = listed["stateMachineArn"]
        machine = client("stepfunctions").describe_state_machine(stateMachineArn=arn)
        logging = machine.get("loggingConfiguration", {})
        configuration = {
            "Arn": arn, "StateMachineName": machine["name"], "StateMachineType": machine["type"],
            "RoleArn": machine["roleArn"], "DefinitionString": machine["definition"],
            "LoggingConfiguration": {
                "Level": logging.get("level", "OFF"),
                "Destinations": [
                    {"CloudWatchLogsLogGroup":
                     {"LogGroupArn": it["cloudWatchLogsLogGroup"]["logGroupArn"]}}
                    for it in logging.get("destinations", ())
                ],
            },
            "TracingConfiguration": {
                "Enabled": machine.get("tracingConfiguration", {}).get("enabled", False)
            },
        }  # fmt: skip
        yield item("AWS::StepFunctions::StateMachine", arn, arn, configuration)


def _functions(client: Clients) -> Iterator[Row]:
    for known in client("lambda").list_functions()["Functions"]:
        name = known["FunctionName"]
        more: Row = {}
        try:
            more["Policy"] = client("lambda").get_policy(FunctionName=name)["Policy"]
        except client("lambda").exceptions.ResourceNotFoundException:
            pass
        reserved = client("lambda").get_function_concurrency(FunctionName=name)
        if "ReservedConcurrentExecutions" in reserved:
            value = float(reserved["ReservedConcurrentExecutions"])
            more["Concurrency"] = {"reservedConcurrentExecutions": value}
        configuration = {**spelt(_plain(known)), "state": {"value": "Active"}}
        yield item("AWS::Lambda::Function", name, known["FunctionArn"], configuration, more)


def _alarms(client: Clients) -> Iterator[Row]:
    for alarm in client("cloudwatch").describe_alarms()["MetricAlarms"]:
        id_, arn = alarm["AlarmName"], alarm["AlarmArn"]
        yield item("AWS::CloudWatch::Alarm", id_, arn, spelt(_plain(alarm)))


def _identities(client: Clients) -> Iterator[Row]:
    details = client("iam").get_account_authorization_details()
    for kind, key, inline in (
        ("Role", "RoleDetailList", "RolePolicyList"), ("User", "UserDetailList", "UserPolicyList"),
        ("Group", "GroupDetailList", "GroupPolicyList"), ("Policy", "Policies", ""),
    ):  # fmt: skip
        for detail in details[key]:
            known = _plain(detail)
            for policy in known.get(inline, ()):
                policy["PolicyDocument"] = coded(policy["PolicyDocument"])
            for version in known.get("PolicyVersionList", ()):
                version["Document"] = coded(version["Document"])
            if kind == "Role":
                trust = coded(known["AssumeRolePolicyDocument"])
                known["AssumeRolePolicyDocument"] = trust
            arn = known["Arn"]
            yield item(f"AWS::IAM::{kind}", arn, arn, spelt(known), region="global")


def coded(document: object) -> str:
    """A policy as IAM answers it."""
    return quote(json.dumps(document))


def _streams(client: Clients) -> Iterator[Row]:
    for name in client("kinesis").list_streams()["StreamNames"]:
        summary = client("kinesis").describe_stream_summary(StreamName=name)
        known = summary["StreamDescriptionSummary"]
        configuration = {
            "Name": name, "Arn": known["StreamARN"], "ShardCount": known["OpenShardCount"],
            "RetentionPeriodHours": known["RetentionPeriodHours"],
        }  # fmt: skip
        if known["EncryptionType"] != "NONE":
            encryption = {name: known[name] for name in ("EncryptionType", "KeyId")}
            configuration["StreamEncryption"] = encryption
        yield item("AWS::Kinesis::Stream", name, known["StreamARN"], configuration)


def _keys(client: Clients) -> Iterator[Row]:
    for listed in client("kms").list_keys()["Keys"]:
        id_ = listed["KeyId"]
        known = _plain(client("kms").describe_key(KeyId=id_)["KeyMetadata"])
        rotation = client("kms").get_key_rotation_status(KeyId=id_)["KeyRotationEnabled"]
        policy = client("kms").get_key_policy(KeyId=id_, PolicyName="default")["Policy"]
        more = {"Policy": policy, "KeyRotationStatus": rotation}
        yield item("AWS::KMS::Key", id_, listed["KeyArn"], spelt(known), more)
    for alias in client("kms").list_aliases()["Aliases"]:
        known = {"AliasName": alias["AliasName"], "TargetKeyId": alias.get("TargetKeyId")}
        yield item("AWS::KMS::Alias", alias["AliasName"], alias["AliasArn"], known)
