"""A made-up organization as a snapshot: many accounts, each with the messaging of a few services.

`python -m benchmarks.organization ACCOUNTS RESOURCES FILE`
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from auditor.resources import RawResource
from auditor.snapshot import Head, write_lines
from auditor.values import Unknown

REGION = "eu-west-1"
# So many resources of an account are the same in each, and so many come with each service.
_SHARED, _SERVICE = 4, 16
# So many accounts send their events to the bus of the first of them.
_UNIT = 20
_HIDDEN = Unknown("environment values are not kept")


@dataclass(frozen=True, slots=True)
class Account:
    """One account of the organization; `number` counts from 0."""

    number: int

    @property
    def id(self) -> str:
        """Twelve digits."""
        return f"{200_000_000_000 + self.number * 7_919:012}"

    def arn(self, service: str, resource: str) -> str:
        """The ARN of a resource of this account."""
        region = "" if service == "iam" else REGION
        return f"arn:aws:{service}:{region}:{self.id}:{resource}"

    def make(self, type_: str, arn: str, properties: dict[str, Any]) -> RawResource:
        """The resource; queues have URLs."""
        name = arn.rpartition(":")[2].rpartition("/")[2]
        url = f"https://sqs.{REGION}.amazonaws.com/{self.id}/{name}"
        return RawResource(
            f"AWS::{type_}", arn, properties, name, arn, self.id, REGION,
            url=url if type_ == "SQS::Queue" else None,
        )  # fmt: skip

    @property
    def hub(self) -> Account:
        """The account whose bus gets the events of this one."""
        return Account(self.number // _UNIT * _UNIT)


def resources(accounts: int, size: int) -> Iterator[RawResource]:
    """The resources of so many accounts, `size` of each or a few less."""
    for number in range(accounts):
        account = Account(number)
        yield from _shared(account)
        for service in range((size - _SHARED) // _SERVICE):
            yield from _service(account, service)


def count(accounts: int, size: int) -> int:
    """How many resources that makes."""
    return accounts * (_SHARED + (size - _SHARED) // _SERVICE * _SERVICE)


def _shared(account: Account) -> Iterator[RawResource]:
    """A bus, a rule that forwards events, its role, and a topic for alarms."""
    arn, hub_bus = account.arn, account.hub.arn("events", "event-bus/company")
    role = arn("iam", "role/forward-events")
    yield account.make("Events::EventBus", arn("events", "event-bus/company"), {"Name": "company"})
    yield account.make("SNS::Topic", arn("sns", "alarms"), {"TopicName": "alarms"})
    yield account.make(
        "Events::Rule", arn("events", "rule/forward"),
        {
            "Name": "forward", "State": "ENABLED", "EventBusName": "company",
            "EventPattern": {"source": [{"prefix": "com.example"}]},
            "Targets": [{"Id": "hub", "Arn": hub_bus, "RoleArn": role}],
        },
    )  # fmt: skip
    yield account.make(
        "IAM::Role", role, _role("events.amazonaws.com", "events:PutEvents", [hub_bus])
    )


def _service(account: Account, number: int) -> Iterator[RawResource]:
    """A topic feeds a queue that a function works off; every part can go wrong in some service."""
    arn, make, name = account.arn, account.make, f"orders-{number}"
    queue, dlq = arn("sqs", name), arn("sqs", f"{name}-failed")
    topic, function = arn("sns", name), arn("lambda", f"function:{name}")
    role, stream = arn("iam", f"role/{name}"), arn("kinesis", f"stream/{name}")
    settings: dict[str, Any] = {"QueueName": name, "VisibilityTimeout": 30 + 60 * (number % 2)}
    if number % 3:
        settings["RedrivePolicy"] = _redrive(dlq)
    yield make("SQS::Queue", queue, settings)
    yield make(
        "SQS::Queue", dlq, {"QueueName": f"{name}-failed", "MessageRetentionPeriod": 1_209_600}
    )
    yield make("SNS::Topic", topic, {"TopicName": name, "KmsMasterKeyId": "alias/aws/sns"})
    yield _subscription(account, topic, queue, dlq)
    second = topic if number else account.hub.arn("sns", "alarms")
    yield _subscription(account, second, dlq, dlq)
    yield make(
        "SQS::QueuePolicy", f"{queue}#policy",
        {"Queues": [f"https://sqs.{REGION}.amazonaws.com/{account.id}/{name}"],
         "PolicyDocument": {"Version": "2012-10-17", "Statement": [_send(queue, topic)]}},
    )  # fmt: skip
    yield make(
        "Events::Rule", arn("events", f"rule/company/{name}"),
        {
            "Name": name, "State": "ENABLED", "EventBusName": "company",
            "EventPattern": {"source": ["com.example"], "detail-type": [f"Order {number}"]},
            "Targets": [{"Id": "queue", "Arn": queue, "DeadLetterConfig": {"Arn": dlq}}],
        },
    )  # fmt: skip
    yield make("Kinesis::Stream", stream, {"Name": name, "RetentionPeriodHours": 24})
    yield make(
        "Lambda::Function", function,
        {
            "FunctionName": name, "Role": role, "Runtime": "python3.13", "Timeout": 30,
            "MemorySize": 512, "Environment": {"Variables": {"TABLE": _HIDDEN}},
        },
    )  # fmt: skip
    yield make("IAM::Role", role, _role("lambda.amazonaws.com", "sqs:*", [queue, dlq, stream]))
    yield make(
        "Lambda::EventSourceMapping",
        arn("lambda", f"event-source-mapping:q-{number}"),
        {"EventSourceArn": queue, "FunctionName": function, "BatchSize": 10, "Enabled": True},
    )
    yield make(
        "Lambda::EventSourceMapping",
        arn("lambda", f"event-source-mapping:s-{number}"),
        {"EventSourceArn": stream, "FunctionName": function, "StartingPosition": "LATEST"},
    )
    for watched, metric in ((name, "Age"), (f"{name}-failed", "Visible")):
        yield _alarm(account, watched, metric)
    yield make(
        "SQS::QueuePolicy", f"{dlq}#policy",
        {"Queues": [f"https://sqs.{REGION}.amazonaws.com/{account.id}/{name}-failed"],
         "PolicyDocument": {"Version": "2012-10-17", "Statement": [_send(dlq, topic)]}},
    )  # fmt: skip
    yield make("SNS::TopicPolicy", f"{topic}#policy", _topic_policy(account, topic))


def _subscription(account: Account, topic: str, queue: str, dlq: str) -> RawResource:
    ends = {"TopicArn": topic, "Protocol": "sqs", "Endpoint": queue}
    return account.make(
        "SNS::Subscription", f"{topic}:{account.number}-{queue.rpartition(':')[2]}",
        {**ends, "RedrivePolicy": _redrive(dlq), "FilterPolicy": {"kind": ["order", "return"]}},
    )  # fmt: skip


def _alarm(account: Account, queue: str, metric: str) -> RawResource:
    name = {"Age": "ApproximateAgeOfOldestMessage"}.get(
        metric, "ApproximateNumberOfMessagesVisible"
    )
    return account.make(
        "CloudWatch::Alarm", account.arn("cloudwatch", f"alarm:{queue}-{metric}"),
        {
            "AlarmName": f"{queue}-{metric}", "Namespace": "AWS/SQS", "MetricName": name,
            "Dimensions": [{"Name": "QueueName", "Value": queue}], "Statistic": "Maximum",
            "Period": 300, "EvaluationPeriods": 3, "Threshold": 600,
            "ComparisonOperator": "GreaterThanThreshold",
            "AlarmActions": [account.arn("sns", "alarms")],
        },
    )  # fmt: skip


def _role(service: str, action: str, resources: list[str]) -> dict[str, Any]:
    trust = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    allow = {"Effect": "Allow", "Action": action, "Resource": resources}
    return {
        "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [trust]},
        "Policies": [{
            "PolicyName": "work", "PolicyDocument": {"Version": "2012-10-17", "Statement": [allow]},
        }],
    }  # fmt: skip


def _redrive(arn: str) -> dict[str, Any]:
    return {"deadLetterTargetArn": arn, "maxReceiveCount": 5}


def _send(queue: str, topic: str) -> dict[str, Any]:
    return {
        "Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage", "Resource": queue,
        "Condition": {"ArnEquals": {"aws:SourceArn": topic}},
    }  # fmt: skip


def _topic_policy(account: Account, topic: str) -> dict[str, Any]:
    statement = {
        "Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{account.id}:root"},
        "Action": "sns:Publish", "Resource": topic,
    }  # fmt: skip
    return {"Topics": [topic], "PolicyDocument": {"Statement": [statement]}}


def keep(accounts: int, size: int, path: Path) -> int:
    """Write the snapshot of so many accounts, and tell how many resources it has."""
    total = count(accounts, size)
    ids = tuple(Account(number).id for number in range(accounts))
    with path.open("wb") as file:
        write_lines(Head(ids, (REGION,), total), resources(accounts, size), file)
    return total


if __name__ == "__main__":
    print(keep(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])), "resources")
