"""Judging in portions, side by side or not, gives what judging all at once gives."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from msgspec.structs import replace

from auditor.audit import audit
from auditor.drawing import architecture
from auditor.engine import graph_of, judge
from auditor.findings import Category, Gap, Match, Severity
from auditor.graph import Graph
from auditor.inventory import Reading, Unit
from auditor.loading import load_rules
from auditor.portions import judge_in_portions
from auditor.report import Source
from auditor.resources import Queue, RawResource
from auditor.rules import Rule, rule
from auditor.values import Block, UndeterminedError, Unknown
from benchmarks.organization import Account, resources
from reports.json import JsonReporter

ACCOUNTS, SIZE = 3, 70
IDS = tuple(Account(number).id for number in range(ACCOUNTS))
FORBIDDEN = Unknown("sqs:GetQueueAttributes: AccessDenied")


@rule(
    "TST001", "sometimes-broken", severity=Severity.LOW, category=Category.COST, guide="None",
    applies_to=(Queue,), remediation="None.",
)  # fmt: skip
def sometimes_broken(queue: Queue, graph: Graph) -> Iterator[Match]:
    """It fails, doubts, and reports one match of several queues."""
    if queue.label == "orders-1":
        raise ZeroDivisionError
    if queue.label.startswith("orders-2"):
        raise UndeterminedError("who knows")
    yield Match(graph.resources(Queue)[0], "seen from everywhere")


RULES: list[Rule[Any]] = [*load_rules(), sometimes_broken]


def organization() -> Unit:
    """Accounts with edges between them, a queue that could not be read, and a denied list."""
    found = list(resources(ACCOUNTS, SIZE))
    hidden = next(n for n, raw in enumerate(found) if raw.type == Queue.type)
    found[hidden] = replace(found[hidden], properties=Block({}, unread=FORBIDDEN))
    mapping = RawResource(
        "AWS::Lambda::EventSourceMapping", "arn:doubt", {"EventSourceArn": Unknown("hidden")},
        account=IDS[2],
    )  # fmt: skip
    managed = RawResource("AWS::IAM::ManagedPolicy", "arn:aws:iam::aws:policy/Any", {}, "Any")
    unread = {IDS[1]: {"AWS::SNS::Subscription": "sns:ListSubscriptions: AccessDenied"}}
    reading = Reading((*found, mapping), {}, (managed,), unread_in=unread)
    return Unit("", (reading,), (Gap("a list", "denied"),), IDS, ("eu-west-1",))


UNIT = organization()


@pytest.mark.parametrize(("jobs", "portion"), [(1, 7), (2, 50), (3, 10_000)])
def test_the_verdict_is_the_same(jobs: int, portion: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("auditor.portions.PORTION", portion)
    whole = judge(UNIT, RULES, draw=True)
    divided = judge_in_portions(UNIT, RULES, jobs, draw=True)
    assert len({finding.outcome for finding in whole.findings}) == 2
    assert sum("sometimes-broken" in finding.name for finding in whole.findings) > 1
    assert any("ZeroDivisionError" in gap.reason for gap in whole.gaps)
    assert divided == whole


def test_the_report_has_the_same_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    class Collected:
        def collect(self) -> Iterator[Unit]:
            yield UNIT

    def text(jobs: int) -> str:
        report = audit(Collected(), RULES, Source("snapshot", {}), lambda _: None, jobs)
        return JsonReporter().render(report)

    whole = text(1)
    monkeypatch.setattr("auditor.portions.PORTION", 20)
    assert text(1) == text(2) == whole


def test_only_the_worst_accounts_of_many_are_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    verdict = judge(UNIT, RULES)
    graph = graph_of(UNIT.readings[0])
    own = sum(each.raw.account == IDS[2] for each in graph.index)
    monkeypatch.setattr("auditor.drawing.MOST", own)
    worst = next(finding for finding in verdict.findings if finding.resource.account == IDS[2])
    critical = replace(worst, severity=Severity.CRITICAL)
    drawn = architecture("", [graph], [*verdict.findings, *[critical] * 9])
    assert drawn.omitted == graph.index.count - own
    accounts = {node.id.split(":")[4] for node in drawn.nodes if node.id.startswith("arn:aws")}
    assert accounts == {IDS[2], IDS[0]}  # that of the topic to which its queues subscribe
    assert {edge.source for edge in drawn.edges} <= {node.id for node in drawn.nodes}
