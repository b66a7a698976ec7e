"""The examples are clean, and one change that breaks them is noticed."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from auditor.findings import Outcome
from tests.examples.mutations import Mutation, mutations
from tests.examples.templates import EXAMPLES, findings, load

ENOUGH = 150
WANTED_SCORE = 0.98


def noticed(mutation: Mutation, folder: Path) -> bool:
    found = findings(mutation.template, folder, mutation.rules)
    return any(it.outcome is Outcome.VIOLATION for it in found)


def test_each_scenario_of_the_guide_has_an_example() -> None:
    assert [path.stem for path in EXAMPLES] == ["content", "e-commerce", "iot", "trading"]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_example_has_no_finding_and_leaves_nothing_undetermined(
    example: Path, tmp_path: Path
) -> None:
    assert findings(load(example), tmp_path) == []


def test_what_breaks_an_example_is_noticed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = [mutation for example in EXAMPLES for mutation in mutations(load(example))]
    missed = [mutation.name for mutation in made if not noticed(mutation, tmp_path)]
    score = 1 - len(missed) / len(made)
    with capsys.disabled():
        sys.stdout.write(f"\nmutation score: {score:.1%} of {len(made)}; missed: {missed}\n")
    assert len(made) >= ENOUGH
    assert score >= WANTED_SCORE
