"""What the traffic of a queue tells: messages in flight, age, size, retries."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.data import limits
from auditor.findings import Category, Confidence, Match, Severity
from auditor.graph import Edge, EdgeKind, Graph
from auditor.resources import EventSourceMapping, Function, Queue
from auditor.rules import rule
from auditor.traffic import Measure, Series
from auditor.traffic.series import brief
from auditor.values import UndeterminedError
from checks._shared import is_dead_letter_queue, mappings_of, unread_end
from checks._traffic import near_limit

IN_FLIGHT = Measure(Queue, "ApproximateNumberOfMessagesNotVisible", "Maximum")
AGE = Measure(Queue, "ApproximateAgeOfOldestMessage", "Maximum")
SIZE = Measure(Queue, "SentMessageSize", "Maximum")
RECEIVED = Measure(Queue, "NumberOfMessagesReceived")
DELETED = Measure(Queue, "NumberOfMessagesDeleted")
DURATION = Measure(Function, "Duration", "p99")

TROUBLE = "SQS Issues (lines 1201-1216)"
# Our choices: a third of receives that end without a delete is more than bad luck; fewer messages
# than this prove nothing; a timeout this much beyond the recommended one delays every retry.
_RECEIVES_PER_DELETE = 1.5
_ENOUGH_MESSAGES = 100
_TIMEOUT_EXCESS = 10
_TIMEOUT_WORTH_A_WORD = 300


@rule(
    "SQS010",
    "queue-near-in-flight-limit",
    severity=Severity.HIGH,
    category=Category.RELIABILITY,
    guide="Queue Types (lines 82-94)",
    applies_to=Queue,
    needs=(IN_FLIGHT,),
    remediation="""
        Delete messages as soon as they are processed, shorten the visibility timeout, or spread
        the messages over several queues.

        Live: aws cloudwatch get-metric-statistics --namespace AWS/SQS
        --metric-name ApproximateNumberOfMessagesNotVisible --dimensions Name=QueueName,Value=NAME
    """,
)
def queue_near_in_flight_limit(queue: Queue, _graph: Graph) -> Iterator[Match]:
    """A queue has nearly as many messages in flight as SQS allows.

    At about 120,000 received but not yet deleted messages SQS stops to hand out more, so that
    consumers stand still while the queue grows.

    Fine to accept where a short stop of the consumers does no harm.
    """
    series = IN_FLIGHT.steady(queue)
    what = f"the number of messages in flight of {queue.label}"
    yield from near_limit(queue, series, limits.IN_FLIGHT_MAX, what, unit="messages")


@rule(
    "OPS005",
    "messages-about-to-expire",
    severity=Severity.CRITICAL,
    category=Category.RELIABILITY,
    guide=TROUBLE,
    applies_to=Queue,
    needs=(AGE,),
    remediation="""
        OrdersQueue:
          Type: AWS::SQS::Queue
          Properties:
            MessageRetentionPeriod: 1209600

        Also add consumers: the queue is filled faster than it is emptied.

        Live: aws sqs set-queue-attributes --queue-url URL
        --attributes MessageRetentionPeriod=1209600
    """,
)
def messages_about_to_expire(queue: Queue, graph: Graph) -> Iterator[Match]:
    """The oldest message of a queue is nearly as old as the queue keeps messages.

    What reaches the retention period is deleted without a trace, and without a dead-letter queue.
    Dead-letter queues have a rule of their own, SQS038.

    Fine to accept where old messages are worthless.
    """
    if is_dead_letter_queue(queue, graph):
        return
    series = AGE.steady(queue)
    what = f"the age of the oldest message of {queue.label}"
    path = ("MessageRetentionPeriod",)
    yield from near_limit(queue, series, queue.retention_seconds, what, unit="seconds", path=path)


@rule(
    "QUO004",
    "messages-near-queue-size-limit",
    severity=Severity.MEDIUM,
    category=Category.RELIABILITY,
    guide="SQS Scaling Characteristics (lines 908-923)",
    applies_to=Queue,
    needs=(SIZE,),
    remediation="""
        OrdersQueue:
          Type: AWS::SQS::Queue
          Properties:
            MaximumMessageSize: 1048576

        Above 1 MiB keep the payload in S3 and send its key.

        Live: aws sqs set-queue-attributes --queue-url URL --attributes MaximumMessageSize=1048576
    """,
)
def messages_near_queue_size_limit(queue: Queue, _graph: Graph) -> Iterator[Match]:
    """Messages are nearly as large as the queue accepts.

    SQS refuses a larger message, and its sender loses it unless it handles the error.

    Fine to accept where the sender bounds the size.
    """
    series = SIZE.steady(queue)
    what = f"the size of messages to {queue.label}"
    path = ("MaximumMessageSize",)
    yield from near_limit(queue, series, queue.max_message_bytes, what, unit="bytes", path=path)


@rule(
    "OPS004",
    "messages-received-repeatedly",
    severity=Severity.MEDIUM,
    category=Category.RELIABILITY,
    confidence=Confidence.MEDIUM,
    guide=TROUBLE,
    applies_to=Queue,
    needs=(RECEIVED, DELETED),
    remediation="""
        OrdersQueue:
          Type: AWS::SQS::Queue
          Properties:
            VisibilityTimeout: 360   # at least six times the function's timeout

        Then look for errors of the consumer: what fails is received again.

        Live: aws sqs set-queue-attributes --queue-url URL --attributes VisibilityTimeout=360
    """,
)
def messages_received_repeatedly(queue: Queue, graph: Graph) -> Iterator[Match]:
    """A queue hands out many more messages than are deleted.

    Each message that is received again was processed in vain or twice: its consumer failed, or it
    took longer than the visibility timeout. Above three receives for two deletes this is no longer
    an accident. Dead-letter queues that nothing consumes are left out: people look into them.

    Fine to accept where a consumer puts messages back on purpose.
    """
    if is_dead_letter_queue(queue, graph) and not graph.outgoing(queue, EdgeKind.CONSUMES):
        return
    received, deleted = RECEIVED.steady(queue), DELETED.steady(queue)
    if received.total < _ENOUGH_MESSAGES or received.total <= _RECEIVES_PER_DELETE * deleted.total:
        return
    message = (
        f"{queue.label} handed out {brief(received.total)} messages,"
        f" but only {brief(deleted.total)} were deleted"
    )
    evidence = (received.summary("an hour"), deleted.summary("an hour"))
    yield Match(queue, message, ("VisibilityTimeout",), evidence)


@rule(
    "SQS026",
    "visibility-timeout-far-too-long",
    severity=Severity.LOW,
    category=Category.PERFORMANCE,
    guide="Queue Configuration (lines 96-107)",
    applies_to=Queue,
    needs=(DURATION,),
    remediation="""
        OrdersQueue:
          Type: AWS::SQS::Queue
          Properties:
            VisibilityTimeout: 60

        Lower the function's Timeout, too: the visibility timeout should be six times as long.

        Live: aws sqs set-queue-attributes --queue-url URL --attributes VisibilityTimeout=60
    """,
)
def visibility_timeout_far_too_long(queue: Queue, graph: Graph) -> Iterator[Match]:
    """A message whose processing failed stays hidden much longer than processing ever takes.

    Only then it is tried again. The timeout is compared with ten times the recommended one: six
    times what the slowest of the queue's functions needs (p99 of Duration), and the batching
    window.

    Fine to accept where late retries are wanted.
    """
    edges = mappings_of(queue, graph)
    if not edges or queue.visibility_timeout <= _TIMEOUT_WORTH_A_WORD:
        return
    slowest = max(map(_duration, edges), key=lambda series: series.maximum)
    needed = limits.VISIBILITY_PER_FUNCTION_TIMEOUT * slowest.maximum / 1_000
    needed += max(map(_window, edges))
    if queue.visibility_timeout > _TIMEOUT_EXCESS * needed:
        message = (
            f"{queue.label} hides a failed message for {queue.visibility_timeout} s,"
            f" though {brief(needed)} s would do"
        )
        yield Match(queue, message, ("VisibilityTimeout",), (slowest.summary("milliseconds"),))


def _duration(edge: Edge) -> Series:
    if not isinstance(edge.target, Function):
        raise UndeterminedError(unread_end(edge.target))
    return DURATION.steady(edge.target)


def _window(edge: Edge) -> int:
    return edge.via.batching_window_seconds if isinstance(edge.via, EventSourceMapping) else 0
