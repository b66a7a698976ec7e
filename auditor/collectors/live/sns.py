"""Topics with their policies, and subscriptions, also those that nobody has confirmed."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Any

from auditor.collectors.live.reader import Reader
from auditor.collectors.live.shapes import (
    beside,
    booleans,
    documents,
    last,
    numbers,
    pick,
    prune,
)
from auditor.resources import Subscription, Topic, TopicInlinePolicy, TopicPolicy
from auditor.resources.base import RawResource, unread_properties
from auditor.resources.sns import SMS, SUBSCRIBED
from auditor.values import Unknown, document

# An account has one policy for each topic, whichever way it was declared.
TYPES = (Topic.type, TopicPolicy.type, TopicInlinePolicy.type, Subscription.type)
PENDING = "$pending"
_SPEND = "MonthlySpendLimit"

_BOOLEANS = ("ContentBasedDeduplication", "FifoTopic")
_TEXTS = (
    "DisplayName",
    "FifoThroughputScope",
    "KmsMasterKeyId",
    "SignatureVersion",
    "TracingConfig",
)
# Attribute prefix and the protocol in `DeliveryStatusLogging`.
_LOGGED = {
    "Application": "application",
    "Firehose": "firehose",
    "HTTP": "http/s",
    "Lambda": "lambda",
    "SQS": "sqs",
}
_FEEDBACK = (
    "FailureFeedbackRoleArn",
    "SuccessFeedbackRoleArn",
    "SuccessFeedbackSampleRate",
)
_SUBSCRIPTION_DOCUMENTS = ("DeliveryPolicy", "FilterPolicy", "RedrivePolicy", "ReplayPolicy")


def collect(reader: Reader) -> Iterator[RawResource]:
    """All topics of a region, and all subscriptions to them or of this account."""
    topics = reader.listing(
        "sns:ListTopics", "Topics", Topic.type, TopicPolicy.type, TopicInlinePolicy.type
    )
    arns = [topic["TopicArn"] for topic in topics]
    answers = dict(zip(arns, reader.each(lambda arn: _attributes(reader, arn), arns), strict=True))
    listed = reader.listing("sns:ListSubscriptions", "Subscriptions", Subscription.type)
    listed += _foreign(reader, answers, listed)
    subscriptions = {_subscription_id(item): item for item in listed}.values()
    for arn, answer in answers.items():
        if isinstance(answer, Unknown):
            yield from unread(arn, answer)
        elif answer is not None:
            yield from transform(answer["Attributes"])
    found = reader.each(lambda item: _subscription(reader, item), subscriptions)
    yield from _with_texting(reader, sorted(chain.from_iterable(found), key=lambda raw: raw.id))


def _attributes(reader: Reader, arn: str) -> dict[str, Any] | Unknown | None:
    return reader.detail("sns:GetTopicAttributes", last(arn), TopicArn=arn)


def _foreign(
    reader: Reader, answers: Mapping[str, Any], listed: Iterable[Mapping[str, str]]
) -> list[Any]:
    """Subscriptions of other accounts: only topics list them, so ask those that count more."""
    own = Counter(item["TopicArn"] for item in listed)
    found: list[Any] = []
    for arn, answer in answers.items():
        if isinstance(answer, dict) and _counted(answer["Attributes"]) > own[arn]:
            found += reader.listing(
                "sns:ListSubscriptionsByTopic", "Subscriptions", Subscription.type, TopicArn=arn
            )
    return found


def _counted(attributes: Mapping[str, str]) -> int:
    names = ("SubscriptionsConfirmed", "SubscriptionsPending")
    return sum(int(attributes.get(name) or 0) for name in names)


def transform(attributes: Mapping[str, str]) -> Iterable[RawResource]:
    """The topic, and its policy unless it is the one that SNS gives every topic."""
    arn = attributes["TopicArn"]
    properties = {
        "TopicName": last(arn),
        **booleans(attributes, _BOOLEANS),
        **numbers(attributes, ("MaximumMessageSize",)),
        **documents(attributes, ("ArchivePolicy",)),
        **pick(attributes, _TEXTS),
        **prune({"DeliveryStatusLogging": _delivery_status_logging(attributes)}),
        SUBSCRIBED: numbers(attributes, ("SubscriptionsConfirmed", "SubscriptionsPending")),
    }
    yield RawResource(Topic.type, arn, properties, name=last(arn), arn=arn)
    policy = document(attributes.get("Policy"))
    if policy and not _given_by_default(policy):
        yield _policy(arn, policy)


def unread(arn: str, why: Unknown) -> Iterable[RawResource]:
    """The topic of which only the ARN is known."""
    known: dict[str, Any] = {"TopicName": last(arn)}
    if arn.endswith(".fifo"):
        known["FifoTopic"] = True
    properties = unread_properties(known, why)
    yield RawResource(Topic.type, arn, properties, name=last(arn), arn=arn)
    yield _policy(arn, why)


def _policy(arn: str, policy: object) -> RawResource:
    properties = {"Topics": [arn], "PolicyDocument": policy}
    return RawResource(TopicPolicy.type, f"{arn}#policy", properties)


def _given_by_default(policy: object) -> bool:
    """Whether it only lets the owning account in: a template without a policy means the same."""
    if not isinstance(policy, Mapping) or policy.get("Id") != "__default_policy_ID":
        return False
    statements = policy.get("Statement")
    return isinstance(statements, list) and all(
        statement.get("Sid") == "__default_statement_ID"
        and set(statement.get("Condition", {})) == {"StringEquals"}
        and set(statement["Condition"]["StringEquals"]) == {"AWS:SourceOwner"}
        for statement in statements
    )


def _delivery_status_logging(attributes: Mapping[str, str]) -> list[dict[str, Any]]:
    entries = [
        {"Protocol": protocol, **pick(_feedback(attributes, prefix), _FEEDBACK)}
        for prefix, protocol in _LOGGED.items()
    ]
    return [entry for entry in entries if len(entry) > 1]


def _feedback(attributes: Mapping[str, str], prefix: str) -> dict[str, Any]:
    return {name: attributes.get(f"{prefix}{name}") for name in _FEEDBACK}


def _subscription(reader: Reader, listed: Mapping[str, str]) -> list[RawResource]:
    arn = listed["SubscriptionArn"]
    if not arn.startswith("arn:"):
        return [] if arn == "Deleted" else [subscription(listed, {})]
    answer = reader.detail("sns:GetSubscriptionAttributes", last(arn), SubscriptionArn=arn)
    if answer is None:
        return []
    if isinstance(answer, Unknown):
        return [unread_subscription(listed, answer)]
    return [subscription(listed, answer["Attributes"])]


def _with_texting(reader: Reader, subscriptions: Iterable[RawResource]) -> Iterator[RawResource]:
    """The same; the first one of a phone tells how the account sends text messages."""
    asked = False
    for raw in subscriptions:
        if raw.properties.get("Protocol") == "sms" and not asked:
            asked = True
            answer = reader.detail("sns:GetSMSAttributes", "the account", attributes=[_SPEND])
            yield beside(raw, SMS, answer if isinstance(answer, Unknown) else texting(answer or {}))
        else:
            yield raw


def texting(answer: Mapping[str, Any]) -> dict[str, int]:
    """The settings of text messages that rules ask for; the limit is in US dollars."""
    return numbers(answer.get("attributes", {}), (_SPEND,))


def subscription(listed: Mapping[str, str], attributes: Mapping[str, str]) -> RawResource:
    """A subscription; one that waits for confirmation has no attributes and is marked."""
    pending = not attributes or attributes.get("PendingConfirmation") == "true"
    properties: dict[str, Any] = {
        **pick(listed, ("TopicArn", "Protocol", "Endpoint")),
        **booleans(attributes, ("RawMessageDelivery",)),
        **documents(attributes, _SUBSCRIPTION_DOCUMENTS),
        **pick(attributes, ("FilterPolicyScope", "SubscriptionRoleArn")),
        **({PENDING: True} if pending else {}),
    }
    return _resource(listed, properties)


def unread_subscription(listed: Mapping[str, str], why: Unknown) -> RawResource:
    """A subscription of which only its two ends are known."""
    known = pick(listed, ("TopicArn", "Protocol", "Endpoint"))
    return _resource(listed, unread_properties(known, why))


def _resource(listed: Mapping[str, str], properties: Mapping[str, Any]) -> RawResource:
    """Named after its ends, because it has no name; what is not an ARN may hold a secret."""
    id_ = _subscription_id(listed)
    endpoint = listed.get("Endpoint", "")
    end = last(endpoint) if endpoint.startswith("arn:") else listed["Protocol"]
    name = f"{last(listed['TopicArn'])} to {end}"
    return RawResource(Subscription.type, id_, properties, name=name, arn=id_)


def _subscription_id(listed: Mapping[str, str]) -> str:
    """The ARN; a pending one gets its own from a hash, because an endpoint may hold a secret."""
    arn = listed["SubscriptionArn"]
    if arn.startswith("arn:"):
        return arn
    ends = f"{listed['Protocol']} {listed.get('Endpoint', '')}"
    return f"{listed['TopicArn']}:pending-{hashlib.sha256(ends.encode()).hexdigest()[:12]}"
