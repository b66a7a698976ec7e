"""Queues that nobody reads or nobody fills."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.findings import Category, Confidence, Match, Severity
from auditor.graph import EdgeKind, Graph
from auditor.resources import Queue
from auditor.rules import rule
from checks._shared import is_dead_letter_queue
from checks.sqs._grants import grants

GUIDE = "Quick Service Selection Table (lines 11-22)"


@rule(
    "SQS002",
    "queue-without-consumer",
    severity=Severity.MEDIUM,
    category=Category.RELIABILITY,
    confidence=Confidence.LOW,
    guide=GUIDE,
    applies_to=Queue,
    pedantic=True,
    remediation="""
        OrdersMapping:
          Type: AWS::Lambda::EventSourceMapping
          Properties:
            EventSourceArn: !GetAtt OrdersQueue.Arn
            FunctionName: !Ref OrdersFunction

        Live: aws lambda create-event-source-mapping --event-source-arn ARN --function-name NAME
        or, when it is no longer needed, aws sqs delete-queue --queue-url URL
    """,
)
def queue_without_consumer(queue: Queue, graph: Graph) -> Iterator[Match]:
    """Nothing reads a queue, so its messages expire unread.

    No mapping and no pipe has it as its source, and no policy lets anybody receive from it.
    Consumers often belong to another stack or account, which a template cannot show.

    Fine to accept where the consumers are deployed elsewhere.
    """
    if is_dead_letter_queue(queue, graph) or graph.outgoing(queue, EdgeKind.CONSUMES):
        return
    if not grants(graph, "sqs:ReceiveMessage", queue.raw.account).cover(queue):
        message = f"no mapping, pipe or policy shows a consumer of {queue.label}"
        yield Match(queue, message)


@rule(
    "SQS003",
    "queue-without-producer",
    severity=Severity.LOW,
    category=Category.OPERATIONS,
    confidence=Confidence.LOW,
    guide=GUIDE,
    applies_to=Queue,
    pedantic=True,
    remediation="""
        Remove the queue, or let its producer send:

        OrdersPolicy:
          Type: AWS::IAM::RolePolicy
          Properties:
            RoleName: !Ref ProducerRole
            PolicyName: send
            PolicyDocument:
              Version: "2012-10-17"
              Statement:
                - {Effect: Allow, Action: "sqs:SendMessage", Resource: !GetAtt OrdersQueue.Arn}

        Live: aws sqs delete-queue --queue-url URL
    """,
)
def queue_without_producer(queue: Queue, graph: Graph) -> Iterator[Match]:
    """A queue is read, but nothing sends to it.

    Its consumer polls, and is paid for, without ever getting anything. No subscription, rule,
    pipe, notification or workflow delivers to it, and no policy lets anybody send. Producers often
    belong to another stack or account, which a template cannot show.

    Fine to accept where the producers are deployed elsewhere.
    """
    if is_dead_letter_queue(queue, graph) or not graph.outgoing(queue, EdgeKind.CONSUMES):
        return
    if graph.incoming(queue, EdgeKind.DELIVERS):
        return
    if not grants(graph, "sqs:SendMessage", queue.raw.account).cover(queue):
        message = f"{queue.label} is read, but nothing shows a producer"
        yield Match(queue, message)
