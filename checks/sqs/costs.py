"""What calls about queues cost."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.data import limits
from auditor.findings import Category, Confidence, Match, Severity
from auditor.graph import Graph
from auditor.resources import Queue
from auditor.rules import rule
from auditor.traffic import Measure
from auditor.traffic.series import brief
from auditor.usage import HOURS_PER_MONTH, Usage
from checks._costs import sqs_requests
from checks.sqs.traffic import DELETED, RECEIVED
from checks.sqs.traffic_dead_letters import EMPTY

SENT = Measure(Queue, "NumberOfMessagesSent")
GUIDE = "SQS Cost Optimization (lines 961-974)"

# Our choices: so many calls a month cost about four dollars, so many messages are a busy queue.
_MANY = 10_000_000
_BUSY = 1_000_000
# Two of a producer, one of a consumer.
_CALLS_IN_A_PERIOD = 3


@rule(
    "COST001",
    "queue-with-many-requests",
    severity=Severity.INFO,
    category=Category.COST,
    confidence=Confidence.MEDIUM,
    guide=GUIDE,
    applies_to=Queue,
    needs=(SENT, RECEIVED, DELETED, EMPTY),
    remediation="""
        Send, receive and delete ten messages with a call, and wait for messages:

        OrdersQueue:
          Type: AWS::SQS::Queue
          Properties:
            ReceiveMessageWaitTimeSeconds: 20

        Live: aws sqs send-message-batch --queue-url URL --entries file://entries.json
    """,
)
def queue_with_many_requests(queue: Queue, _graph: Graph) -> Iterator[Match]:
    """A queue is called ten million times a month or more.

    Each call is paid for, and so is each 64 KB of it. CloudWatch counts messages, so the number of
    calls is the highest that there can be: one for each message sent, received and deleted, and
    the receives that found nothing. With ten messages in each call it is a tenth of that.

    Fine to accept where messages cannot wait for others, or the cost is small.
    """
    counts = [SENT.steady(queue), RECEIVED.steady(queue), DELETED.steady(queue)]
    messages = sum(series.monthly for series in counts)
    empty = EMPTY.counted_monthly(queue)
    if messages + empty < _MANY:
        return
    usage = Usage(
        sqs_requests(queue, messages + empty),
        sqs_requests(queue, messages / limits.MESSAGES_PER_CALL + empty),
        "now one message in a call, then ten; no message beyond 64 KB",
    )
    message = f"{queue.label} is called up to {brief(messages + empty)} times a month"
    evidence = (*(series.summary("an hour") for series in counts), f"empty: {brief(empty)}")
    yield Match(queue, message, evidence=evidence, usage=usage)


@rule(
    "COST002",
    "sends-perhaps-not-batched",
    severity=Severity.LOW,
    category=Category.COST,
    confidence=Confidence.LOW,
    guide=GUIDE,
    pedantic=True,
    applies_to=Queue,
    needs=(SENT,),
    remediation="""
        Collect messages and send ten of them with a call.

        Live: aws sqs send-message-batch --queue-url URL --entries file://entries.json
    """,
)
def sends_perhaps_not_batched(queue: Queue, _graph: Graph) -> Iterator[Match]:
    """So many messages are sent to a queue that sending them in batches is worth a look.

    A batch of ten costs as much as one message. CloudWatch does not tell how many calls brought
    the messages, so the saving is what there is if each came alone.

    Fine to accept where the senders use batches already, or have one message at a time.
    """
    sent = SENT.steady(queue)
    if sent.monthly < _MANY:
        return
    usage = Usage(
        sqs_requests(queue, sent.monthly),
        sqs_requests(queue, sent.monthly / limits.MESSAGES_PER_CALL),
        "sends only, if each message comes alone now",
    )
    message = f"{queue.label} gets {brief(sent.monthly)} messages a month, perhaps one by one"
    yield Match(queue, message, evidence=(sent.summary("an hour"),), usage=usage)


@rule(
    "COST020",
    "data-keys-renewed-too-often",
    severity=Severity.INFO,
    category=Category.COST,
    confidence=Confidence.MEDIUM,
    guide=GUIDE,
    applies_to=Queue,
    needs=(SENT,),
    remediation="""
        OrdersQueue:
          Type: AWS::SQS::Queue
          Properties:
            KmsDataKeyReusePeriodSeconds: 300

        Live: aws sqs set-queue-attributes --queue-url URL
        --attributes KmsDataKeyReusePeriodSeconds=300
    """,
)
def data_keys_renewed_too_often(queue: Queue, _graph: Graph) -> Iterator[Match]:
    """A busy encrypted queue asks KMS for data keys more often than it would by default.

    In each reuse period every producer costs two calls of KMS and every consumer one (SQS developer
    guide, estimating costs of KMS). The estimate is for one of each: more cost as much each.

    Fine to accept where a revoked key has to take effect within minutes.
    """
    seconds = queue.key_reuse_seconds
    if not queue.kms_key or seconds >= limits.KEY_REUSE_DEFAULT:
        return
    sent = SENT.steady(queue)
    if sent.monthly < _BUSY:
        return
    calls, fewer = _key_calls(seconds), _key_calls(limits.KEY_REUSE_DEFAULT)
    usage = Usage(calls, fewer, "one producer and one consumer")
    message = f"{queue.label} renews its data keys every {seconds} s"
    path = ("KmsDataKeyReusePeriodSeconds",)
    yield Match(queue, message, path, (sent.summary("an hour"),), usage=usage)


def _key_calls(seconds: int) -> dict[str, float]:
    return {"kms.request": HOURS_PER_MONTH * 3_600 / seconds * _CALLS_IN_A_PERIOD}
