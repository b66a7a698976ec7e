"""Judges the resources of many accounts portion by portion, each against the whole graph.

What rules parse of a portion is let go of after it, and portions can be judged side by side. The
verdict is the one of judging all at once, in every detail.
"""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct

from auditor.engine import (
    Held,
    Verdict,
    finding_of,
    graph_of,
    looks,
    not_looked_at,
    results,
    to_be_judged,
    utilisation_of,
)
from auditor.findings import Finding, Gap, Outcome
from auditor.graph import Graph
from auditor.inventory import Unit
from auditor.processes import CAN_FORK, side_by_side
from auditor.resources.base import Resource
from auditor.rules import Rule
from auditor.tasks import Failure
from auditor.traffic import measured
from auditor.utilisation import NOTHING_MEASURED, Utilisation, merged

# So many resources are judged faster than another process is started.
PORTION = 4_000

Look = tuple[Rule[Any], type[Resource]]
# What was found in each look at a portion that found something, by the look's number.
Found = dict[int, list[Finding | Gap]]


class _Work(Struct, frozen=True):
    """What every portion is judged with; `own` are the resources by type, without the context."""

    unit: Unit
    graph: Graph
    looks: Sequence[Look]
    own: Mapping[type[Resource], Sequence[Resource]]
    portions: int
    has_metrics: bool


class _Portion(Struct, frozen=True):
    """What was found of one portion."""

    found: Found
    utilisation: Utilisation


def divisible(unit: Unit) -> bool:
    """Whether the unit is an account, or several, with more than one portion of resources."""
    return not unit.path and any(len(each.resources) > PORTION for each in unit.readings)


def judge_in_portions(
    unit: Unit, rules: Sequence[Rule[Any]], jobs: int, draw: bool = False
) -> Verdict:
    """Judge a unit with one reading, in up to `jobs` processes."""
    (reading,) = unit.readings
    graph = graph_of(reading)
    verdict = Verdict(gaps=[*unit.gaps, *not_looked_at(reading, rules)], edges=len(graph.edges))
    portions = -(-len(reading.resources) // PORTION)
    own = to_be_judged(graph, reading)
    has_metrics = measured(reading.resources)
    work = _Work(unit, graph, tuple(looks(rules, reading, own)), own, portions, has_metrics)
    judged = _judged(work, min(jobs, portions))
    verdict.utilisation = merged(each.utilisation for each in judged)
    for result in _in_order([each.found for each in judged], len(work.looks)):
        (verdict.gaps if isinstance(result, Gap) else verdict.findings).append(result)  # type: ignore[arg-type]
    verdict.findings = list(_without_repetitions(verdict.findings))
    verdict.subjects = {(unit.source, raw.id) for raw in reading.resources}
    verdict.resources = len(verdict.subjects)
    verdict.types = Counter(raw.type for raw in reading.resources)
    verdict.gaps = list(dict.fromkeys(verdict.gaps))
    if draw:
        from auditor.drawing import architecture

        verdict.architecture = architecture(unit.path, [graph], verdict.findings)
    return verdict


def _judged(work: _Work, jobs: int) -> list[_Portion]:
    numbers = range(work.portions)
    gc.freeze()  # looking for garbage in a graph takes time, and copies it for each process
    try:
        if jobs > 1 and CAN_FORK:
            found = side_by_side(_judge, work, numbers, jobs)
            # Processes are killed most likely for memory: one needs less.
            return [
                _judge(work, number) if isinstance(each, Failure) else each
                for number, each in zip(numbers, found, strict=True)
            ]
        return [_judge(work, number) for number in numbers]
    finally:
        gc.unfreeze()


def _judge(work: _Work, number: int) -> _Portion:
    part = {
        cls: each[len(each) * number // work.portions : len(each) * (number + 1) // work.portions]
        for cls, each in work.own.items()
    }
    found: Found = {}
    for position, (rule, cls) in enumerate(work.looks):
        for result in results(rule, part.get(cls, ()), work.graph):
            kept = result if isinstance(result, Gap) else _finding(result, work.unit)
            found.setdefault(position, []).append(kept)
    used = utilisation_of(part) if work.has_metrics else NOTHING_MEASURED
    for resources in part.values():
        for resource in resources:
            resource.forget()
    return _Portion(found, used)


def _finding(item: Held, unit: Unit) -> Finding:
    item.readings[0] = None
    return finding_of(item, unit, [0])


def _in_order(found: Sequence[Found], looks_taken: int) -> Iterator[Finding | Gap]:
    """As if each rule had looked at all resources before the next one did."""
    for position in range(looks_taken):
        for portion in found:
            yield from portion.get(position, ())


def _without_repetitions(findings: Sequence[Finding]) -> Iterator[Finding]:
    """Each finding once, and no undetermined one of a rule that is sure about the resource."""
    unique = {(item.fingerprint, item.outcome): item for item in reversed(findings)}
    sure = {(item.rule, item.resource.id) for item in findings if item.outcome is Outcome.VIOLATION}
    for item in findings:
        first = unique.pop((item.fingerprint, item.outcome), None)
        if first is not None and (
            item.outcome is Outcome.VIOLATION or (item.rule, item.resource.id) not in sure
        ):
            yield first
