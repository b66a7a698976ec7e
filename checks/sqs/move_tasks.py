"""Moving messages out of dead-letter queues."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.findings import Category, Match, Severity
from auditor.graph import Graph
from auditor.resources import Queue
from auditor.resources.sqs import MOVE_TASK, MoveTask
from auditor.rules import rule

# SQS ends a task after 36 hours (its quotas); our choice is to tell in time.
_LONG_HOURS = 24


@rule(
    "SQS039",
    "redrive-not-finished",
    severity=Severity.LOW,
    category=Category.OPERATIONS,
    guide="Dead Letter Queue Setup (lines 109-144)",
    applies_to=Queue,
    remediation="""
        Mend what the failure says, and start the task again; or cancel it, and look for what sends
        the messages back.

        Live: aws sqs list-message-move-tasks --source-arn DLQ_ARN
        aws sqs start-message-move-task --source-arn DLQ_ARN
        aws sqs cancel-message-move-task --task-handle HANDLE
    """,
)
def redrive_not_finished(queue: Queue, _graph: Graph) -> Iterator[Match]:
    """Somebody began to move messages out of a dead-letter queue, and that failed or does not end.

    What was not moved still lies there and expires. A task that runs for a day mostly goes in
    circles, as the messages fail again. Known for live queues only.

    Fine to accept once the queue was emptied in another way.
    """
    task = queue.move_task
    if task and (problem := _problem(task)):
        message = f"moving messages out of {queue.label} {problem}"
        evidence = (task.failure_reason,) if task.failure_reason else ()
        yield Match(queue, message, (MOVE_TASK,), (*evidence, f"{task.moved} messages were moved"))


def _problem(task: MoveTask) -> str | None:
    if task.status == "FAILED":
        return "failed"
    if task.status == "RUNNING" and task.hours_running >= _LONG_HOURS:
        return f"has gone on for {task.hours_running} hours"
    return None
