"""Every call that the collector makes; a hook refuses whatever does not only read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from auditor.errors import MsgauditError

if TYPE_CHECKING:
    from botocore.model import OperationModel

# The IAM action (for API Gateway see `permission`), and the key that every complete answer holds. A
# broken answer with status 200 parses to an empty one, which must not pass for "there are none".
# SQS leaves the key out when an account has no queue, Lambda when a function has no reserved
# concurrency, S3 when a bucket notifies nobody.
OPERATIONS: Mapping[str, str] = {
    "apigateway:GetApis": "Items",
    "apigateway:GetIntegrations": "Items",
    "apigateway:GetResources": "items",
    "apigateway:GetRestApis": "items",
    "cloudwatch:DescribeAlarms": "MetricAlarms",
    "cloudwatch:GetMetricData": "MetricDataResults",
    "ec2:DescribeRegions": "Regions",
    "ec2:DescribeRouteTables": "RouteTables",
    "ec2:DescribeSecurityGroups": "SecurityGroups",
    "ec2:DescribeSubnets": "Subnets",
    "ec2:DescribeVpcEndpoints": "VpcEndpoints",
    "events:DescribeArchive": "ArchiveArn",
    "events:DescribeEventBus": "Arn",
    "events:ListArchives": "Archives",
    "events:ListEventBuses": "EventBuses",
    "events:ListEventSources": "EventSources",
    "events:ListRules": "Rules",
    "events:ListTargetsByRule": "Targets",
    "firehose:DescribeDeliveryStream": "DeliveryStreamDescription",
    "firehose:ListDeliveryStreams": "DeliveryStreamNames",
    "iam:GetAccountAuthorizationDetails": "IsTruncated",
    "iot:GetTopicRule": "rule",
    "iot:ListTopicRules": "rules",
    "kinesis:DescribeChannel": "ChannelDescription",
    "kinesis:DescribeLimits": "ShardLimit",
    "kinesis:DescribeStreamSummary": "StreamDescriptionSummary",
    "kinesis:ListChannels": "ChannelSummaries",
    "kinesis:ListStreamConsumers": "Consumers",
    "kinesis:ListStreams": "StreamNames",
    "kinesisanalytics:DescribeApplication": "ApplicationDetail",
    "kinesisanalytics:ListApplications": "ApplicationSummaries",
    "kms:DescribeKey": "KeyMetadata",
    "kms:GetKeyPolicy": "Policy",
    "kms:GetKeyRotationStatus": "KeyRotationEnabled",
    "kms:ListAliases": "Aliases",
    "lambda:GetFunctionConcurrency": "",
    "lambda:GetFunctionRecursionConfig": "RecursiveLoop",
    "lambda:GetPolicy": "Policy",
    "lambda:ListEventSourceMappings": "EventSourceMappings",
    "lambda:ListFunctionEventInvokeConfigs": "FunctionEventInvokeConfigs",
    "lambda:ListFunctions": "Functions",
    "organizations:ListAccounts": "Accounts",
    "pipes:DescribePipe": "Arn",
    "pipes:ListPipes": "Pipes",
    "pricing:GetProducts": "PriceList",
    "s3:GetBucketNotification": "",
    "s3:ListAllMyBuckets": "Buckets",
    "scheduler:GetSchedule": "Arn",
    "scheduler:ListSchedules": "Schedules",
    "schemas:ListDiscoverers": "Discoverers",
    "servicequotas:GetServiceQuota": "Quota",
    "sns:GetPlatformApplicationAttributes": "Attributes",
    "sns:GetSMSAttributes": "attributes",
    "sns:GetSubscriptionAttributes": "Attributes",
    "sns:GetTopicAttributes": "Attributes",
    "sns:ListPlatformApplications": "PlatformApplications",
    "sns:ListSubscriptions": "Subscriptions",
    "sns:ListSubscriptionsByTopic": "Subscriptions",
    "sns:ListTopics": "Topics",
    "sqs:GetQueueAttributes": "Attributes",
    "sqs:ListMessageMoveTasks": "Results",
    "sqs:ListQueues": "",
    "states:DescribeStateMachine": "stateMachineArn",
    "states:ListStateMachines": "stateMachines",
    "sts:GetCallerIdentity": "Account",
    "tag:GetResources": "ResourceTagMappingList",
}
# The same of what is asked instead where an aggregator of AWS Config is read.
AGGREGATED: Mapping[str, str] = {
    "config:BatchGetAggregateResourceConfig": "BaseConfigurationItems",
    "config:DescribeConfigurationAggregatorSourcesStatus": "AggregatedSourceStatusList",
    "config:DescribeConfigurationAggregators": "ConfigurationAggregators",
    "config:GetAggregateDiscoveredResourceCounts": "TotalDiscoveredResources",
    "config:SelectAggregateResourceConfig": "Results",
}
ANSWERS = {**OPERATIONS, **AGGREGATED}

# What botocore itself calls to get credentials: for roles of other accounts, of profiles and of
# workloads with a web identity, and for people who signed in with SSO; and to find the region of a
# bucket that moved. It changes no resource.
_OWN_CALLS = frozenset((
    ("s3", "HeadBucket"),
    ("signin", "CreateOAuth2Token"),
    ("sso", "GetRoleCredentials"),
    ("sso-oidc", "CreateToken"),
    ("sts", "AssumeRole"),
    ("sts", "AssumeRoleWithWebIdentity"),
))  # fmt: skip

# Where the API of a prefix, or of one of its actions, is not called as the prefix. Version 2 of
# Kinesis analytics lists the SQL applications of version 1, too.
_CLIENTS = {
    "apigateway": "apigatewayv2",
    "apigateway:GetResources": "apigateway",
    "apigateway:GetRestApis": "apigateway",
    "kinesisanalytics": "kinesisanalyticsv2",
    "servicequotas": "service-quotas",
    "states": "stepfunctions",
    "tag": "resourcegroupstaggingapi",
}
# Where an action is not called as the operation that it permits.
_OPERATIONS = {
    "s3:GetBucketNotification": "GetBucketNotificationConfiguration",
    "s3:ListAllMyBuckets": "ListBuckets",
}


class ReadOnlyError(MsgauditError):
    """The collector tried something other than reading: a bug, stopped before it was sent."""


def permission(action: str) -> str:
    """The IAM action that permits a call: API Gateway's are named after HTTP methods."""
    return "apigateway:GET" if action.startswith("apigateway:") else action


def client_name(action: str) -> str:
    """What botocore calls the service of an IAM action."""
    prefix = action.partition(":")[0]
    return _CLIENTS.get(action) or _CLIENTS.get(prefix, prefix)


def operation_name(action: str) -> str:
    """The API operation that an IAM action permits."""
    return _OPERATIONS.get(action, action.partition(":")[2])


# As (service, operation) in botocore's words: nothing else is ever sent.
SENT = _OWN_CALLS | {(client_name(action), operation_name(action)) for action in ANSWERS}


def refuse_changes(**event: Any) -> None:
    """Stop a call that is not one of the known ones; botocore runs this before it sends anything.

    Raises `ReadOnlyError`.
    """
    model: OperationModel = event["model"]
    called = (model.service_model.service_name, model.name)
    if called not in SENT:
        message = f"msgaudit only reads, but {':'.join(called)} was about to be called"
        raise ReadOnlyError(message)
