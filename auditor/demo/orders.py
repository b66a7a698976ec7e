"""The order and batch queues (guide lines 109-224, 714-728) and the encrypted ones (1077-1096)."""

from __future__ import annotations

import json

from auditor.demo.lambdas import consume, make_function, make_role
from auditor.demo.sandbox import ACCOUNT, REGION, Aws, guide


def build(aws: Aws) -> None:
    """Create the queues and their consumers.

    The guide sets `MaxReceiveCount` and `VisibilityTimeoutSeconds`, which are no queue attributes,
    and a URL as `deadLetterTargetArn`: AWS refuses all three. They are left out or put right here.
    """
    make_role(aws)
    _order_processing(aws)
    make_queue(aws, "fulfillment-queue", "171-175")
    make_queue(aws, "batch-processing-queue", "178-224")
    inventory = make_queue(aws, "inventory-queue", "845, 852")
    consume(aws, make_function(aws, "CheckInventory", "845, 852", timeout=30), inventory)
    _encrypted(aws)


def _order_processing(aws: Aws) -> None:
    """The dead-letter queue keeps messages for 4 days, its source for 14."""
    dead_letters = make_queue(aws, "order-processing-dlq", "127-130")
    redrive = {"deadLetterTargetArn": dead_letters, "maxReceiveCount": 3}
    orders = make_queue(
        aws,
        "order-processing-queue",
        "117-144",
        MessageRetentionPeriod="1209600",
        VisibilityTimeout="30",
        RedrivePolicy=json.dumps(redrive),
    )
    consume(aws, make_function(aws, "ProcessOrder", "171-175", timeout=60), orders, BatchSize=10)


def _encrypted(aws: Aws) -> None:
    reuse = {"KmsDataKeyReusePeriodSeconds": "300"}
    make_queue(aws, "secure-queue", "1080-1086", KmsMasterKeyId="alias/aws/sqs", **reuse)
    key = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/12345678-1234-1234-1234-123456789012"
    make_queue(aws, "highly-secure-queue", "1088-1095", KmsMasterKeyId=key, **reuse)


def make_queue(aws: Aws, name: str, lines: str, **attributes: str) -> str:
    """A queue; its ARN."""
    aws.client("sqs").create_queue(QueueName=name, Attributes=attributes, tags=guide(lines))
    return aws.arn("sqs", name)
