"""Where a key of one's own is missing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from auditor.findings import Category, Confidence, Match, Severity
from auditor.graph import Graph
from auditor.resources import EventBus, Key, Queue, Resource, StateMachine
from auditor.rules import rule
from auditor.values import mapping, read, text
from checks._shared import dead_letter_queues, uses_key
from checks.kms.queues import ALIAS, GUIDE


@rule(
    "KMS006",
    "dlq-less-protected",
    severity=Severity.MEDIUM,
    category=Category.SECURITY,
    guide=GUIDE,
    applies_to=Queue,
    remediation="""
        OrdersDlq:
          Type: AWS::SQS::Queue
          Properties:
            KmsMasterKeyId: !Ref OrdersKey      # the key of the queue that it serves

        Live: aws sqs set-queue-attributes --queue-url DLQ_URL --attributes KmsMasterKeyId=KEY_ID
    """,
)
def dlq_less_protected(queue: Queue, graph: Graph) -> Iterator[Match]:
    """A dead-letter queue holds messages without the key that protects them in their queue.

    Whoever may read the dead-letter queue reads there what the key's policy keeps from them in the
    source, and the use of the key leaves no trace in CloudTrail. Redriving needs no other rights
    for two queues with one key.

    Fine to accept where dead letters hold nothing that needs the key.
    """
    if queue.redrive_policy is None or not _own_key(queue):
        return
    for dlq in dead_letter_queues(queue, graph):
        if not _own_key(dlq):
            yield Match(
                dlq,
                f"{dlq.label} holds messages of {queue.label} without a key of one's own",
                ("KmsMasterKeyId",),
                (f"KmsMasterKeyId {dlq.kms_key or 'not set'}",),
                ((queue, "the queue that the dead letters come from"),),
                discriminator=queue.id,
            )


def _own_key(queue: Queue) -> bool:
    return bool(queue.kms_key) and not uses_key(queue.kms_key, ALIAS)


@rule(
    "KMS010",
    "own-key-missing",
    severity=Severity.LOW,
    category=Category.SECURITY,
    confidence=Confidence.LOW,
    guide=GUIDE,
    applies_to=(EventBus, StateMachine),
    remediation="""
        OrdersBus:
          Type: AWS::Events::EventBus
          Properties:
            KmsKeyIdentifier: !GetAtt OrdersKey.Arn
        OrdersWorkflow:
          Type: AWS::StepFunctions::StateMachine
          Properties:
            EncryptionConfiguration:
              Type: CUSTOMER_MANAGED_KMS_KEY
              KmsKeyId: !GetAtt OrdersKey.Arn

        Live: aws events update-event-bus --name NAME --kms-key-identifier ARN
    """,
    pedantic=True,
)
def own_key_missing(resource: Resource, graph: Graph) -> Iterator[Match]:
    """A bus or workflow beside keys of your own is encrypted with a key that AWS owns.

    The data is encrypted all the same, but nobody can limit, see or withdraw the use of the key.
    A bus with a key of its own cannot discover schemas, and needs a dead-letter queue. Stacks and
    accounts without any key of their own are exempt.

    Fine to accept wherever no rule demands keys of one's own.
    """
    if not graph.all(Key, resource.raw.account):
        return
    name = "KmsKeyIdentifier"
    missing = not resource.has(name)
    if isinstance(resource, StateMachine):
        name = "EncryptionConfiguration"
        config: Mapping[str, Any] = read(resource.peek(name), mapping, (name,), {})
        missing = read(config.get("Type"), text, (name, "Type"), "") != "CUSTOMER_MANAGED_KMS_KEY"
    if missing:
        yield Match(resource, f"{resource.label} is encrypted with a key that AWS owns", (name,))
