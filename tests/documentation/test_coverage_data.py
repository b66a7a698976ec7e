"""No line of the guide and no concept of a peer is forgotten."""

from __future__ import annotations

import re

import pytest

from auditor.data.peers import Concept, peers
from auditor.loading import BUILTIN, rules_of
from tools.docs.coverage import Row, read

ROWS = read()
IDS = {row.id for row in ROWS}
RULES = {rule.id for rule in rules_of(BUILTIN)}


def test_rows_are_those_of_the_guide() -> None:
    assert len(IDS) == len(ROWS) == 363


def test_every_rule_enforces_a_line_of_the_guide() -> None:
    about_architectures = {rule for rule in RULES if not rule.startswith("SUP")}
    assert about_architectures - IDS - {each for row in ROWS for each in row.also} == set()


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_row_has_a_rule_or_says_why_there_is_none(row: Row) -> None:
    reasons = [reason for reason in (row.same_as, row.left_out, row.planned) if reason]
    assert row.id in RULES or len(reasons) == 1
    assert len(reasons) <= 1
    assert row.says
    assert row.lines


@pytest.mark.parametrize("row", [row for row in ROWS if row.same_as], ids=lambda row: row.id)
def test_row_covered_by_others_names_rows_of_their_own(row: Row) -> None:
    others = {other.id: other for other in ROWS if other.id in row.same_as}
    assert others.keys() == set(row.same_as)
    assert row.id not in others


@pytest.mark.parametrize("concept", peers().concepts, ids=lambda concept: concept.name)
def test_concept_of_a_peer_has_a_rule_or_a_reason(concept: Concept) -> None:
    assert concept.rules or concept.note
    assert set(concept.rules) <= IDS
    assert concept.peers
    assert concept.source in ("template", "account")


def test_answers_to_contradictions_name_rows() -> None:
    named = {
        id_
        for each in peers().contradictions
        for id_ in re.findall(r"\b[A-Z]{3}\d{3}\b", each.ours)
    }
    assert "SQS024" in named
    assert named <= IDS


def test_peers_of_a_rule_are_found_by_its_id() -> None:
    assert "cfn-lint E3502" in peers().alike("SQS033")
    assert peers().alike("ZZZ001") == []
