"""Message move tasks: how dead-letter queues were last emptied."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from auditor.collectors.live.reader import Reader
from auditor.collectors.live.shapes import beside, pick
from auditor.resources import Queue
from auditor.resources.base import RawResource
from auditor.resources.sqs import MOVE_TASK
from auditor.values import Unknown

_TASK = (
    "ApproximateNumberOfMessagesMoved",
    "ApproximateNumberOfMessagesToMove",
    "FailureReason",
    "Status",
)
_HOUR = 3_600_000


def with_move_tasks(reader: Reader, resources: Sequence[RawResource]) -> Iterator[RawResource]:
    """The same resources; each dead-letter queue of another queue tells its last task.

    There is none for other queues: only from these can messages be moved (API
    StartMessageMoveTask).
    """
    dead = set(_targets(resources))
    named = [raw for raw in resources if raw.type == Queue.type and raw.id in dead]
    told = {raw.id: raw for raw in reader.each(lambda raw: _told(reader, raw), named)}
    return (told.get(raw.id, raw) for raw in resources)


def _targets(resources: Iterable[RawResource]) -> Iterator[str]:
    for raw in resources:
        redrive = raw.properties.get("RedrivePolicy")
        if raw.type == Queue.type and isinstance(redrive, Mapping):
            yield str(redrive.get("deadLetterTargetArn"))


def _told(reader: Reader, queue: RawResource) -> RawResource:
    answer = reader.detail("sqs:ListMessageMoveTasks", str(queue.name), SourceArn=queue.id)
    if isinstance(answer, Unknown):
        return beside(queue, MOVE_TASK, answer)
    tasks = answer["Results"] if answer else []
    return beside(queue, MOVE_TASK, transform(tasks[0], time.time())) if tasks else queue


def transform(task: Mapping[str, Any], now: float) -> dict[str, Any]:
    """A task; `now` is in seconds, when it started is told in milliseconds."""
    known = pick(task, _TASK)
    if known.get("Status") == "RUNNING":
        known["HoursRunning"] = int((now * 1000 - task["StartedTimestamp"]) // _HOUR)
    return known
