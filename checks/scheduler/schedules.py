"""What becomes of a schedule that cannot reach its target."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.arns import Arn
from auditor.findings import Category, Match, Severity
from auditor.graph import Edge, EdgeKind, External, Graph
from auditor.policy import Doubts
from auditor.resources import Queue, Resource, Schedule
from auditor.rules import rule
from auditor.values import UndeterminedError, Unknown

TARGET = ("Target", "Arn")
DEAD_LETTERS = ("Target", "DeadLetterConfig", "Arn")


@rule(
    "SCH001",
    "fragile-schedule",
    severity=Severity.MEDIUM,
    category=Category.RELIABILITY,
    guide="Key Components (lines 336-340)",
    applies_to=Schedule,
    remediation="""
        ReminderSchedule:
          Type: AWS::Scheduler::Schedule
          Properties:
            Target:
              Arn: !GetAtt RemindersQueue.Arn
              RoleArn: !GetAtt SchedulerRole.Arn
              DeadLetterConfig:
                Arn: !GetAtt SchedulerDlq.Arn      # a standard queue
              RetryPolicy:
                MaximumRetryAttempts: 10

        Live: aws scheduler update-schedule --name NAME --schedule-expression EXPRESSION
        --flexible-time-window Mode=OFF --target file://target.json
    """,
)
def fragile_schedule(schedule: Schedule, graph: Graph) -> Iterator[Match]:
    """A schedule loses invocations without a trace, or its queue cannot take them.

    Scheduler retries for a day and then drops the invocation, unless there is a dead-letter queue;
    what runs once is then never done, while a recurring schedule comes again and counts less. The
    dead-letter queue has to be a standard queue, and a FIFO queue as target needs a message group.
    Disabled schedules are exempt.

    Fine to accept where the next run makes good for the one that was missed.
    """
    if schedule.state == "DISABLED":
        return
    doubts = Doubts()
    for part in (_lost(schedule), _dead_letters(schedule, graph), _group(schedule, graph)):
        with doubts:
            yield from part
    doubts.settle()


def _dead_letters(schedule: Schedule, graph: Graph) -> Iterator[Match]:
    if _names_fifo_queue(schedule, graph, EdgeKind.DEAD_LETTERS):
        message = f"{schedule.label} cannot use a FIFO queue for its dead letters"
        yield Match(schedule, message, DEAD_LETTERS, severity=Severity.HIGH)


def _group(schedule: Schedule, graph: Graph) -> Iterator[Match]:
    if not _has_group(schedule) and _names_fifo_queue(schedule, graph, EdgeKind.DELIVERS):
        message = f"{schedule.label} names no message group for its FIFO queue"
        path = ("Target", "SqsParameters", "MessageGroupId")
        yield Match(schedule, message, path, severity=Severity.HIGH)


def _lost(schedule: Schedule) -> Iterator[Match]:
    target = schedule.target
    if target.has("DeadLetterConfig"):
        return
    if target.retry_policy is not None and target.retry_policy.attempts == 0:
        message = f"{schedule.label} does not retry, and drops what its target does not take"
        yield Match(schedule, message, ("Target", "RetryPolicy"), ("MaximumRetryAttempts 0",))
        return
    once = schedule.expression.startswith("at(")
    message = f"{schedule.label} drops failed invocations without a trace"
    severity = None if once else Severity.LOW
    yield Match(schedule, message, DEAD_LETTERS[:2], severity=severity)


def _names_fifo_queue(schedule: Schedule, graph: Graph, kind: EdgeKind) -> bool:
    path = TARGET if kind is EdgeKind.DELIVERS else DEAD_LETTERS
    edges = graph.outgoing(schedule, kind)
    return any(_is_fifo_queue(edge) for edge in edges if edge.path == path)


def _is_fifo_queue(edge: Edge) -> bool:
    end = edge.target
    if isinstance(end, Queue):
        return end.fifo
    if isinstance(end, Resource):
        return False
    arn = Arn.parse(end.reference if isinstance(end, External) else end.text or "")
    queue = arn.resource if arn and arn.service == "sqs" else ""
    if isinstance(end, Unknown) and (arn is None or queue.endswith("}")):
        raise UndeterminedError(end.reason, edge.path)
    return queue.endswith(".fifo")


def _has_group(schedule: Schedule) -> bool:
    parameters = schedule.target.sqs_parameters
    return parameters is not None and parameters.has("MessageGroupId")
