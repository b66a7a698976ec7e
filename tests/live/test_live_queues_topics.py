"""SQS, SNS and Kinesis as moto answers over HTTP."""

from __future__ import annotations

import json

from auditor.resources.sns import SUBSCRIBED
from auditor.resources.streams import LIMITS
from tests.live.conftest import Account
from tests.live.reading import ACCOUNT, REGION, arn, collect, only, properties, resources

POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "sns.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": arn("sqs", "orders"),
        }
    ],
}


def test_queue(account: Account) -> None:
    account.queue("orders-dlq")
    redrive = {"deadLetterTargetArn": arn("sqs", "orders-dlq"), "maxReceiveCount": "5"}
    url = account.queue(
        "orders",
        VisibilityTimeout="90",
        RedrivePolicy=json.dumps(redrive),
        Policy=json.dumps(POLICY),
        KmsMasterKeyId="alias/orders",
    )
    unit = collect(account.url)
    raw = next(raw for raw in resources(unit, "AWS::SQS::Queue") if raw.name == "orders")
    assert raw.properties == {
        "QueueName": "orders",
        "DelaySeconds": 0,
        "KmsDataKeyReusePeriodSeconds": 300,
        "KmsMasterKeyId": "alias/orders",
        "MaximumMessageSize": 1_048_576,
        "MessageRetentionPeriod": 345_600,
        "ReceiveMessageWaitTimeSeconds": 0,
        "VisibilityTimeout": 90,
        "RedrivePolicy": redrive | {"maxReceiveCount": 5},
    }
    assert (raw.id, raw.arn, raw.url) == (arn("sqs", "orders"), arn("sqs", "orders"), url)
    assert (raw.account, raw.region) == (ACCOUNT, REGION)
    policy = only(unit, "AWS::SQS::QueuePolicy")
    assert policy.id == f"{arn('sqs', 'orders')}#policy"
    assert policy.properties == {"Queues": [url], "PolicyDocument": POLICY}
    lacking = f"sqs:ListMessageMoveTasks on orders-dlq in {REGION}"
    assert [gap.what for gap in unit.gaps] == [lacking]  # moto does not know it


def test_topic_with_policy_and_subscriptions(account: Account) -> None:
    sns = account.client("sns")
    topic = sns.create_topic(Name="orders", Attributes={"KmsMasterKeyId": "alias/orders"})
    topic_arn = topic["TopicArn"]
    policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Principal": "*"}]}
    sns.set_topic_attributes(
        TopicArn=topic_arn, AttributeName="Policy", AttributeValue=json.dumps(policy)
    )
    redrive = {"deadLetterTargetArn": arn("sqs", "dlq")}
    sns.subscribe(
        TopicArn=topic_arn,
        Protocol="sqs",
        Endpoint=arn("sqs", "orders"),
        Attributes={
            "FilterPolicy": '{"status": ["shipped"]}',
            "RawMessageDelivery": "true",
            "RedrivePolicy": json.dumps(redrive),
        },
    )
    unit = collect(account.url)
    raw = only(unit, "AWS::SNS::Topic")
    assert raw.properties == {
        "TopicName": "orders",
        "KmsMasterKeyId": "alias/orders",
        SUBSCRIBED: {"SubscriptionsConfirmed": 0, "SubscriptionsPending": 0},
    }
    assert (raw.id, raw.name) == (topic_arn, "orders")
    assert properties(unit, "AWS::SNS::TopicPolicy") == {
        "Topics": [topic_arn],
        "PolicyDocument": policy,
    }
    subscription = only(unit, "AWS::SNS::Subscription")
    assert subscription.id.startswith(f"{topic_arn}:")
    assert subscription.name == "orders to orders"
    assert subscription.properties == {
        "TopicArn": topic_arn,
        "Protocol": "sqs",
        "Endpoint": arn("sqs", "orders"),
        "RawMessageDelivery": True,
        "FilterPolicy": {"status": ["shipped"]},
        "FilterPolicyScope": "MessageAttributes",
        "RedrivePolicy": redrive,
    }


def test_the_policy_that_every_topic_has_is_absent(account: Account) -> None:
    account.client("sns").create_topic(Name="orders")
    unit = collect(account.url)
    assert only(unit, "AWS::SNS::Topic").name == "orders"
    assert resources(unit, "AWS::SNS::TopicPolicy") == []


def test_topics_and_subscriptions_beyond_the_first_page(account: Account) -> None:
    sns = account.client("sns")
    for number in range(105):
        topic = sns.create_topic(Name=f"topic-{number:03}")["TopicArn"]
        sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn("sqs", "all"))
    unit = collect(account.url)
    names = [raw.name for raw in resources(unit, "AWS::SNS::Topic")]
    assert names == [f"topic-{number:03}" for number in range(105)]
    assert len(resources(unit, "AWS::SNS::Subscription")) == 105
    assert unit.gaps == ()


def test_streams(account: Account) -> None:
    kinesis = account.client("kinesis")
    kinesis.create_stream(StreamName="clicks", ShardCount=2)
    kinesis.start_stream_encryption(
        StreamName="clicks", EncryptionType="KMS", KeyId="alias/aws/kinesis"
    )
    kinesis.increase_stream_retention_period(StreamName="clicks", RetentionPeriodHours=48)
    kinesis.create_stream(StreamName="views", StreamModeDetails={"StreamMode": "ON_DEMAND"})
    clicks, views = resources(collect(account.url), "AWS::Kinesis::Stream")
    assert clicks.properties == {
        "Name": "clicks",
        "RetentionPeriodHours": 48,
        "ShardCount": 2,
        "StreamModeDetails": {"StreamMode": "PROVISIONED"},
        "StreamEncryption": {"EncryptionType": "KMS", "KeyId": "alias/aws/kinesis"},
        LIMITS: clicks.properties[LIMITS],
    }
    assert clicks.id == arn("kinesis", "stream/clicks")
    assert views.properties == {
        "Name": "views",
        "RetentionPeriodHours": 24,
        "StreamModeDetails": {"StreamMode": "ON_DEMAND"},
    }


def test_more_streams_than_the_default_page(account: Account) -> None:
    kinesis = account.client("kinesis")
    for number in range(12):
        kinesis.create_stream(StreamName=f"stream-{number:02}", ShardCount=1)
    names = [raw.name for raw in resources(collect(account.url), "AWS::Kinesis::Stream")]
    assert names == [f"stream-{number:02}" for number in range(12)]
