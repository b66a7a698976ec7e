"""Answers of AWS that moto cannot give, as their API references show them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from auditor.collectors.live import cloudwatch, events, functions, kinesis, sns, sqs, stepfunctions
from auditor.collectors.live.permissions import transform_policy
from auditor.resources import Permission, Topic
from auditor.resources.functions import LAST_RESULT
from auditor.resources.sns import SUBSCRIBED
from auditor.values import UndeterminedError, Unknown
from tests.live.reading import arn

FUNCTION = arn("lambda", "function:worker")
TOPIC = arn("sns", "orders")


def test_function_of_aws() -> None:
    configuration = {
        "FunctionName": "worker",
        "FunctionArn": FUNCTION,
        "Role": "arn:aws:iam::123456789012:role/worker",
        "CodeSize": 122,
        "Description": "",
        "Timeout": 900,
        "DeadLetterConfig": {"TargetArn": arn("sqs", "failed")},
        "Environment": {"Variables": {"TOKEN": "hunter2"}},
        "KMSKeyArn": arn("kms", "key/1"),
        "Layers": [{"Arn": arn("lambda", "layer:tools:1"), "CodeSize": 1}],
        "VpcConfig": {"SubnetIds": ["subnet-1"], "SecurityGroupIds": ["sg-1"], "VpcId": "vpc-1"},
        "SnapStart": {"ApplyOn": "None"},
    }
    raw = functions.function(configuration, None, "Terminate")
    assert raw.properties == {
        "FunctionName": "worker",
        "Role": "arn:aws:iam::123456789012:role/worker",
        "Timeout": 900,
        "DeadLetterConfig": {"TargetArn": arn("sqs", "failed")},
        "Environment": {
            "Variables": {"TOKEN": Unknown("the values of a function's environment are not kept")}
        },
        "KmsKeyArn": arn("kms", "key/1"),
        "Layers": [arn("lambda", "layer:tools:1")],
        "RecursiveLoop": "Terminate",
        "VpcConfig": {"SubnetIds": ["subnet-1"], "SecurityGroupIds": ["sg-1"]},
    }


def test_function_outside_of_a_vpc_has_no_vpc_configuration() -> None:
    configuration = {
        "FunctionName": "worker",
        "FunctionArn": FUNCTION,
        "VpcConfig": {"SubnetIds": [], "SecurityGroupIds": [], "VpcId": ""},
    }
    raw = functions.function(configuration, None, "Terminate")
    assert raw.properties == {"FunctionName": "worker", "RecursiveLoop": "Terminate"}


def test_stream_mapping_of_aws() -> None:
    item = {
        "UUID": "1",
        "FunctionArn": f"{FUNCTION}:live",
        "EventSourceArn": arn("kinesis", "stream/clicks"),
        "State": "Disabling",
        "BatchSize": 100,
        "MaximumRetryAttempts": 0,
        "MaximumRecordAgeInSeconds": -1,
        "BisectBatchOnFunctionError": False,
        "DestinationConfig": {"OnFailure": {}},
        "FunctionResponseTypes": [],
        "LastProcessingResult": "OK",
    }
    raw = functions.mapping(arn("lambda", "event-source-mapping:1"), item)
    assert raw.name == "clicks to worker"
    assert raw.properties == {
        "FunctionName": f"{FUNCTION}:live",
        "Enabled": False,
        "EventSourceArn": arn("kinesis", "stream/clicks"),
        "BatchSize": 100,
        "MaximumRetryAttempts": 0,
        "MaximumRecordAgeInSeconds": -1,
        "BisectBatchOnFunctionError": False,
        LAST_RESULT: "OK",
    }


def test_invoke_config_of_an_alias() -> None:
    raw = functions.invoke_config({"FunctionArn": f"{FUNCTION}:live", "MaximumRetryAttempts": 0})
    assert raw.properties == {
        "FunctionName": FUNCTION,
        "Qualifier": "live",
        "MaximumRetryAttempts": 0,
    }


def permission(statement: dict[str, Any]) -> Permission:
    (raw,) = transform_policy(FUNCTION, json.dumps({"Statement": [statement]}))
    return Permission(raw)


def test_permission_for_everyone() -> None:
    found = permission({"Sid": "a", "Effect": "Allow", "Principal": "*", "Resource": FUNCTION})
    assert (found.principal, found.source_arn, found.function_name) == ("*", None, FUNCTION)


@pytest.mark.parametrize(
    "more",
    [
        {"Condition": {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}},
        {"Principal": {"AWS": ["111122223333", "444455556666"]}},
        {"Effect": "Deny"},
    ],
)
def test_statement_that_no_permission_can_express_is_not_taken_for_one(
    more: dict[str, Any],
) -> None:
    statement = {"Sid": "a", "Effect": "Allow", "Principal": "*", "Resource": FUNCTION, **more}
    with pytest.raises(UndeterminedError, match="more than a permission"):
        _ = permission(statement).principal


def test_pending_subscription_is_marked_and_its_id_hides_the_endpoint() -> None:
    listed = {
        "SubscriptionArn": "PendingConfirmation",
        "TopicArn": TOPIC,
        "Protocol": "https",
        "Endpoint": "https://hooks.example/hunter2",
    }
    raw = sns.subscription(listed, {})
    assert raw.properties == {
        "TopicArn": TOPIC,
        "Protocol": "https",
        "Endpoint": "https://hooks.example/hunter2",
        "$pending": True,
    }
    assert raw.id.startswith(f"{TOPIC}:pending-")
    assert "hunter2" not in f"{raw.id} {raw.name}"
    other = sns.subscription({**listed, "Endpoint": "https://other.example"}, {})
    assert other.id != raw.id


def test_topic_of_aws() -> None:
    attributes = {
        "TopicArn": f"{TOPIC}.fifo",
        "DisplayName": "",
        "FifoTopic": "true",
        "ContentBasedDeduplication": "false",
        "FifoThroughputScope": "MessageGroup",
        "ArchivePolicy": '{"MessageRetentionPeriod": "30"}',
        "SQSFailureFeedbackRoleArn": "arn:aws:iam::123456789012:role/feedback",
        "SQSSuccessFeedbackSampleRate": "10",
        "EffectiveDeliveryPolicy": '{"http": {}}',
        "SubscriptionsConfirmed": "3",
    }
    (raw,) = sns.transform(attributes)
    assert raw.properties == {
        "TopicName": "orders.fifo",
        "FifoTopic": True,
        "ContentBasedDeduplication": False,
        "FifoThroughputScope": "MessageGroup",
        "ArchivePolicy": {"MessageRetentionPeriod": "30"},
        "DeliveryStatusLogging": [
            {
                "Protocol": "sqs",
                "FailureFeedbackRoleArn": "arn:aws:iam::123456789012:role/feedback",
                "SuccessFeedbackSampleRate": "10",
            }
        ],
        SUBSCRIBED: {"SubscriptionsConfirmed": 3},
    }


def test_default_policy_without_its_condition_is_kept() -> None:
    statement = {"Sid": "__default_statement_ID", "Effect": "Allow", "Principal": "*"}
    policy = {"Id": "__default_policy_ID", "Statement": [statement]}
    _, kept = sns.transform({"TopicArn": TOPIC, "Policy": json.dumps(policy)})
    assert kept.properties["PolicyDocument"] == policy


def test_unread_topic_keeps_its_name() -> None:
    topic, policy = sns.unread(TOPIC, Unknown("denied"))
    assert topic.properties == {"TopicName": "orders"}
    with pytest.raises(UndeterminedError, match="denied"):
        _ = Topic(topic).kms_key
    assert policy.properties["PolicyDocument"] == Unknown("denied")


def test_queue_with_a_key_does_not_also_report_the_other_encryption() -> None:
    attributes = {
        "QueueArn": arn("sqs", "orders"),
        "KmsMasterKeyId": "alias/aws/sqs",
        "SqsManagedSseEnabled": "false",
        "ApproximateNumberOfMessages": "12",
        "CreatedTimestamp": "1700000000",
    }
    (raw,) = sqs.transform("https://sqs.us-east-1.amazonaws.com/123456789012/orders", attributes)
    assert raw.properties == {"QueueName": "orders", "KmsMasterKeyId": "alias/aws/sqs"}


def test_composite_alarm() -> None:
    alarm = {
        "AlarmName": "any",
        "AlarmArn": arn("cloudwatch", "alarm:any"),
        "AlarmRule": "ALARM(a) OR ALARM(b)",
        "AlarmActions": [TOPIC],
        "OKActions": [],
        "StateValue": "OK",
    }
    raw = cloudwatch.transform("AWS::CloudWatch::CompositeAlarm", cloudwatch.COMPOSITE, alarm)
    assert raw.properties == {
        "AlarmName": "any",
        "AlarmRule": "ALARM(a) OR ALARM(b)",
        "AlarmActions": [TOPIC],
    }


def test_bus_policy_is_one_resource_for_each_statement() -> None:
    policy = json.dumps({"Statement": [{"Sid": "a"}, {"Effect": "Allow"}]})
    found = list(events.bus_policies("default", arn("events", "event-bus/default"), policy))
    assert [raw.properties["StatementId"] for raw in found] == ["a", "1"]
    assert len({raw.id for raw in found}) == 2


def test_state_machine_without_logging() -> None:
    answer = {
        "name": "flow",
        "stateMachineArn": arn("states", "stateMachine:flow"),
        "type": "STANDARD",
        "definition": '{"StartAt": "A"}',
        "loggingConfiguration": {"level": "OFF", "includeExecutionData": False},
    }
    assert stepfunctions.transform(answer).properties == {
        "StateMachineName": "flow",
        "StateMachineType": "STANDARD",
        "Definition": {"StartAt": "A"},
    }


def test_stream_with_enhanced_monitoring() -> None:
    summary = {
        "StreamName": "clicks",
        "StreamARN": arn("kinesis", "stream/clicks"),
        "OpenShardCount": 3,
        "EncryptionType": "NONE",
        "EnhancedMonitoring": [{"ShardLevelMetrics": ["IncomingBytes"]}],
    }
    assert kinesis.transform(summary).properties == {
        "Name": "clicks",
        "ShardCount": 3,
        "DesiredShardLevelMetrics": ["IncomingBytes"],
    }
