"""Each end of the decision tree, and the promises about what the advice shows."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from msgspec.structs import fields, replace

from auditor.advice import Limit, Needs, Pattern, advise, services
from auditor.cli.advise import FIT
from auditor.loading import load_rules

RULES = {rule.id for rule in load_rules()}
FLAGS = [each.name for each in fields(Needs) if each.name not in ("pattern", "rate", "region")]
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
        (Needs(JOBS, filtering=True, ordering=True), ["sqs-fifo", "sns-fifo"]),
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


# A call of PutEvents carries ten events; Regions of which nothing else is known have the least.
@pytest.mark.parametrize(
    ("needs", "region", "most"),
    [
        (Needs(EVENTS), "us-east-1", 30_000),
        (Needs(EVENTS), "eu-west-1", 9_000),
        (Needs(EVENTS), "sa-east-1", 300),
        (Needs(EVENTS), "", 300),
        (Needs(EVENTS, ordering=True), "us-east-1", 3_000),
        (Needs(EVENTS, filtering=True), "us-east-1", 18_750),
        (Needs(EVENTS, filtering=True), "ap-northeast-1", 2_250),
        (Needs(EVENTS, filtering=True), "", 750),
        (Needs(JOBS, ordering=True), "eu-central-1", 190_000),
    ],
)
def test_rate_beyond_the_default_of_the_region_binds(needs: Needs, region: str, most: int) -> None:
    def binding(rate: int) -> tuple[Limit, ...]:
        return advise(replace(needs, region=region, rate=rate)).binding

    assert binding(most) == ()
    (limit,) = binding(most + 1)
    assert limit.source


def test_what_made_no_difference_is_told() -> None:
    assert advise(Needs(REQUEST, ordering=True, rate=5)).unweighed == ("ordering", "rate")
    assert advise(Needs(WORKFLOW, low_cost=True, replay=True)).unweighed == ("replay",)
    assert advise(Needs(JOBS, low_latency=True)).unweighed == ("low_latency",)
    assert advise(Needs(EVENTS, filtering=True, low_cost=True)).unweighed == ()


@pytest.mark.parametrize("pattern", Pattern)
def test_what_is_told_to_make_no_difference_makes_none(pattern: Pattern) -> None:
    for flags in product((False, True), repeat=len(FLAGS)):
        given: dict[str, Any] = dict(zip(FLAGS, flags, strict=True))
        advice = advise(Needs(pattern, **given))
        weighed = {**given, **dict.fromkeys(advice.unweighed, False)}
        assert advise(Needs(pattern, **weighed)).services == advice.services


def test_rates_are_part_of_the_reasons() -> None:
    (stream,) = advise(Needs(EVENTS, streaming=True, rate=2_500)).reasons
    assert "2,500 records a second need 3 or more" in stream
    (slow,) = advise(Needs(EVENTS, streaming=True, rate=10)).reasons
    assert "a queue or topic costs less for so few" in slow
    _, other = advise(Needs(EVENTS, ordering=True, replay=True)).reasons
    assert "a FIFO topic with an ArchivePolicy can replay as well" in other
    (batched,) = advise(Needs(JOBS, ordering=True, rate=301)).reasons
    assert "above 300 messages a second in batches only" in batched


def test_every_limit_has_a_source_and_every_rule_exists() -> None:
    for service in services().values():
        assert all(limit.source for limit in service.limits)
        assert set(service.rules) <= RULES
    assert set(FIT) <= RULES
