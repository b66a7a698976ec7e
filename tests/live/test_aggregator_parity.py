"""An account reads the same through AWS Config, as far as AWS Config tells."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

import pytest

from auditor.demo import demo_account
from auditor.demo.sandbox import Aws
from auditor.engine import judge
from auditor.findings import Outcome
from auditor.inventory import Unit
from auditor.loading import load_rules
from auditor.resources import Function, Queue
from auditor.snapshot import SnapshotCollector, write
from tests.live.recording import recorded
from tests.live.stub_config import Row, StubConfig, read, recorder, source

RULES = [rule for rule in load_rules() if not rule.needs]
# Rule and resource.
Key = tuple[str, str]
Found = Mapping[Outcome, set[Key]]


@pytest.fixture(scope="module")
def demo() -> tuple[Unit, list[Row]]:
    """The demo account, read live, and what AWS Config would record of it."""
    with demo_account(lambda _: None) as collector:
        (live,) = collector.collect()
        return live, recorded(Aws().client)


@pytest.fixture
def aggregated(demo: tuple[Unit, list[Row]]) -> Unit:
    """The demo account, read through an aggregator that has all of it."""
    return read(StubConfig([*demo[1], recorder()], [source()]).serve())


def outcomes(unit: Unit) -> Found:
    found: dict[Outcome, set[Key]] = defaultdict(set)
    for it in judge(unit, RULES).findings:
        found[it.outcome].add((it.rule, it.resource.id))
    return found


def test_rules_find_the_same_or_cannot_tell(demo: tuple[Unit, list[Row]], aggregated: Unit) -> None:
    live, config = outcomes(demo[0]), outcomes(aggregated)
    ids = {raw.id for raw in aggregated.readings[0].resources}
    expected = {(rule, id_) for rule, id_ in live[Outcome.VIOLATION] if id_ in ids}
    told = config[Outcome.VIOLATION]
    assert told <= expected
    assert expected - told <= config[Outcome.UNDETERMINED]
    unsure = {rule for rule, _ in config[Outcome.UNDETERMINED]}
    sure = {rule for rule, _ in told} - unsure
    assert {key for key in expected if key[0] in sure} == {key for key in told if key[0] in sure}
    # All that these look at is recorded.
    assert {"CWA002", "EVB033", "IAM005", "KIN016", "KMS003", "SFN011", "SQS013"} <= sure


def test_recorded_types_have_the_same_resources(
    demo: tuple[Unit, list[Row]], aggregated: Unit
) -> None:
    types = {raw.type for raw in aggregated.readings[0].resources}
    expected = {raw.id for raw in demo[0].readings[0].resources if raw.type in types}
    assert {raw.id for raw in aggregated.readings[0].resources} == expected
    assert {Queue.type, Function.type} <= types


def test_snapshot_of_an_aggregator_is_judged_alike(aggregated: Unit, tmp_path: Path) -> None:
    file = tmp_path / "company.gz"
    with file.open("wb") as target:
        write(aggregated, target)
    (kept,) = SnapshotCollector(str(file)).collect()
    assert outcomes(kept) == outcomes(aggregated)
    assert (kept.gaps, kept.as_of) == (aggregated.gaps, "2025-11-24T16:00Z")
