"""What AWS's own policies allow of what moves messages; each on all resources.

AWS managed policy reference, read on 2026-11-24:
https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html
"""

from __future__ import annotations

_NOTHING_OF_MESSAGES = (
    "AWSLambdaBasicExecutionRole", "AWSLambdaVPCAccessExecutionRole", "AWSXRayDaemonWriteAccess",
    "AWSXrayWriteOnlyAccess", "CloudWatchLambdaInsightsExecutionRolePolicy",
    "CloudWatchLogsFullAccess", "AmazonAPIGatewayPushToCloudWatchLogs", "AmazonSSMReadOnlyAccess",
    "AmazonS3ReadOnlyAccess", "AmazonEC2ContainerRegistryReadOnly",
)  # fmt: skip

# The name -> the actions (with wildcards) that it allows; other policies are not known here.
ALLOWED: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(_NOTHING_OF_MESSAGES, ()),
    "AdministratorAccess": ("*",),
    "PowerUserAccess": ("*",),  # but for identities and accounts, which nothing here asks about
    "AmazonKinesisFullAccess": ("kinesis:*",),
    "AmazonS3FullAccess": ("s3:*",),
    "AmazonSNSFullAccess": ("sns:*",),
    "AmazonSQSFullAccess": ("sqs:*",),
    "AmazonSQSReadOnlyAccess": ("sqs:GetQueueAttributes", "sqs:GetQueueUrl", "sqs:List*"),
    "AWSLambdaDynamoDBExecutionRole": (
        "dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator",
        "dynamodb:ListStreams",
    ),
    "AWSLambdaKinesisExecutionRole": (
        "kinesis:DescribeStream", "kinesis:DescribeStreamSummary", "kinesis:GetRecords",
        "kinesis:GetShardIterator", "kinesis:ListShards", "kinesis:ListStreams",
        "kinesis:SubscribeToShard",
    ),
    "AWSLambdaRole": ("lambda:InvokeFunction",),
    "AWSLambdaSQSQueueExecutionRole": (
        "sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes",
    ),
    "AWSStepFunctionsFullAccess": ("states:*",),
}  # fmt: skip
