"""From readings and rules to findings: merging, doubts, crashes, fingerprints."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from auditor.audit import Gate, audit
from auditor.engine import judge
from auditor.errors import ExitStatus
from auditor.findings import Category, Confidence, Finding, Gap, Match, Outcome, Severity
from auditor.graph import Graph
from auditor.inventory import Reading, Unit
from auditor.loading import load_rules
from auditor.report import Report, Source
from auditor.resources import TYPES, Queue, RawResource
from auditor.rules import Rule, rule
from auditor.values import Readable, UndeterminedError
from tests.template.reading import unit

Body = Callable[[Queue, Graph], Iterator[Match]]


def declared(body: Body, id_: str = "TST001", name: str = "queue-tested") -> Rule[Queue]:
    make = rule(
        id_,
        name,
        severity=Severity.HIGH,
        category=Category.COST,
        guide="-",
        remediation="-",
        applies_to=Queue,
    )
    return make(body)


def slow(queue: Queue, graph: Graph) -> Iterator[Match]:
    """Its delay is long."""
    if queue.delay_seconds > 10:
        yield Match(queue, "slow", ("DelaySeconds",))


def queue(id_: str = "Q", **properties: object) -> RawResource:
    return RawResource("AWS::SQS::Queue", id_, properties)


def readings(*delays: object) -> Unit:
    """A queue whose delay depends on the reading; `...` is a reading without the queue."""
    return Unit(
        "t.yaml",
        tuple(
            Reading(() if delay is ... else (queue(DelaySeconds=delay),), label=f"Case={number}")
            for number, delay in enumerate(delays)
        ),
    )


def findings(unit_: Unit, *rules: Rule[Any]) -> list[Finding]:
    return judge(unit_, rules or (declared(slow),)).findings


@pytest.mark.parametrize(
    ("delays", "when"),
    [
        ((60,), None),
        ((60, 60), None),
        ((60, 1), "Case=0"),
        ((1, 60, 60), "Case=1 or Case=2"),
        ((60, ...), None),
        ((60, 1, ...), "Case=0"),
    ],
)
def test_readings_are_merged(delays: tuple[object, ...], when: str | None) -> None:
    (finding,) = findings(readings(*delays))
    assert (finding.when, finding.outcome) == (when, Outcome.VIOLATION)


def test_no_match_is_no_finding() -> None:
    assert findings(readings(1, 2, ...)) == []


def test_value_that_cannot_be_read_is_undetermined() -> None:
    (finding,) = findings(readings("later"))
    assert finding.outcome is Outcome.UNDETERMINED
    assert finding.confidence is Confidence.LOW
    assert finding.property == "Properties.DelaySeconds"
    assert finding.message == 'DelaySeconds should be a whole number, but it is "later"'


def test_doubt_gives_way_to_certainty_elsewhere() -> None:
    (finding,) = findings(readings("later", 60))
    assert (finding.outcome, finding.when) == (Outcome.VIOLATION, "Case=1")


def test_doubt_in_some_readings_says_in_which() -> None:
    (finding,) = findings(readings("later", 1))
    assert (finding.outcome, finding.when) == (Outcome.UNDETERMINED, "Case=0")


def test_same_match_twice_counts_once() -> None:
    def twice(queue: Queue, graph: Graph) -> Iterator[Match]:
        """Says everything twice."""
        yield from slow(queue, graph)
        yield from slow(queue, graph)

    (finding,) = findings(readings(60, 1), declared(twice))
    assert finding.when == "Case=0"


def test_rule_that_crashes_is_a_gap_and_hides_nothing() -> None:
    def crashing(queue: Queue, graph: Graph) -> Iterator[Match]:
        """Crashes on the first queue."""
        if queue.id == "A":
            raise KeyError("surprise")
        yield Match(queue, "reached")

    both = Unit("t.yaml", (Reading((queue("A", DelaySeconds=60), queue("B"))),))
    verdict = judge(both, (declared(crashing), declared(slow, "TST002", "queue-slow")))
    assert [(item.rule, item.resource.id) for item in verdict.findings] == [
        ("TST001", "B"),
        ("TST002", "A"),
    ]
    (gap,) = verdict.gaps
    assert gap.what == "rule TST001 on A"
    assert "KeyError: 'surprise'" in gap.reason


def test_crash_in_every_reading_is_one_gap() -> None:
    def crashing(queue: Queue, graph: Graph) -> Iterator[Match]:
        """Crashes."""
        yield Match(queue, str(1 / len(queue.properties.get("Nothing", ""))))

    assert len(judge(readings(1, 2, 3), [declared(crashing)]).gaps) == 1


def test_context_is_not_judged() -> None:
    around = Reading((queue("Own"),), context=(queue("Other", DelaySeconds=60),))
    assert findings(Unit("t.yaml", (around,))) == []


def test_match_overrides_severity_and_confidence() -> None:
    def milder(queue: Queue, graph: Graph) -> Iterator[Match]:
        """Says that it is not so bad."""
        yield Match(queue, "-", severity=Severity.LOW, confidence=Confidence.MEDIUM)

    (finding,) = findings(readings(1), declared(milder))
    assert (finding.severity, finding.confidence) == (Severity.LOW, Confidence.MEDIUM)


TEMPLATE = """Resources:
  A: {Type: AWS::SQS::Queue}
  B:
    Type: AWS::SQS::Queue
    Properties: {RedrivePolicy: {deadLetterTargetArn: x, maxReceiveCount: 1}}
  T: {Type: AWS::SNS::Topic}
  P:
    Type: AWS::SNS::TopicPolicy
    Properties:
      Topics: [!Ref T]
      PolicyDocument:
        Statement:
          - {Effect: Allow, Principal: '*', Action: 'sns:*', Resource: '*'}
          - {Effect: Allow, Principal: '*', Action: 'sns:Publish', Resource: '*'}
