"""What the traffic of a topic tells: filters that drop everything, sizes, rates, dead ends."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.findings import Category, Confidence, Match, Severity
from auditor.graph import Graph
from auditor.resources import Topic
from auditor.rules import rule
from auditor.traffic import Measure
from auditor.traffic.quotas import publishing
from auditor.traffic.series import brief
from checks._traffic import mishap, near_limit, percent

PUBLISHED = Measure(Topic, "NumberOfMessagesPublished")
RATE = Measure(Topic, "NumberOfMessagesPublished", resolution=300)
DELIVERED = Measure(Topic, "NumberOfNotificationsDelivered")
FAILED = Measure(Topic, "NumberOfNotificationsFailed")
FILTERED = Measure(Topic, "NumberOfNotificationsFilteredOut")
WITHOUT_ATTRIBUTES = Measure(Topic, "NumberOfNotificationsFilteredOut-NoMessageAttributes")
INVALID = tuple(
    Measure(Topic, f"NumberOfNotificationsFilteredOut-Invalid{what}")
    for what in ("Attributes", "MessageBody")
)
SIZE = Measure(Topic, "PublishSize", "Maximum")

# Our choices: a filter that drops fewer than these may just have seen the wrong ones; above this
# share of failures the endpoint is broken.
_ENOUGH = 100
_BROKEN = 0.5


@rule(
    "SNS035",
    "filters-drop-everything",
    severity=Severity.MEDIUM,
    category=Category.RELIABILITY,
    guide="Message Filtering (lines 272-284)",
    applies_to=Topic,
    needs=(PUBLISHED, DELIVERED, FAILED, FILTERED, WITHOUT_ATTRIBUTES, *INVALID),
    remediation="""
        OrdersSubscription:
          Type: AWS::SNS::Subscription
          Properties:
            FilterPolicyScope: MessageBody   # where the filtered values are in the message itself
            FilterPolicy: {status: [paid]}

        Live: aws sns set-subscription-attributes --subscription-arn ARN
        --attribute-name FilterPolicyScope --attribute-value MessageBody
    """,
)
def filters_drop_everything(topic: Topic, _graph: Graph) -> Iterator[Match]:
    """Filter policies drop each message of a topic, or cannot read what they filter.

    Nothing was delivered, though at least a hundred messages were published: their values did not
    fit, or they had no attributes at all. Or the attributes or the body of messages were no valid
    JSON, so that the policy dropped them unread; a few of many, or long ago, is low.

    Fine to accept where the subscribers wait for something rare.
    """
    published = PUBLISHED.seen(topic)
    filtered = FILTERED.counted(topic) + WITHOUT_ATTRIBUTES.counted(topic)
    delivered = DELIVERED.counted(topic) + FAILED.counted(topic)
    evidence = (published.summary("an hour"), f"filtered out: {brief(filtered)}")
    unread = max((each.counter(topic) for each in INVALID), key=lambda series: series.total)
    if unread.total:
        message = f"filter policies could not read {brief(unread.total)} messages of {topic.label}"
        severity, line = mishap(unread)
        yield Match(topic, message, evidence=(*evidence, line), severity=severity)
    elif filtered >= published.total >= _ENOUGH and not delivered:
        message = f"filter policies dropped all {brief(published.total)} messages of {topic.label}"
        yield Match(topic, message, evidence=evidence)


@rule(
    "COST009",
    "most-notifications-fail",
    severity=Severity.MEDIUM,
    category=Category.RELIABILITY,
    guide="SNS Cost Optimization (lines 976-990)",
    applies_to=Topic,
    needs=(PUBLISHED, DELIVERED, FAILED),
    remediation="""
        Remove the subscriptions whose endpoints are gone, mend the others.

        Live: aws sns list-subscriptions-by-topic --topic-arn ARN
    """,
)
def most_notifications_fail(topic: Topic, _graph: Graph) -> Iterator[Match]:
    """At least half of a topic's notifications fail for good.

    Mostly an endpoint was deleted, or may not be delivered to. Attempts are paid for, and what
    fails is lost without a dead-letter queue of the subscription.

    Fine to accept in no case that we know of.
    """
    published = PUBLISHED.seen(topic)
    failed = FAILED.counted(topic)
    attempts = failed + DELIVERED.counted(topic)
    if attempts >= _ENOUGH and failed >= _BROKEN * attempts:
        message = f"{percent(failed, attempts)} of the notifications of {topic.label} failed"
        evidence = (f"failed: {brief(failed)} of {brief(attempts)}", published.summary("an hour"))
        yield Match(topic, message, evidence=evidence)


@rule(
    "QUO009",
    "messages-near-topic-size-limit",
    severity=Severity.MEDIUM,
    category=Category.RELIABILITY,
    guide="SNS Scaling Characteristics (lines 925-933)",
    applies_to=Topic,
    needs=(SIZE,),
    remediation="""
        OrdersTopic:
          Type: AWS::SNS::Topic
          Properties:
            MaximumMessageSize: 1048576

        Above 1 MiB keep the payload in S3 and publish its key.

        Live: aws sns set-topic-attributes --topic-arn ARN
        --attribute-name MaximumMessageSize --attribute-value 1048576
    """,
)
def messages_near_topic_size_limit(topic: Topic, _graph: Graph) -> Iterator[Match]:
    """Messages are nearly as large as the topic accepts.

    SNS refuses a larger one, and its publisher loses it unless it handles the error.

    Fine to accept where the publisher bounds the size.
    """
    series = SIZE.steady(topic)
    what = f"the size of messages to {topic.label}"
    path = ("MaximumMessageSize",)
    yield from near_limit(topic, series, topic.max_message_bytes, what, unit="bytes", path=path)


@rule(
    "ARC039",
    "topic-near-regional-quota",
    severity=Severity.HIGH,
    category=Category.PERFORMANCE,
    confidence=Confidence.MEDIUM,
    guide="When to Use SNS (lines 776-788)",
    applies_to=Topic,
    needs=(RATE,),
    remediation="""
        Publish in batches, filter before publishing, or ask for a higher quota.

        Live: aws service-quotas list-service-quotas --service-code sns
    """,
)
def topic_near_regional_quota(topic: Topic, _graph: Graph) -> Iterator[Match]:
    """One topic alone takes most of what the account may publish in its region.

    The quota is shared by all topics of the account and region, and differs by a factor of a
    hundred between regions: the one that the account was granted counts, where it could be read, or
    else the default of the region. A FIFO topic that deduplicates as a whole takes 3,000 messages a
    second at most. The rate is an average over five minutes.

    Fine to accept where the quota was raised, and msgaudit could not read it.
    """
    series = RATE.steady(topic).per_second()
    limit = publishing(topic, series.maximum)
    what = f"the publish rate of {topic.label}"
    yield from near_limit(topic, series, limit, what, unit="messages a second")
