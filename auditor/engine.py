"""Runs rules over graphs and turns what they yield into findings."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any
from weakref import proxy

from msgspec import Struct, field

from auditor.architecture import NOTHING_DRAWN, Architecture
from auditor.arns import symbolic
from auditor.findings import (
    Confidence,
    Finding,
    Gap,
    Match,
    Outcome,
    Related,
    Subject,
    fingerprint,
)
from auditor.graph import Graph
from auditor.inventory import Reading, Unit
from auditor.linking import build_graph
from auditor.resources.base import RawResource, Resource
from auditor.rules import Rule
from auditor.tags import LOGICAL_ID, STACK, tags_of
from auditor.traffic import measured
from auditor.utilisation import NOTHING_MEASURED, Utilisation, merged
from auditor.values import UndeterminedError, dotted
from auditor.ways import with_way

Key = tuple[str, str, str, str, Outcome]


class Verdict(Struct):
    """The outcome of one or more units.

    Of the configuration's suppressions, `used` are the numbers of those that matched a finding and
    `named` of those whose resource was there. `subjects` are the resources, by template.
    """

    findings: list[Finding] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    resources: int = 0
    edges: int = 0
    used: set[int] = field(default_factory=set)
    named: set[int] = field(default_factory=set)
    subjects: set[tuple[str, str]] = field(default_factory=set)
    types: Counter[str] = field(default_factory=Counter)
    architecture: Architecture = NOTHING_DRAWN
    utilisation: Utilisation = NOTHING_MEASURED

    def add(self, other: Verdict) -> None:
        """Take in the verdict of another unit."""
        self.findings += other.findings
        self.gaps += other.gaps
        self.resources += other.resources
        self.edges += other.edges
        self.used |= other.used
        self.named |= other.named
        self.subjects |= other.subjects
        self.types += other.types
        if other.utilisation.rows:
            self.utilisation = merged((self.utilisation, other.utilisation))


class Held(Struct):
    """A match and the readings in which it held."""

    rule: Rule[Any]
    match: Match
    outcome: Outcome
    readings: dict[int, None] = field(default_factory=dict)


def judge(unit: Unit, rules: Sequence[Rule[Any]], draw: bool = False) -> Verdict:
    """Judge a unit under each of its readings and merge what they have in common.

    `draw` asks for the architecture too, which costs as much as some rules do.
    """
    verdict = Verdict(gaps=list(unit.gaps))
    held: dict[Key, Held] = {}
    present: dict[str, list[int]] = defaultdict(list)
    graphs = [graph_of(reading) for reading in unit.readings]
    # Graphs that held each other would outlive the unit.
    readings = [proxy(graph) for graph in graphs]
    for number, (reading, graph) in enumerate(zip(unit.readings, graphs, strict=True)):
        graph.readings = readings
        verdict.gaps += not_looked_at(reading, rules)
        verdict.edges = max(verdict.edges, len(graph.edges))
        for raw in reading.resources:
            present[raw.id].append(number)
        own = to_be_judged(graph, reading)
        for rule, cls in looks(rules, reading, own):
            for result in results(rule, own[cls], graph):
                if isinstance(result, Gap):
                    verdict.gaps.append(result)
                else:
                    item = held.setdefault(_key(result), result)
                    item.readings[number] = None
        verdict.types |= Counter(raw.type for raw in reading.resources)
        if measured(reading.resources):
            verdict.utilisation = utilisation_of(own)
    verdict.resources = len(present)
    verdict.subjects = {(unit.source, id_) for id_ in present}
    verdict.findings = [
        finding_of(item, unit, present[item.match.resource.id])
        for item in _without_doubts(held.values())
    ]
    verdict.gaps = list(dict.fromkeys(verdict.gaps))
    if draw:
        from auditor.drawing import architecture

        verdict.architecture = architecture(unit.path, graphs, verdict.findings)
    return verdict


def graph_of(reading: Reading) -> Graph:
    """The graph of everything in a reading."""
    resources = (*reading.resources, *reading.context)
    return build_graph(resources, reading.unread, reading.unread_in)


def to_be_judged(graph: Graph, reading: Reading) -> dict[type[Resource], list[Resource]]:
    """The resources of a reading by type, without those that are only its context."""
    if not reading.context:
        return graph.index.by_type
    context = {raw.id for raw in reading.context}
    return {
        cls: [each for each in found if each.id not in context]
        for cls, found in graph.index.by_type.items()
    }


def utilisation_of(resources: Mapping[type[Resource], Iterable[Resource]]) -> Utilisation:
    """How much of their limits resources use whose metrics were read."""
    # Templates have no metrics, so that most runs need none of it.
    from auditor.gauges import utilisation

    return utilisation(chain.from_iterable(resources.values()))


def looks(
    rules: Sequence[Rule[Any]], reading: Reading, types: Container[type[Resource]]
) -> Iterator[tuple[Rule[Any], type[Resource]]]:
    """Each rule that can be applied to a reading, with each of the types that it judges."""
    has_metrics = measured(reading.resources)
    for rule in rules:
        if has_metrics or not rule.needs:
            for cls in rule.applies_to:
                if cls in types:
                    yield rule, cls


def results(rule: Rule[Any], resources: Iterable[Resource], graph: Graph) -> Iterator[Held | Gap]:
    """What a rule says of each resource; a gap where it fails."""
    run = rule.run
    for resource in resources:
        try:
            for match in run(resource, graph):
                yield Held(rule, with_way(match, graph), Outcome.VIOLATION)
        except UndeterminedError as doubt:
            yield Held(rule, Match(resource, doubt.reason, doubt.path), Outcome.UNDETERMINED)
        except Exception as error:  # one broken rule must not hide what the others find
            yield _crash(rule, resource, error)


def _key(item: Held) -> Key:
    match = item.match
    path = dotted(match.path)
    return item.rule.id, match.resource.id, path, match.discriminator, item.outcome


def not_looked_at(reading: Reading, rules: Sequence[Rule[Any]]) -> Iterator[Gap]:
    """Types that rules judge, but that were not (or not completely) read."""
    everywhere = (reading.unread, *reading.unread_in.values())
    for type_, reason in chain.from_iterable(unread.items() for unread in everywhere):
        blind = [rule.id for rule in rules if any(cls.type == type_ for cls in rule.applies_to)]
        if blind:
            yield Gap(f"{type_} for {', '.join(blind)}", reason)


def _crash(rule: Rule[Any], resource: Resource, error: Exception) -> Gap:
    reason = f"the rule failed with {type(error).__name__}: {error}; please report this bug"
    return Gap(f"rule {rule.id} on {resource.id}", reason, location=resource.raw.locate(()))


def _without_doubts(items: Iterable[Held]) -> list[Held]:
    """Drop an undetermined result where the same rule is sure about the resource elsewhere."""
    held = list(items)
    sure = {
        (item.rule.id, item.match.resource.id) for item in held if item.outcome is Outcome.VIOLATION
    }
    return [
        item
        for item in held
        if item.outcome is Outcome.VIOLATION or (item.rule.id, item.match.resource.id) not in sure
    ]


def finding_of(item: Held, unit: Unit, present: list[int]) -> Finding:
    """The finding of a match; `present` are the readings that have the resource."""
    rule, match, raw = item.rule, item.match, item.match.resource.raw
    property_ = f"Properties.{dotted(match.path)}" if match.path else ""
    doubtful = item.outcome is Outcome.UNDETERMINED
    return Finding(
        rule=rule.id,
        name=rule.name,
        severity=rule.severity_of(match),
        category=rule.category,
        outcome=item.outcome,
        confidence=Confidence.LOW if doubtful else match.confidence or rule.confidence,
        resource=subject_of(raw),
        message=match.message,
        property=property_,
        location=raw.locate(match.path),
        evidence=match.evidence,
        related=tuple(_related(place, note) for place, note in match.related),
        remediation=rule.remediation,
        guide=rule.guide,
        fingerprint=fingerprint(rule.id, unit.source, raw.id, property_, match.discriminator),
        when=_when(list(item.readings), present, unit),
        source=unit.source,
        steps=tuple(_related(place, note) for place, note in match.steps),
        usage=match.usage,
    )


def _when(readings: list[int], present: list[int], unit: Unit) -> str | None:
    if len(readings) >= len(present):
        return None
    labels = [unit.readings[number].label or "" for number in readings]
    return " or ".join(dict.fromkeys(filter(None, labels))) or None


def subject_of(raw: RawResource) -> Subject:
    """The resource as reports name it."""
    tags = tags_of(raw)
    return Subject(
        type=raw.type,
        id=raw.id,
        name=raw.name if isinstance(raw.name, str) and not symbolic(raw.name) else None,
        arn=raw.arn if raw.arn and not symbolic(raw.arn) else None,
        account=raw.account,
        region=raw.region,
        construct=raw.construct,
        stack=tags.get(STACK),
        logical_id=tags.get(LOGICAL_ID),
    )


def _related(place: Resource, note: str) -> Related:
    return Related(place.id, note, place.raw.locate(()))
