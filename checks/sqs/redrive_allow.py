"""Which queues a dead-letter queue lets in."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.findings import Category, Match, Severity
from auditor.graph import EdgeKind, Graph
from auditor.resources import Queue
from auditor.resources.sqs import RedriveAllowPolicy
from auditor.rules import rule


@rule(
    "SQS036",
    "redrive-allow-policy-mismatch",
    severity=Severity.LOW,
    category=Category.SECURITY,
    guide="Dead Letter Queue Setup (lines 109-144)",
    applies_to=Queue,
    remediation="""
        OrdersDlq:
          Type: AWS::SQS::Queue
          Properties:
            RedriveAllowPolicy:
              redrivePermission: byQueue
              sourceQueueArns:
                - !Sub arn:${AWS::Partition}:sqs:${AWS::Region}:${AWS::AccountId}:orders

        Live: aws sqs set-queue-attributes --queue-url DLQ_URL --attributes
        '{"RedriveAllowPolicy":
        "{\\"redrivePermission\\":\\"byQueue\\",\\"sourceQueueArns\\":[\\"ARN\\"]}"}'
    """,
)
def redrive_allow_policy_mismatch(dlq: Queue, graph: Graph) -> Iterator[Match]:
    """A dead-letter queue is open to every queue of the account, or closed to one that uses it.

    Without a redrive allow policy any queue of the account and Region may dead-letter into it, and
    mix its messages with others. A policy that denies all, or lists other queues than the real
    sources, makes SQS refuse their redrive policies.

    Without a name that the template gives, a source cannot be listed there: the two queues would
    need each other first. Then a missing policy is no finding.

    Fine to accept without a policy where one team owns all queues of the account.
    """
    sources = [
        edge.source
        for edge in graph.incoming(dlq, EdgeKind.DEAD_LETTERS)
        if isinstance(edge.via, Queue) and isinstance(edge.source, Queue)
    ]
    if not sources:
        return
    policy = dlq.redrive_allow_policy
    if policy is None:
        if not all(source.has("QueueName") for source in sources):
            return
        message = f"any queue of the account may use {dlq.label} as its dead-letter queue"
        yield Match(dlq, message, ("RedriveAllowPolicy",))
        return
    for source in sources:
        if policy.permission == "allowAll" or _lists(policy, source, graph):
            continue
        yield Match(
            dlq,
            f"{dlq.label} does not allow {source.label}, which uses it as dead-letter queue",
            ("RedriveAllowPolicy",),
            (f"redrivePermission {policy.permission}",),
            ((source, "the queue that uses it"),),
            discriminator=source.id,
            severity=Severity.HIGH,
        )


def _lists(policy: RedriveAllowPolicy, source: Queue, graph: Graph) -> bool:
    listed = policy.peek("sourceQueueArns")
    # An ARN with a part that has no value yet can still be seen to name the source.
    if isinstance(listed, list) and source in map(graph.find, listed):
        return True
    return source.arn in policy.source_arns
