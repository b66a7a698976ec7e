"""Encryption of queues, and the services that have to encrypt into them."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.findings import Category, Match, Severity
from auditor.graph import Edge, EdgeKind, Graph
from auditor.resources import (
    Bucket,
    BucketNotifications,
    EventBus,
    EventRule,
    Queue,
    Subscription,
    Topic,
)
from auditor.rules import rule
from checks._keys import closed_to, own_key
from checks._shared import each_incoming, uses_key

GUIDE = "Encryption and Data Protection (lines 1075-1106)"
ALIAS = "alias/aws/sqs"
EVENTS, SNS, S3, CLOUDWATCH = (
    f"{name}.amazonaws.com" for name in ("events", "sns", "s3", "cloudwatch")
)
NAMES = {EVENTS: "EventBridge", SNS: "SNS", S3: "S3", CLOUDWATCH: "CloudWatch"}


@rule(
    "KMS001",
    "queue-encryption-disabled",
    severity=Severity.HIGH,
    category=Category.SECURITY,
    guide=GUIDE,
    applies_to=Queue,
    remediation="""
        OrdersQueue:
          Type: AWS::SQS::Queue
          Properties:
            SqsManagedSseEnabled: true

        Live: aws sqs set-queue-attributes --queue-url URL --attributes SqsManagedSseEnabled=true
    """,
)
def queue_encryption_disabled(queue: Queue, _graph: Graph) -> Iterator[Match]:
    """A queue has encryption at rest switched off.

    Messages lie unencrypted in the queue. SQS encrypts every new queue by itself, at no cost, so
    a queue that says nothing is encrypted; only an explicit false without a key is reported.

    Fine to accept where messages are public anyway.
    """
    if queue.sqs_managed_sse is not False or queue.kms_key:
        return
    message = f"{queue.label} has encryption at rest switched off"
    yield Match(queue, message, ("SqsManagedSseEnabled",), ("SqsManagedSseEnabled false, no key",))


@rule(
    "KMS002",
    "queue-key-closed-to-services",
    severity=Severity.HIGH,
    category=Category.RELIABILITY,
    guide=GUIDE,
    applies_to=Queue,
    remediation="""
        OrdersQueue:
          Type: AWS::SQS::Queue
          Properties:
            SqsManagedSseEnabled: true      # or KmsMasterKeyId: !Ref a key of your own
                                            # whose policy lets the service use it

        Live: aws sqs set-queue-attributes --queue-url URL --attributes SqsManagedSseEnabled=true
    """,
)
def queue_key_closed_to_services(queue: Queue, graph: Graph) -> Iterator[Match]:
    """A queue gets messages from a service that cannot use the key of the queue.

    Each delivery fails, and those into a dead-letter queue are lost. The policy of alias/aws/sqs,
    which AWS manages, lets in principals of the account but neither SNS nor EventBridge nor S3, and
    nobody can change it. The policy of a key of one's own has to let the service do
    kms:GenerateDataKey and kms:Decrypt. (SQS developer guide, "Key management", on KMS permissions
    for AWS services.)

    Fine to accept in no case that we know of.
    """
    if not queue.kms_key:
        return
    for edge in each_incoming(graph, queue, EdgeKind.DELIVERS, EdgeKind.DEAD_LETTERS):
        if (service := _service(edge)) and (why := refusal(queue, ALIAS, service, graph)):
            yield Match(
                queue,
                f"{NAMES[service]} cannot encrypt messages for {queue.label} with {why}",
                ("KmsMasterKeyId",),
                (f"KmsMasterKeyId {queue.kms_key}",),
                ((edge.via, edge.kind.value),),
                discriminator=f"{edge.via.id} {edge.kind.value}",
            )


def refusal(owner: Queue | Topic, alias: str, service: str, graph: Graph) -> str:
    """The key that a service cannot use, and what it lacks; empty where it can.

    Raises `UndeterminedError` when that cannot be told.
    """
    if uses_key(owner.kms_key, alias):
        return alias
    key = own_key(owner, graph)
    missing = closed_to(key, service) if key else []
    if not key or not missing:
        return ""
    return f"{key.label}, whose policy does not allow it {' and '.join(missing)}"


def _service(edge: Edge) -> str | None:
    """The service that delivers under its own name; the others use a role of the account."""
    if isinstance(edge.via, Topic | Subscription):
        return SNS
    if isinstance(edge.via, Bucket | BucketNotifications):
        return S3
    if isinstance(edge.via, EventRule):
        target = edge.via.targets[int(edge.path[1])] if len(edge.path) > 1 else None
        with_role = target and target.role_arn and edge.kind is EdgeKind.DELIVERS
        return None if with_role else EVENTS
    return EVENTS if isinstance(edge.via, EventBus) else None
