"""The properties that CloudFormation lets a template set on a queue.

Read on 2026-11-23 from the resource schema of `AWS::SQS::Queue` in cfn-lint 1.x; the schema allows
no others, and `Arn` and `QueueUrl` are read-only.
"""

from __future__ import annotations

from collections.abc import Collection

QUEUE = frozenset({
    "ContentBasedDeduplication", "DeduplicationScope", "DelaySeconds", "FifoQueue",
    "FifoThroughputLimit", "KmsDataKeyReusePeriodSeconds", "KmsMasterKeyId", "MaximumMessageSize",
    "MessageRetentionPeriod", "QueueName", "ReceiveMessageWaitTimeSeconds", "RedriveAllowPolicy",
    "RedrivePolicy", "SqsManagedSseEnabled", "Tags", "VisibilityTimeout",
})  # fmt: skip
REDRIVE_POLICY = frozenset({"deadLetterTargetArn", "maxReceiveCount"})
REDRIVE_ALLOW_POLICY = frozenset({"redrivePermission", "sourceQueueArns"})

# Words of the API or of other tools that no spelling leads from to the right property.
ELSEWHERE = {
    "DeadLetterTargetArn": "RedrivePolicy.deadLetterTargetArn",
    "MaxReceiveCount": "RedrivePolicy.maxReceiveCount",
    "Policy": "a resource of type AWS::SQS::QueuePolicy",
    "maxReceiveCount": "RedrivePolicy.maxReceiveCount",
}

# How like a known name an unknown one must be to count as a slip: 1 is the same.
_SLIP = 0.75


def meant(name: str, known: Collection[str]) -> str | None:
    """The name that was probably meant, if there is one like it."""
    from difflib import get_close_matches

    by_letters = {each.lower(): each for each in known}
    found = get_close_matches(name.lower(), by_letters, 1, _SLIP)
    return by_letters[found[0]] if found else None
