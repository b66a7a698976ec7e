"""What lies in dead-letter queues, and what is asked for in vain."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.data import limits
from auditor.findings import Category, Match, Severity
from auditor.graph import EdgeKind, Graph
from auditor.resources import Queue
from auditor.rules import rule
from auditor.traffic import Measure
from auditor.traffic.series import brief
from auditor.usage import HOURS_PER_MONTH, Usage
from auditor.values import UndeterminedError
from checks._costs import sqs_requests
from checks._shared import is_dead_letter_queue
from checks._traffic import percent
from checks.sqs.traffic import AGE, RECEIVED

VISIBLE = Measure(Queue, "ApproximateNumberOfMessagesVisible", "Minimum")
EMPTY = Measure(Queue, "NumberOfEmptyReceives")

# Our choices: half of the retention leaves time to act; polling this much in vain is a waste.
_AGED = 0.5
_DAY = 24
_MOSTLY_EMPTY = 0.9
# One consumer, of which each receive waits 20 s, finds at most so many empty in a month.
_EMPTY_AFTERWARDS = HOURS_PER_MONTH * 3_600 / limits.WAIT_MAX


@rule(
    "SQS038",
    "dead-letters-unattended",
    severity=Severity.HIGH,
    category=Category.OPERATIONS,
    guide="SQS Issues (lines 1201-1216)",
    applies_to=Queue,
    needs=(VISIBLE, AGE),
    remediation="""
        Read the messages, mend their cause, then move them back to their queue.

        Live: aws sqs start-message-move-task --source-arn DLQ_ARN
    """,
)
def dead_letters_unattended(queue: Queue, graph: Graph) -> Iterator[Match]:
    """A dead-letter queue has held messages for a day, and nobody took them out.

    They are lost when they reach the retention period, which counts from when a message was first
    sent. Once the oldest is beyond half of it the finding is high, before that medium. A day of
    which CloudWatch lacks hours proves nothing.

    Fine to accept where dead letters are only counted.
    """
    if not is_dead_letter_queue(queue, graph):
        return
    visible = VISIBLE.seen(queue)
    day = visible.last_day()
    if day and min(day) <= 0:
        return
    if len(day) < _DAY:
        raise UndeterminedError("CloudWatch has no values of each hour of the last day")
    age = AGE.seen(queue)
    aged = max(age.last_day(), default=0) > _AGED * queue.retention_seconds
    message = f"{queue.label} has held {brief(min(day))} dead letters or more for a day"
    evidence = (visible.summary("messages"), age.summary("seconds"))
    severity = None if aged else Severity.MEDIUM
    yield Match(queue, message, ("MessageRetentionPeriod",), evidence, severity=severity)


@rule(
    "SQS041",
    "polling-mostly-in-vain",
    severity=Severity.LOW,
    category=Category.COST,
    guide="Long Polling vs Short Polling (lines 146-163)",
    applies_to=Queue,
    needs=(EMPTY, RECEIVED),
    remediation="""
        OrdersQueue:
          Type: AWS::SQS::Queue
          Properties:
            ReceiveMessageWaitTimeSeconds: 20

        Live: aws sqs set-queue-attributes --queue-url URL
        --attributes ReceiveMessageWaitTimeSeconds=20
    """,
)
def polling_mostly_in_vain(queue: Queue, graph: Graph) -> Iterator[Match]:
    """More than nine of ten answers to a queue's consumer are empty.

    Each empty receive is paid for like one that brings messages. Long polling waits up to 20
    seconds for a message before it answers. Lambda and Pipes poll by themselves, so queues that
    they read are left out, and so are those that wait for 20 seconds already, or are asked no more
    often than one consumer with long polling would.

    Fine to accept where the queue is seldom used and the cost is small.
    """
    if queue.receive_wait_seconds >= limits.WAIT_MAX or graph.outgoing(queue, EdgeKind.CONSUMES):
        return
    empty, received = EMPTY.steady(queue), RECEIVED.steady(queue)
    calls = empty.total + received.total
    if empty.total > _MOSTLY_EMPTY * calls and empty.monthly > _EMPTY_AFTERWARDS:
        message = f"{percent(empty.total, calls)} of the receives of {queue.label} bring nothing"
        evidence = (empty.summary("an hour"), received.summary("an hour"))
        usage = Usage(
            sqs_requests(queue, empty.monthly),
            sqs_requests(queue, _EMPTY_AFTERWARDS),
            "empty receives only, with one consumer that waits 20 s for each",
        )
        path = ("ReceiveMessageWaitTimeSeconds",)
        yield Match(queue, message, path, evidence, usage=usage)
