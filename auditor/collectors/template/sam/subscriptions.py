"""The SNS event: a subscription to the function, or to a queue that the function polls."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.collectors.template.declared import Declared
from auditor.collectors.template.identity import Identity
from auditor.collectors.template.sam.making import Part, flag, referred
from auditor.collectors.template.sam.permissions import permission
from auditor.collectors.template.sam.policy import sender
from auditor.collectors.template.sam.polling import MAPPING
from auditor.collectors.template.sam.queues import QUEUE, QUEUE_POLICY
from auditor.values import Block, Unknown

SUBSCRIPTION = "AWS::SNS::Subscription"
_PASSED = ("FilterPolicy", "FilterPolicyScope", "RedrivePolicy", "Region")


def subscription(event: Part) -> Iterator[Declared]:
    """A subscription, with the permission or the queue between."""
    given = event.peek("SqsSubscription")
    if isinstance(given, Block):
        yield from _through_given_queue(event, given)
        return
    through = flag(given)
    if isinstance(through, Unknown):
        yield _subscription(event, through, through)
    elif through:
        yield from _through_made_queue(event)
    else:
        yield _subscription(event, "lambda", event.owner.arn)
        yield permission(event, "sns.amazonaws.com", event.required("Topic"))


def _subscription(event: Part, protocol: object, endpoint: object) -> Declared:
    properties = {
        "Protocol": protocol,
        "Endpoint": endpoint,
        "TopicArn": event.required("Topic"),
        **event.passed(*_PASSED),
    }
    renames = {"TopicArn": "Topic", "Endpoint": "SqsSubscription"}
    return event.make(SUBSCRIPTION, event.id, properties, renames)


def _through_made_queue(event: Part) -> Iterator[Declared]:
    queue = event.make(QUEUE, f"{event.id}Queue", {"FifoQueue": _fifo(event)})
    yield queue
    identity: Identity = event.identify(QUEUE, queue.id)
    yield _queue_policy(event, f"{event.id}QueuePolicy", identity.arn, identity.url)
    yield _subscription(event, "sqs", identity.arn)
    yield _mapping(event, identity.arn, 10)


def _through_given_queue(event: Part, through: Block) -> Iterator[Declared]:
    missing = through.unread or Unknown(f"SqsSubscription of {event.id} names no queue")
    arn, url = through.get("QueueArn", missing), through.get("QueueUrl", missing)
    named = through.get("QueuePolicyLogicalId")
    id_ = named if isinstance(named, str) else f"{event.id}QueuePolicy"
    yield _queue_policy(event, id_, arn, url)
    yield _subscription(event, "sqs", arn)
    yield _mapping(event, arn, through.get("BatchSize") or 10)


def _queue_policy(event: Part, id_: str, arn: object, url: object) -> Declared:
    document = sender("sqs:SendMessage", arn, event.required("Topic"), "*")
    return event.make(QUEUE_POLICY, id_, {"Queues": [url], "PolicyDocument": document})


def _mapping(event: Part, arn: object, batch_size: object) -> Declared:
    properties = {
        "FunctionName": event.owner.ref,
        "EventSourceArn": arn,
        "BatchSize": batch_size,
        "Enabled": True,
    }
    renames = {"EventSourceArn": "SqsSubscription", "BatchSize": "SqsSubscription"}
    return event.make(MAPPING, f"{event.id}EventSourceMapping", properties, renames)


def _fifo(event: Part) -> object:
    topic = referred(event.properties, "Topic")
    found = event.scope.properties_of(topic) if topic else None
    return found[1].get("FifoTopic") if found else None