"""


def identities(folder: Path, template: str) -> list[tuple[str, str, str]]:
    found = judge(unit(folder, template), load_rules()).findings
    return sorted((item.fingerprint, item.rule, item.resource.id) for item in found)


def test_fingerprints_are_unique_and_survive_moving_lines(tmp_path: Path) -> None:
    before = identities(tmp_path, TEMPLATE)
    moved = "# moved\n\n" + TEMPLATE.replace("  T:", "\n\n  # a topic\n  T:")
    assert len({fingerprint for fingerprint, _, _ in before}) == len(before) > 3
    assert identities(tmp_path, moved) == before


def test_fingerprints_tell_files_resources_and_rules_apart(tmp_path: Path) -> None:
    before = identities(tmp_path, TEMPLATE)
    after = identities(tmp_path, TEMPLATE.replace("  A:", "  C:"))
    assert {id_ for _, _, id_ in set(before) - set(after)} == {"A"}
    assert {id_ for _, _, id_ in set(after) - set(before)} == {"C"}
    (tmp_path / "other").mkdir()
    elsewhere = identities(tmp_path / "other", TEMPLATE)
    assert {item for item, _, _ in before}.isdisjoint(item for item, _, _ in elsewhere)


WRONG: list[object] = [
    3, -1, 1.5, True, None, "", "text", "{", "[]", "{}", "arn:aws:sqs:::", "${", [], [1], [None],
    [[]], {}, {"a": 1}, {"Ref": 1}, [{}], [{"a": []}],
]  # fmt: skip


def fields(cls: type[Any]) -> list[str]:
    return [value.name for value in vars(cls).values() if isinstance(value, Readable)]


# What linkers read without a typed field.
UNTYPED = (
    "PolicyDocument", "Definition", "DefinitionString", "EventPattern", "Targets", "Target",
    "RedrivePolicy", "Subscription", "Dimensions", "Metrics", "AlarmActions", "AlarmRule",
    "NotificationConfiguration", "TopicRulePayload", "TargetParameters", "SourceParameters",
    "DestinationConfig", "FilterPolicy", "KeyPolicy", "AssumeRolePolicyDocument",
)  # fmt: skip


@pytest.mark.parametrize("type_", sorted(TYPES))
def test_wrong_values_crash_neither_linkers_nor_rules(type_: str) -> None:
    names = [*fields(TYPES[type_]), *UNTYPED]
    resources = [
        RawResource(type_, f"R{number}", dict.fromkeys(names, wrong))
        for number, wrong in enumerate(WRONG)
    ]
    verdict = judge(Unit("t.yaml", (Reading(tuple(resources)),)), load_rules())
    assert verdict.gaps == []


class Units:
    def __init__(self, *units: Unit) -> None:
        self.units = units

    def collect(self) -> Iterator[Unit]:
        yield from self.units


def audited(*units: Unit) -> Report:
    source = Source("template", {"paths": ("t.yaml",)})
    return audit(Units(*units), [declared(slow)], source, lambda _: None)


BROKEN = Unit("", (), (Gap("b.yaml", "broken"),))


@pytest.mark.parametrize(
    ("units", "gate", "status"),
    [
        ((readings(1),), Gate(), ExitStatus.PASSED),
        ((readings(60),), Gate(), ExitStatus.FINDINGS),
        ((readings(60),), Gate("critical"), ExitStatus.PASSED),
        ((readings(60),), Gate("never"), ExitStatus.PASSED),
        ((readings(60),), Gate(exit_zero=True), ExitStatus.PASSED),
        ((readings("later"),), Gate(), ExitStatus.PASSED),
        ((readings("later"),), Gate(strict=True), ExitStatus.FINDINGS),
        ((readings("later"),), Gate("never", strict=True), ExitStatus.FINDINGS),
        ((readings(1), BROKEN), Gate(), ExitStatus.GAPS),
        ((readings(1), BROKEN), Gate(allow_gaps=True), ExitStatus.PASSED),
        ((readings(60), BROKEN), Gate(), ExitStatus.FINDINGS),
        ((BROKEN,), Gate(), ExitStatus.NOTHING_AUDITED),
        ((BROKEN,), Gate(exit_zero=True, allow_gaps=True), ExitStatus.NOTHING_AUDITED),
        ((), Gate(), ExitStatus.NOTHING_AUDITED),
    ],
)
def test_gate(units: tuple[Unit, ...], gate: Gate, status: ExitStatus) -> None:
    assert gate.status(audited(*units)) is status


def test_unread_types_are_gaps_of_the_rules_that_judge_them() -> None:
    unread: Mapping[str, str] = {"AWS::SQS::Queue": "denied", "AWS::SNS::Topic": "denied"}
    verdict = judge(Unit("", (Reading((), unread),)), [declared(slow)])
    assert [(gap.what, gap.reason) for gap in verdict.gaps] == [
        ("AWS::SQS::Queue for TST001", "denied")
    ]


def test_doubt_keeps_its_reason() -> None:
    def doubting(queue: Queue, graph: Graph) -> Iterator[Match]:
        """Cannot tell."""
        yield from nobody_knows()

    def nobody_knows() -> Iterator[Match]:
        raise UndeterminedError("nobody knows", ("RedrivePolicy", "maxReceiveCount"))

    (finding,) = findings(readings(1), declared(doubting))
    assert finding.message == "nobody knows"
    assert finding.property == "Properties.RedrivePolicy.maxReceiveCount"
