"""What redrive policies name as their target."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.arns import Arn, symbolic
from auditor.findings import Category, Match, Severity
from auditor.graph import EdgeKind, Graph
from auditor.resources import Queue
from auditor.rules import rule
from auditor.values import UndeterminedError

GUIDE = "Dead Letter Queue Setup (lines 109-144)"
TARGET_PATH = ("RedrivePolicy", "deadLetterTargetArn")


@rule(
    "SQS031",
    "dlq-target-not-a-queue",
    severity=Severity.HIGH,
    category=Category.RELIABILITY,
    guide=GUIDE,
    applies_to=Queue,
    remediation="""
        RedrivePolicy:
          deadLetterTargetArn: !GetAtt OrdersDlq.Arn   # not !Ref, which gives the URL
          maxReceiveCount: 5

        Live: aws sqs get-queue-attributes --queue-url DLQ_URL --attribute-names QueueArn
        gives the ARN to set as deadLetterTargetArn with aws sqs set-queue-attributes.
    """,
)
def dlq_target_not_a_queue(queue: Queue, graph: Graph) -> Iterator[Match]:
    """A redrive policy names no usable queue: a URL, a name, another service, itself, or nothing.

    SQS wants the ARN of another, existing queue and refuses the rest, so the whole queue is not
    created, or it runs with a dead-letter queue that was deleted and never sets a message aside.

    Fine to accept in no case that we know of.
    """
    if queue.redrive_policy is None:
        return
    target = queue.redrive_policy.target_arn
    if target.startswith("${"):
        raise UndeterminedError(f"{target} could not be resolved", TARGET_PATH)
    if problem := _problem(queue, target, graph):
        message = f"the redrive policy of {queue.label} names {problem}"
        yield Match(queue, message, TARGET_PATH, (target,))


def _problem(queue: Queue, target: str, graph: Graph) -> str | None:
    arn = Arn.parse(target)
    if arn is None:
        return "a URL, not an ARN" if "://" in target else "a queue by name, not by ARN"
    if arn.service != "sqs":
        return f"a resource of the service {arn.service}, not a queue"
    found = graph.find(target)
    if found is not None:
        return "the queue itself" if found.id == queue.id else None
    here = (queue.raw.account, queue.raw.region)
    in_this_account = None not in here and (arn.account, arn.region) == here
    # An account is read as a whole; a template may well name a queue of another stack.
    if in_this_account and target not in [other.arn for other in graph.all(Queue, arn.account)]:
        return "a queue that does not exist"
    return None


@rule(
    "SQS033",
    "dlq-mismatch",
    severity=Severity.HIGH,
    category=Category.RELIABILITY,
    guide=GUIDE,
    applies_to=Queue,
    remediation="""
        OrdersDlq:
          Type: AWS::SQS::Queue
          Properties:
            FifoQueue: true          # as the queue that uses it; leave out for standard queues

        Live: aws sqs create-queue --queue-name orders-dlq.fifo --attributes FifoQueue=true
    """,
)
def dlq_mismatch(queue: Queue, graph: Graph) -> Iterator[Match]:
    """A queue and its dead-letter queue differ in type, Region or account.

    SQS moves messages only from FIFO to FIFO and from standard to standard, inside one account and
    Region, and refuses every other redrive policy.

    Fine to accept in no case that we know of.
    """
    if queue.redrive_policy is None:
        return
    found = next((edge.target for edge in graph.outgoing(queue, EdgeKind.DEAD_LETTERS)), None)
    target = (found.arn if isinstance(found, Queue) else None) or queue.redrive_policy.target_arn
    there, here = Arn.parse(target), Arn.parse(queue.arn or "")
    if there is None or there.service != "sqs" or here is None:
        return
    fifo = found.fifo if isinstance(found, Queue) else there.resource.endswith(".fifo")
    differences = [
        f"{what}: {one} here, {other} there"
        for what, one, other in (
            ("type", _kind(queue.fifo), _kind(fifo)),
            ("Region", here.region, there.region),
            ("account", here.account, there.account),
        )
        if one != other and not symbolic(one + other)
    ]
    if differences:
        message = f"{queue.label} cannot use a dead-letter queue that differs from it"
        related = ((found, "the dead-letter queue"),) if isinstance(found, Queue) else ()
        yield Match(queue, message, TARGET_PATH, tuple(differences), related)


def _kind(fifo: bool) -> str:
    return "FIFO" if fifo else "standard"
