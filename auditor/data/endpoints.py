"""VPC endpoints of messaging services: the last part of `com.amazonaws.REGION.NAME`.

`sync-states` is from AWS's documentation, the other names from public templates that use them
(collected on 2026-11-23); AWS's own list of PrivateLink services was not consulted.
"""

from __future__ import annotations

# Messaging services, and those that their clients call beside them.
MESSAGING_ENDPOINTS = frozenset((
    "events", "kinesis-firehose", "kinesis-streams", "kms", "lambda", "logs", "monitoring", "sns",
    "sqs", "states", "sync-states",
))  # fmt: skip

# Names that one would expect from the service or its API, and the right ones.
MISNOMERS = {
    "cloudwatch": "monitoring",
    "eventbridge": "events",
    "firehose": "kinesis-firehose",
    "kinesis": "kinesis-streams",
    "step-functions": "states",
    "stepfunctions": "states",
}

# What a program calls to hand over a message, and the endpoint that takes it.
SENDING_ACTIONS = {
    "events:PutEvents": "events",
    "firehose:PutRecord": "kinesis-firehose",
    "kinesis:PutRecord": "kinesis-streams",
    "sns:Publish": "sns",
    "sqs:SendMessage": "sqs",
    "states:StartExecution": "states",
}
