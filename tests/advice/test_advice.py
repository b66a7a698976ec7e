"""Each end of the decision tree, and the promises about what the advice shows."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from msgspec.structs import fields, replace

from auditor.advice import Needs, Pattern, advise, services
from auditor.cli.advise import FIT
from auditor.loading import load_rules

RULES = {rule.id for rule in load_rules()}
FLAGS = [each.name for each in fields(Needs) if each.name not in ("pattern", "rate")]
EVENTS, JOBS, WORKFLOW, REQUEST = Pattern


def names(needs: Needs) -> list[str]:
    keys = {service: key for key, service in services().items()}
    return [keys[service] for service in advise(needs).services]


@pytest.mark.parametrize(
    ("needs", "expected"),
    [
        (Needs(EVENTS), ["sns"]),
        (Needs(EVENTS, fan_out=True), ["sns"]),
        (Needs(EVENTS, fan_out=True, ordering=True), ["sns-fifo"]),
        (Needs(EVENTS, filtering=True), ["events"]),
        (Needs(EVENTS, filtering=True, ordering=True), ["sns-fifo"]),
        (Needs(EVENTS, filtering=True, low_cost=True), ["sns"]),
        (Needs(EVENTS, filtering=True, replay=True, low_cost=True), ["events"]),
        (Needs(EVENTS, replay=True), ["events"]),
        (Needs(EVENTS, replay=True, ordering=True), ["kinesis"]),
        (Needs(EVENTS, streaming=True), ["kinesis"]),
        (Needs(JOBS), ["sqs"]),
        (Needs(JOBS, rate=1_000_000), ["sqs"]),
        (Needs(JOBS, ordering=True), ["sqs-fifo"]),
        (Needs(JOBS, ordering=True, rate=3_001), ["sqs-fifo-high"]),
        (Needs(JOBS, fan_out=True), ["sns", "sqs"]),
        (Needs(JOBS, fan_out=True, ordering=True), ["sns-fifo", "sqs-fifo"]),
        (Needs(JOBS, filtering=True), ["sqs", "sns"]),
        (Needs(JOBS, replay=True), ["kinesis"]),
        (Needs(WORKFLOW), ["states-standard"]),
        (Needs(WORKFLOW, low_latency=True), ["states-express"]),
        (Needs(WORKFLOW, fan_out=True), ["states-standard", "sns"]),
        (Needs(REQUEST), ["request"]),
    ],
)
def test_ends_of_the_tree(needs: Needs, expected: list[str]) -> None:
    assert names(needs) == expected


@pytest.mark.parametrize("pattern", Pattern)
def test_every_combination_has_an_answer_with_reasons(pattern: Pattern) -> None:
    for flags in product((False, True), repeat=len(FLAGS)):
        given: dict[str, Any] = dict(zip(FLAGS, flags, strict=True))
        advice = advise(replace(Needs(pattern, rate=5_000), **given))
        assert advice.services
        assert all(advice.reasons)
        assert len(set(advice.services)) == len(advice.services)


def test_rate_beyond_a_limit_binds() -> None:
    assert advise(Needs(EVENTS, fan_out=True, rate=30_000)).binding == ()
    (limit,) = advise(Needs(EVENTS, fan_out=True, rate=30_001)).binding
    assert limit.says.startswith("30,000 messages a second in us-east-1")


def test_every_limit_has_a_source_and_every_rule_exists() -> None:
    for service in services().values():
        assert all(limit.source for limit in service.limits)
        assert set(service.rules) <= RULES
    assert set(FIT) <= RULES
