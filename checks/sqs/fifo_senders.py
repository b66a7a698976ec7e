"""What feeds a FIFO queue, and with which group and deduplication."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.findings import Category, Confidence, Match, Severity
from auditor.graph import Edge, EdgeKind, Graph
from auditor.resources import EventRule, Pipe, Queue, Resource, Schedule, Topic
from auditor.rules import rule
from auditor.values import PropertyPath, UndeterminedError, View, read, text
from checks._shared import subscriptions_of, unread_end
from checks.sqs._pipes import target_parameters

GUIDE = "Queue Types (lines 82-94)"


@rule(
    "SQS005",
    "single-message-group",
    severity=Severity.MEDIUM,
    category=Category.PERFORMANCE,
    confidence=Confidence.LOW,
    guide="Messaging Service Decision Tree (lines 24-75)",
    applies_to=Queue,
    remediation="""
        Use a standard queue, as the service that sends does not keep the order anyway:

        OrdersQueue:
          Type: AWS::SQS::Queue

        Or let a pipe set the group from each message:

        TargetParameters:
          SqsQueueParameters:
            MessageGroupId: $.detail.customer

        Live: aws pipes update-pipe --name NAME --role-arn ROLE --target-parameters
        '{"SqsQueueParameters": {"MessageGroupId": "$.detail.customer"}}'
    """,
)
def single_message_group(queue: Queue, graph: Graph) -> Iterator[Match]:
    """All messages of a FIFO queue come with the same group, so they are processed one by one.

    A rule of EventBridge can set only a constant MessageGroupId. One group means one batch at a
    time however many consumers there are, and a message that fails holds up all others, without
    an order being won: EventBridge does not deliver in order. Only rules and pipes are looked at;
    programs that send other groups cannot be seen.

    Fine to accept where few messages come and two must never be processed at once.
    """
    if not queue.fifo:
        return
    edges = graph.incoming(queue, EdgeKind.DELIVERS)
    groups = {_group(edge) for edge in edges}
    if len(groups) == 1 and None not in groups:
        graph.settle_incoming(queue, EdgeKind.DELIVERS)
        related = tuple((edge.via, "sends with this group") for edge in edges)
        message = f"{queue.label} gets all its messages in one group"
        yield Match(queue, message, ("FifoQueue",), (f"MessageGroupId {groups.pop()}",), related)


def _group(edge: Edge) -> str | None:
    """The constant group of all messages of a sender, `None` where there is no such thing."""
    if isinstance(edge.via, EventRule):
        target = edge.via.targets[int(edge.path[1])]
        path: PropertyPath = (*target.path, "SqsParameters")
        return _group_of(View(target.sqs_parameters or {}, path))
    if isinstance(edge.via, Pipe):
        group = _group_of(target_parameters(edge.via, "SqsQueueParameters"))
        return None if group is None or "$." in group else group
    return None


def _group_of(parameters: View) -> str | None:
    name = "MessageGroupId"
    return read(parameters.peek(name), text, (*parameters.path, name), "") or None


@rule(
    "SQS013",
    "fifo-queue-without-deduplication",
    severity=Severity.HIGH,
    category=Category.RELIABILITY,
    guide=GUIDE,
    applies_to=Queue,
    remediation="""
        OrdersQueue:
          Type: AWS::SQS::Queue
          Properties:
            FifoQueue: true
            ContentBasedDeduplication: true

        Live: aws sqs set-queue-attributes --queue-url URL
        --attributes ContentBasedDeduplication=true
    """,
)
def fifo_queue_without_deduplication(queue: Queue, graph: Graph) -> Iterator[Match]:
    """A FIFO queue gets messages without a deduplication id, and makes none itself.

    SQS refuses each of them. Rules and schedules of EventBridge cannot send a
    MessageDeduplicationId, and a pipe sends one only if it is told to, so the queue has to derive
    it from the content. (API reference of EventBridge and EventBridge Scheduler, SqsParameters.)

    Fine to accept in no case that we know of.
    """
    if not queue.fifo or queue.content_based_deduplication:
        return
    for edge in graph.incoming(queue, EdgeKind.DELIVERS):
        if sender := _sends_no_id(edge):
            yield Match(
                queue,
                f"{queue.label} refuses what the {sender} {edge.via.label} sends",
                ("ContentBasedDeduplication",),
                ("no ContentBasedDeduplication and no MessageDeduplicationId",),
                ((edge.via, "sends without MessageDeduplicationId"),),
                discriminator=edge.via.id,
            )


def _sends_no_id(edge: Edge) -> str | None:
    if isinstance(edge.via, EventRule):
        return "rule"
    # A schedule that calls SendMessage itself names the queue in its input.
    if isinstance(edge.via, Schedule):
        return "schedule" if edge.path == ("Target", "Arn") else None
    if isinstance(edge.via, Pipe):
        parameters = target_parameters(edge.via, "SqsQueueParameters")
        return None if parameters.has("MessageDeduplicationId") else "pipe"
    return None


@rule(
    "SQS017",
    "fifo-topic-limits-queue",
    severity=Severity.LOW,
    category=Category.PERFORMANCE,
    guide=GUIDE,
    applies_to=Queue,
    remediation="""
        OrdersTopic:
          Type: AWS::SNS::Topic
          Properties:
            FifoTopic: true
            FifoThroughputScope: MessageGroup

        Live: aws sns set-topic-attributes --topic-arn ARN
        --attribute-name FifoThroughputScope --attribute-value MessageGroup
    """,
)
def fifo_topic_limits_queue(queue: Queue, graph: Graph) -> Iterator[Match]:
    """A queue of high throughput is fed by a FIFO topic of normal throughput.

    As long as the topic deduplicates across all groups, which is its default, it takes 3,000
    messages or 20 MB a second, and the queue behind it never sees more. (API CreateTopic,
    FifoThroughputScope.)

    Fine to accept where other producers make use of the queue's throughput.
    """
    if not queue.fifo or queue.throughput_limit != "perMessageGroupId":
        return
    for edge in subscriptions_of(queue, graph):
        topic = edge.source
        if not isinstance(topic, Topic):
            raise UndeterminedError(unread_end(topic), edge.path)
        if topic.throughput_scope == "Topic":
            related: tuple[tuple[Resource, str], ...] = ((topic, "the topic"),)
            message = f"{queue.label} gets no more than the normal throughput of {topic.label}"
            yield Match(
                queue, message, ("FifoThroughputLimit",), ("FifoThroughputScope Topic",), related,
                discriminator=topic.id,
            )  # fmt: skip
