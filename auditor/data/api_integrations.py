"""What an API calls by itself, without a function in between.

API Gateway developer guide, "AWS service integrations reference for HTTP APIs", "Quotas for
configuring and running an HTTP API" and "Quotas for configuring and running a REST API"; the names
of parameters are those of each service's API reference. Read on 2026-11-24.
"""

from __future__ import annotations

# Subtype without its version -> the parameter that names the receiver, and the permission that the
# role of the integration needs there.
RECEIVERS = {
    "EventBridge-PutEvents": ("EventBusName", "events:PutEvents"),
    "Kinesis-PutRecord": ("StreamName", "kinesis:PutRecord"),
    "SQS-SendMessage": ("QueueUrl", "sqs:SendMessage"),
    "StepFunctions-StartExecution": ("StateMachineArn", "states:StartExecution"),
    "StepFunctions-StartSyncExecution": ("StateMachineArn", "states:StartSyncExecution"),
}
# The same of REST APIs: by service and action, the parameters that may name the receiver.
REST_RECEIVERS: dict[str, dict[str, tuple[tuple[str, ...], str]]] = {
    "events": {"PutEvents": (("EventBusName",), "events:PutEvents")},
    "kinesis": {
        "PutRecord": (("StreamARN", "StreamName"), "kinesis:PutRecord"),
        "PutRecords": (("StreamARN", "StreamName"), "kinesis:PutRecords"),
    },
    "sns": {
        "Publish": (("TopicArn", "TargetArn"), "sns:Publish"),
        "PublishBatch": (("TopicArn",), "sns:Publish"),
    },
    "sqs": {
        "SendMessage": (("QueueUrl",), "sqs:SendMessage"),
        "SendMessageBatch": (("QueueUrl",), "sqs:SendMessage"),
    },
    "states": {
        "StartExecution": (("stateMachineArn",), "states:StartExecution"),
        "StartSyncExecution": (("stateMachineArn",), "states:StartSyncExecution"),
    },
}
# Also the maximum of HTTP APIs. That of REST APIs can be raised.
TIMEOUT_DEFAULT_MILLISECONDS = 30_000
REST_TIMEOUT_DEFAULT_MILLISECONDS = 29_000
