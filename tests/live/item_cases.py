"""An item of each type, in the shape that AWS Config is known to record it in, and what it means.

The shapes are those of the property lists in github.com/awslabs/aws-config-resource-schema, and of
the public programs that `auditor/collectors/aggregator/kinds.py` names.
"""

from __future__ import annotations

import json

from auditor.values import Unknown
from tests.live.reading import ACCOUNT, REGION, arn
from tests.live.recording import coded
from tests.live.stub_config import Row, item

TRUST = {"Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": "*"}]}
OPEN = {"Version": "2012-10-17", "Statement": [{"Sid": "a", "Effect": "Allow", "Action": "*"}]}
INVOKE = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Sid": "a", "Effect": "Allow", "Action": "lambda:InvokeFunction",
            "Principal": {"Service": "events.amazonaws.com"},
        }
    ],
}  # fmt: skip
QUEUE_URL = f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/orders"
WORKER = arn("lambda", "function:worker")


def iam(resource: str) -> str:
    return f"arn:aws:iam::{ACCOUNT}:{resource}"


def row(type_: str, id_: str, at: str, configuration: Row, more: Row | None = None) -> Row:
    region = "global" if type_.startswith("AWS::IAM") else REGION
    return item(type_, id_, at, configuration, more, region=region)


# A row, the type that it becomes, some of its properties, and one that AWS Config does not tell.
CASES: dict[str, tuple[Row, str, Row, str]] = {
    "AWS::SQS::Queue": (
        row("AWS::SQS::Queue", QUEUE_URL, arn("sqs", "orders"), {
            "QueueUrl": QUEUE_URL, "QueueArn": arn("sqs", "orders"), "QueueName": "orders",
            "VisibilityTimeout": 30, "DelaySeconds": 0, "SqsManagedSseEnabled": "true",
            "RedrivePolicy": '{"deadLetterTargetArn":"arn:aws:sqs:a:b:c","maxReceiveCount":3}',
        }),
        "AWS::SQS::Queue",
        {
            "QueueName": "orders", "VisibilityTimeout": 30, "DelaySeconds": 0,
            "SqsManagedSseEnabled": True, "KmsMasterKeyId": None, "FifoQueue": None,
            "RedrivePolicy": {"deadLetterTargetArn": "arn:aws:sqs:a:b:c", "maxReceiveCount": 3},
        },
        "RedriveAllowPolicy",
    ),
    "AWS::SNS::Topic": (
        row("AWS::SNS::Topic", arn("sns", "orders.fifo"), arn("sns", "orders.fifo"), {
            "TopicArn": arn("sns", "orders.fifo"), "KmsMasterKeyId": "alias/aws/sns",
            "SQSFailureFeedbackRoleArn": iam("role/logs"), "SQSSuccessFeedbackSampleRate": 100,
        }),
        "AWS::SNS::Topic",
        {
            "TopicName": "orders.fifo", "FifoTopic": True, "KmsMasterKeyId": "alias/aws/sns",
            "DisplayName": None,
            "DeliveryStatusLogging": [{
                "Protocol": "sqs", "FailureFeedbackRoleArn": iam("role/logs"),
                "SuccessFeedbackSampleRate": "100",
            }],
        },
        "$subscribed",
    ),
    "AWS::Events::EventBus": (
        row("AWS::Events::EventBus", "orders", arn("events", "event-bus/orders"),
            {"Name": "orders", "Arn": arn("events", "event-bus/orders")}),
        "AWS::Events::EventBus", {"Name": "orders"}, "KmsKeyIdentifier",
    ),
    "AWS::Events::Rule": (
        row("AWS::Events::Rule", "paid", arn("events", "rule/paid"), {
            "Name": "paid", "State": "ENABLED", "EventBusName": "orders",
            "EventPattern": {"source": ["shop"]},
            "Targets": [{"Id": "1", "Arn": WORKER}],
        }),
        "AWS::Events::Rule",
        {
            "Name": "paid", "EventPattern": {"source": ["shop"]}, "ScheduleExpression": None,
            "EventBusName": "orders",
        },
        "$managed_by",
    ),
    "AWS::Events::Archive": (
        row("AWS::Events::Archive", "orders", arn("events", "archive/orders"), {
            "ArchiveName": "orders", "SourceArn": arn("events", "event-bus/orders"),
            "RetentionDays": 30, "EventPattern": {"source": ["shop"]},
        }),
        "AWS::Events::Archive",
        {"RetentionDays": 30, "EventPattern": {"source": ["shop"]}, "Description": None},
        "KmsKeyIdentifier",
    ),
    "AWS::EventSchemas::Discoverer": (
        row("AWS::EventSchemas::Discoverer", "d", "", {
            "DiscovererArn": arn("schemas", "discoverer/d"), "DiscovererId": "d",
            "SourceArn": arn("events", "event-bus/orders"),
        }),
        "AWS::EventSchemas::Discoverer",
        {"SourceArn": arn("events", "event-bus/orders"), "CrossAccount": None},
        "State",
    ),
    "AWS::Kinesis::Stream": (
        row("AWS::Kinesis::Stream", "clicks", arn("kinesis", "stream/clicks"), {
            "Name": "clicks", "ShardCount": 2, "RetentionPeriodHours": 24,
            "Arn": arn("kinesis", "stream/clicks"),
        }),
        "AWS::Kinesis::Stream",
        {"Name": "clicks", "ShardCount": 2, "StreamEncryption": None},
        "StreamModeDetails",
    ),
    "AWS::Kinesis::StreamConsumer": (
        row("AWS::Kinesis::StreamConsumer", "c", "", {
            "ConsumerName": "c", "ConsumerARN": arn("kinesis", "stream/clicks/consumer/c:1"),
            "StreamARN": arn("kinesis", "stream/clicks"), "ConsumerStatus": "ACTIVE",
        }),
        "AWS::Kinesis::StreamConsumer",
        {"ConsumerName": "c", "StreamARN": arn("kinesis", "stream/clicks")}, "$limits",
    ),
    "AWS::KinesisFirehose::DeliveryStream": (
        row("AWS::KinesisFirehose::DeliveryStream", "d", arn("firehose", "deliverystream/d"), {
            "DeliveryStreamName": "d", "DeliveryStreamType": "DirectPut",
            "SplunkDestinationConfiguration": {
                "HECToken": "very-secret", "S3BackupMode": "AllEvents",
            },
        }),
        "AWS::KinesisFirehose::DeliveryStream",
        {
            "SplunkDestinationConfiguration": {"S3BackupMode": "AllEvents"},
            "KinesisStreamSourceConfiguration": None, "ExtendedS3DestinationConfiguration": None,
        },
        "MSKSourceConfiguration",
    ),
    "AWS::KinesisAnalyticsV2::Application": (
        row("AWS::KinesisAnalyticsV2::Application", "a", arn("kinesisanalytics", "application/a"), {
            "ApplicationName": "a", "RuntimeEnvironment": "SQL-1_0",
            "ApplicationConfiguration": {
                "EnvironmentProperties": {
                    "PropertyGroups": [{"PropertyMap": {"k": "very-secret"}}]
                },
                "SqlApplicationConfiguration": {"Inputs": [{
                    "NamePrefix": "in",
                    "KinesisStreamsInput": {"ResourceARN": arn("kinesis", "stream/clicks")},
                }]},
            },
        }),
        "AWS::KinesisAnalyticsV2::Application",
        {
            "ApplicationConfiguration": {"SqlApplicationConfiguration": {"Inputs": [
                {"KinesisStreamsInput": {"ResourceARN": arn("kinesis", "stream/clicks")}}
            ]}},
            "ServiceExecutionRole": None,
        },
        "ApplicationDescription",
    ),
    "AWS::Lambda::Function": (
        row("AWS::Lambda::Function", "worker", WORKER, {
            "functionName": "worker", "functionArn": WORKER, "runtime": "python3.13",
            "kmskeyArn": "k", "memorySize": 128, "timeout": 3, "state": {"value": "Active"},
            "deadLetterConfig": {"targetArn": arn("sqs", "dead")}, "tracingConfig": None,
            "vpcConfig": {"subnetIds": ["subnet-1"], "securityGroupIds": []},
            "layers": [{"arn": "layer", "codeSize": 1}], "architectures": ["arm64"],
            "environment": {"variables": {"api_key": "very-secret"}},
        }, {"Concurrency": {"reservedConcurrentExecutions": 5.0}}),
        "AWS::Lambda::Function",
        {
            "FunctionName": "worker", "KmsKeyArn": "k", "Layers": ["layer"], "Timeout": 3,
            "DeadLetterConfig": {"TargetArn": arn("sqs", "dead")}, "TracingConfig": None,
            "VpcConfig": {"SubnetIds": ["subnet-1"]}, "ReservedConcurrentExecutions": 5,
            "Environment": {"Variables": {
                "api_key": Unknown("the values of a function's environment are not kept")
            }},
        },
        "RecursiveLoop",
    ),
    "AWS::StepFunctions::StateMachine": (
        row("AWS::StepFunctions::StateMachine", "m", arn("states", "stateMachine:m"), {
            "StateMachineName": "m", "StateMachineType": "STANDARD", "RoleArn": iam("role/m"),
            "LoggingConfiguration": {"Level": "OFF", "Destinations": []},
            "TracingConfiguration": {"Enabled": True},
        }),
        "AWS::StepFunctions::StateMachine",
        {
            "StateMachineName": "m", "StateMachineType": "STANDARD",
            "LoggingConfiguration": None, "TracingConfiguration": {"Enabled": True},
        },
        "Definition",
    ),
    "AWS::CloudWatch::Alarm": (
        row("AWS::CloudWatch::Alarm", "deep", arn("cloudwatch", "alarm:deep"), {
            "alarmName": "deep", "alarmArn": arn("cloudwatch", "alarm:deep"),
            "okactions": [arn("sns", "ops")], "alarmActions": [], "actionsEnabled": True,
            "namespace": "AWS/SQS", "metricName": "NumberOfMessagesSent", "threshold": 0.0,
            "dimensions": [{"name": "QueueName", "value": "orders"}],
        }),
        "AWS::CloudWatch::Alarm",
        {
            "AlarmName": "deep", "OKActions": [arn("sns", "ops")], "AlarmActions": None,
            "Dimensions": [{"Name": "QueueName", "Value": "orders"}], "Threshold": 0.0,
            "Metrics": None, "TreatMissingData": None,
        },
        "$stuck",
    ),
    "AWS::IAM::Role": (
        row("AWS::IAM::Role", "AROA1", iam("role/worker"), {
            "roleName": "worker", "path": "/", "arn": iam("role/worker"),
            "assumeRolePolicyDocument": coded(TRUST),
            "rolePolicyList": [{"policyName": "p", "policyDocument": coded(OPEN)}],
            "attachedManagedPolicies": [{"policyName": "m", "policyArn": iam("policy/m")}],
            "permissionsBoundary": {"permissionsBoundaryArn": iam("policy/b")},
        }),
        "AWS::IAM::Role",
        {
            "RoleName": "worker", "AssumeRolePolicyDocument": TRUST,
            "Policies": [{"PolicyName": "p", "PolicyDocument": OPEN}],
            "ManagedPolicyArns": [iam("policy/m")], "PermissionsBoundary": iam("policy/b"),
        },
        "MaxSessionDuration",
    ),
    "AWS::IAM::User": (
        row("AWS::IAM::User", "AIDA1", iam("user/bob"), {
            "userName": "bob", "groupList": ["admins"], "userPolicyList": None,
            "attachedManagedPolicies": [], "permissionsBoundary": None,
        }),
        "AWS::IAM::User",
        {"UserName": "bob", "Groups": ["admins"], "Policies": None, "PermissionsBoundary": None},
        "LoginProfile",
    ),
    "AWS::IAM::Group": (
        row("AWS::IAM::Group", "AGPA1", iam("group/admins"), {
            "groupName": "admins",
            "groupPolicyList": [{"policyName": "p", "policyDocument": coded(OPEN)}],
        }),
        "AWS::IAM::Group",
        {"Policies": [{"PolicyName": "p", "PolicyDocument": OPEN}], "ManagedPolicyArns": None},
        "Users",
    ),
    "AWS::IAM::Policy": (
        row("AWS::IAM::Policy", "ANPA1", iam("policy/m"), {
            "policyName": "m", "path": "/",
            "policyVersionList": [
                {"document": coded(TRUST), "versionId": "v1", "isDefaultVersion": False},
                {"document": coded(OPEN), "versionId": "v2", "isDefaultVersion": True},
            ],
        }),
        "AWS::IAM::ManagedPolicy",
        {"ManagedPolicyName": "m", "PolicyDocument": OPEN, "Roles": None},
        "Description",
    ),
    "AWS::EC2::VPCEndpoint": (
        row("AWS::EC2::VPCEndpoint", "vpce-1", arn("ec2", "vpc-endpoint/vpce-1"), {
            "vpcEndpointId": "vpce-1", "state": {"value": "available"}, "subnetIds": ["subnet-1"],
            "serviceName": "com.amazonaws.us-east-1.sqs", "groups": [{"groupId": "sg-1"}],
            "policyDocument": json.dumps(OPEN), "privateDnsEnabled": True,
        }),
        "AWS::EC2::VPCEndpoint",
        {
            "ServiceName": "com.amazonaws.us-east-1.sqs", "SecurityGroupIds": ["sg-1"],
            "PolicyDocument": OPEN, "PrivateDnsEnabled": True, "RouteTableIds": None,
        },
        "IpAddressType",
    ),
    "AWS::S3::Bucket": (
        row("AWS::S3::Bucket", "uploads", "arn:aws:s3:::uploads", {"name": "uploads"}, {
            "BucketNotificationConfiguration": {"configurations": {"new": {
                "type": "QueueConfiguration", "queueARN": arn("sqs", "orders"),
                "events": ["s3:ObjectCreated:*"],
                "filter": {"s3KeyFilter": {"filterRules": [{"name": "prefix", "value": "in/"}]}},
            }}},
        }),
        "AWS::S3::Bucket",
        {
            "BucketName": "uploads",
            "NotificationConfiguration": {
                "QueueConfigurations": [{
                    "Event": "s3:ObjectCreated:*", "Queue": arn("sqs", "orders"),
                    "Filter": {"Key": {"FilterRules": [{"Name": "prefix", "Value": "in/"}]}},
                }],
                "LambdaConfigurations": None, "TopicConfigurations": None,
            },
        },
        "BucketEncryption",
    ),
}  # fmt: skip
