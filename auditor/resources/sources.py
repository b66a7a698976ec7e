"""Resources of other services that send messages: buckets, IoT rules, tables with streams."""

from __future__ import annotations

from auditor.resources.base import Resource
from auditor.values import Readable, View, boolean, optional, text, view, views


class EventBridgeConfiguration(View):
    """Whether a bucket sends its events to EventBridge: once it is there, yes."""

    enabled = Readable("EventBridgeEnabled", boolean, True)


class Notifications(View):
    """What a bucket tells whom."""

    event_bridge = Readable(
        "EventBridgeConfiguration", optional(view(EventBridgeConfiguration)), None
    )


class Bucket(Resource):
    """An S3 bucket with its notifications."""

    type = "AWS::S3::Bucket"

    object_lock = Readable("ObjectLockEnabled", boolean, False)
    notifications = Readable("NotificationConfiguration", optional(view(Notifications)), None)


class BucketNotifications(Resource):
    """The resource by which the CDK sets the notifications of a bucket after its creation."""

    type = "Custom::S3BucketNotifications"

    bucket_name = Readable("BucketName", text)
    notifications = Readable("NotificationConfiguration", optional(view(Notifications)), None)


class IotPayload(View):
    """What an IoT rule does with the messages that it selects; `View`s of one action each."""

    actions = Readable("Actions", views(View), ())
    disabled = Readable("RuleDisabled", boolean, False)


class IotRule(Resource):
    """An IoT topic rule."""

    type = "AWS::IoT::TopicRule"

    payload = Readable("TopicRulePayload", view(IotPayload))


class Table(Resource):
    """A DynamoDB table, which may have a stream."""

    type = "AWS::DynamoDB::Table"
