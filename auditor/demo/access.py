"""The guide's "least privilege" policy (lines 1029-1051)."""

from __future__ import annotations

import json

from auditor.demo.sandbox import ACCOUNT, Aws, guide_list


def build(aws: Aws) -> None:
    """Create the policy: its condition is never true for an identity, so it grants nothing."""
    statement = {
        "Effect": "Allow",
        "Action": [
            "sqs:SendMessage",
            "sqs:ReceiveMessage",
            "sqs:DeleteMessage",
            "sqs:GetQueueAttributes",
        ],
        "Resource": aws.arn("sqs", "order-processing-queue"),
        "Condition": {"StringEquals": {"aws:SourceAccount": ACCOUNT}},
    }
    aws.client("iam").create_policy(
        PolicyName="sqs-least-privilege",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
        Tags=guide_list("1029-1051"),
    )
