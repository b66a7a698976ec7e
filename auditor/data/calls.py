"""Which permissions a role needs to read from a source, or to deliver to a destination.

Each entry is a choice: one of its actions will do. Lambda developer guide, "Execution role
permissions" of Amazon SQS, Kinesis and DynamoDB as event sources; EventBridge user guide, "Amazon
EventBridge Pipes permissions" and "Using resource-based policies"; Scheduler user guide, "Setting
up"; Step Functions developer guide, "How Step Functions generates IAM policies". Read on
2026-11-24.
"""

from __future__ import annotations

Needs = tuple[tuple[str, ...], ...]

# The service of the source's ARN.
READS: dict[str, Needs] = {
    "sqs": (("sqs:ReceiveMessage",), ("sqs:DeleteMessage",), ("sqs:GetQueueAttributes",)),
    "kinesis": (
        ("kinesis:GetRecords", "kinesis:SubscribeToShard"),
        ("kinesis:GetShardIterator", "kinesis:SubscribeToShard"),
        ("kinesis:DescribeStream", "kinesis:DescribeStreamSummary"),
    ),
    "dynamodb": (
        ("dynamodb:GetRecords",), ("dynamodb:GetShardIterator",), ("dynamodb:DescribeStream",),
    ),
}  # fmt: skip
# The service of the destination's ARN.
WRITES: dict[str, tuple[str, ...]] = {
    "sqs": ("sqs:SendMessage",),
    "sns": ("sns:Publish",),
    "lambda": ("lambda:InvokeFunction",),
    "states": ("states:StartExecution", "states:StartSyncExecution"),
    "kinesis": ("kinesis:PutRecord", "kinesis:PutRecords"),
    "firehose": ("firehose:PutRecord", "firehose:PutRecordBatch"),
    "events": ("events:PutEvents",),
}
