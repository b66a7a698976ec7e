"""Queues and their policies."""

from __future__ import annotations

from auditor.resources.base import Resource
from auditor.values import Readable, View, boolean, integer, optional, text, texts, view


class RedrivePolicy(View):
    """Where a queue moves messages that were received too often."""

    target_arn = Readable("deadLetterTargetArn", text)
    max_receive_count = Readable("maxReceiveCount", integer, 10)


class RedriveAllowPolicy(View):
    """Which queues may use this one as their dead-letter queue."""

    permission = Readable("redrivePermission", text, "allowAll")
    source_arns = Readable("sourceQueueArns", texts, ())


# Where the live collector keeps the last task of a dead-letter queue; no template has one.
MOVE_TASK = "$move_task"


class MoveTask(View):
    """How messages were last moved out of a dead-letter queue; hours only while that goes on."""

    status = Readable("Status", text)
    failure_reason = Readable("FailureReason", text, "")
    hours_running = Readable("HoursRunning", integer, 0)
    moved = Readable("ApproximateNumberOfMessagesMoved", integer, 0)


class Queue(Resource):
    """An SQS queue; defaults are those of the CreateQueue API."""

    type = "AWS::SQS::Queue"

    fifo = Readable("FifoQueue", boolean, False)
    queue_name = Readable("QueueName", optional(text), None)
    delay_seconds = Readable("DelaySeconds", integer, 0)
    retention_seconds = Readable("MessageRetentionPeriod", integer, 345_600)
    visibility_timeout = Readable("VisibilityTimeout", integer, 30)
    receive_wait_seconds = Readable("ReceiveMessageWaitTimeSeconds", integer, 0)
    max_message_bytes = Readable("MaximumMessageSize", integer, 1_048_576)
    redrive_policy = Readable("RedrivePolicy", optional(view(RedrivePolicy)), None)
    redrive_allow_policy = Readable("RedriveAllowPolicy", optional(view(RedriveAllowPolicy)), None)
    kms_key = Readable("KmsMasterKeyId", text, "")
    sqs_managed_sse = Readable("SqsManagedSseEnabled", optional(boolean), None)
    key_reuse_seconds = Readable("KmsDataKeyReusePeriodSeconds", integer, 300)
    content_based_deduplication = Readable("ContentBasedDeduplication", boolean, False)
    deduplication_scope = Readable("DeduplicationScope", optional(text), None)
    throughput_limit = Readable("FifoThroughputLimit", optional(text), None)
    move_task = Readable(MOVE_TASK, optional(view(MoveTask)), None)


class QueuePolicy(Resource):
    """A resource policy attached to queues, named by URL."""

    type = "AWS::SQS::QueuePolicy"

    queues = Readable("Queues", texts, ())


class QueueInlinePolicy(Resource):
    """The same for one queue, which can have one only."""

    type = "AWS::SQS::QueueInlinePolicy"
