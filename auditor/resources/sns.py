"""Topics, subscriptions and topic policies."""

from __future__ import annotations

from auditor.resources.base import QUOTAS, Resource
from auditor.resources.sqs import RedrivePolicy
from auditor.values import (
    Readable,
    View,
    boolean,
    integer,
    mapping,
    optional,
    text,
    texts,
    view,
    views,
)


class InlineSubscription(View):
    """A subscription written inside its topic."""

    protocol = Readable("Protocol", text)
    endpoint = Readable("Endpoint", text)


# Where the live collector keeps how many subscriptions a topic has; no template knows all of them.
SUBSCRIBED = "$subscribed"


class Topic(Resource):
    """An SNS topic; defaults are those of the CreateTopic API."""

    type = "AWS::SNS::Topic"

    fifo = Readable("FifoTopic", boolean, False)
    kms_key = Readable("KmsMasterKeyId", text, "")
    max_message_bytes = Readable("MaximumMessageSize", integer, 262_144)
    throughput_scope = Readable("FifoThroughputScope", text, "Topic")
    subscriptions = Readable("Subscription", views(InlineSubscription), ())
    subscribed = Readable(SUBSCRIBED, optional(mapping), None)
    quotas = Readable(QUOTAS, mapping, {})


# Where the live collector keeps how an account sends text messages; no template has it.
SMS = "$sms"


class TextMessages(View):
    """What an account may spend on text messages in a month, in US dollars."""

    spend_limit = Readable("MonthlySpendLimit", integer)


class Subscription(Resource):
    """A subscription of its own."""

    type = "AWS::SNS::Subscription"

    topic_arn = Readable("TopicArn", text)
    protocol = Readable("Protocol", text)
    endpoint = Readable("Endpoint", text, "")
    raw_delivery = Readable("RawMessageDelivery", boolean, False)
    delivery_policy = Readable("DeliveryPolicy", optional(mapping), None)
    redrive_policy = Readable("RedrivePolicy", optional(view(RedrivePolicy)), None)
    filter_scope = Readable("FilterPolicyScope", text, "MessageAttributes")
    text_messages = Readable(SMS, optional(view(TextMessages)), None)


# Where the live collector keeps how many days the certificate of an application is still valid.
CERTIFICATE_DAYS = "$certificate_days"


# The attributes of an application that name a topic to be told of its events.
APPLICATION_TOPICS = (
    "EventDeliveryFailure",
    "EventEndpointCreated",
    "EventEndpointDeleted",
    "EventEndpointUpdated",
)


class PlatformApplication(Resource):
    """What pushes notifications to the phones with an app; CloudFormation has no such type."""

    type = "AWS::SNS::PlatformApplication"

    failure_role = Readable("FailureFeedbackRoleArn", text, "")
    certificate_days = Readable(CERTIFICATE_DAYS, optional(integer), None)


class TopicPolicy(Resource):
    """A resource policy attached to topics, named by ARN."""

    type = "AWS::SNS::TopicPolicy"

    topics = Readable("Topics", texts, ())


class TopicInlinePolicy(Resource):
    """The same for one topic, which can have one only."""

    type = "AWS::SNS::TopicInlinePolicy"
