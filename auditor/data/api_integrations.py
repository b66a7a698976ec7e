"""What an HTTP API calls by itself, without a function in between.

API Gateway developer guide, "AWS service integrations reference for HTTP APIs" and "Quotas for
configuring and running an HTTP API"; read on 2026-11-24.
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
# Also the maximum.
TIMEOUT_DEFAULT_MILLISECONDS = 30_000
