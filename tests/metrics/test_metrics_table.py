"""The table of metrics: complete enough to judge alarms by."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import auditor.data.metrics as module
from auditor.data.metrics import namespaces


def test_every_namespace_names_its_sources() -> None:
    table = json.loads(Path(module.__file__).with_name("metrics.json").read_text())
    for entry in table["namespaces"].values():
        assert entry["sources"]
        assert set(entry["sources"]) <= set(table["sources"])


def test_failures_are_metrics_of_their_namespace() -> None:
    for namespace in namespaces().values():
        assert namespace.failures <= set(namespace.metrics)


@pytest.mark.parametrize(
    ("namespace", "metric", "meant"),
    [
        ("AWS/SQS", "ApproximateNumberOfVisibleMessages", "ApproximateNumberOfMessagesVisible"),
        ("AWS/SQS", "ApproximateNumberOfMessages", "ApproximateNumberOfMessagesVisible"),
        ("AWS/Kinesis", "IteratorAgeMillisecond", "IteratorAgeMilliseconds"),
        ("AWS/States", "ExecutionFailed", "ExecutionsFailed"),
        ("AWS/Events", "failedinvocations", "FailedInvocations"),
        ("AWS/SNS", "OrdersPlaced", None),
    ],
)
def test_similar_names(namespace: str, metric: str, meant: str | None) -> None:
    known = namespaces()[namespace]
    assert not known.knows(metric)
    assert known.similar(metric) == meant


def test_names_with_error_codes_are_known() -> None:
    known = namespaces()["AWS/Scheduler"]
    assert known.knows("InvocationsSentToDeadLetterCount_Anything.New")
    assert not known.knows("Anything_InvocationsSentToDeadLetterCount")


def test_dimension_sets() -> None:
    sqs = namespaces()["AWS/SQS"]
    assert sqs.metrics["ApproximateAgeOfOldestMessage"] == (frozenset({"QueueName"}),)
    assert sqs.dimensions() == {"QueueName"}
    assert frozenset() in namespaces()["AWS/States"].metrics["ExecutionsFailed"]
