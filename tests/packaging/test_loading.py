from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from auditor.errors import InstallationError
from auditor.loading import load_rules

RULE = '''
from auditor.findings import Category, Match, Severity
from auditor.resources import Queue
from auditor.rules import rule

@rule("{id}", "{name}", severity=Severity.LOW, category=Category.COST, guide="House rules",
      remediation="Delete it.", applies_to=Queue)
def body(queue, graph):
    """A queue exists."""
    yield Match(queue, "it exists")
'''

Plug = Callable[[str, str], None]


@pytest.fixture
def plug(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Plug:
    """Installs a plug-in as pip would: its package, and the metadata that names it."""
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])

    def install(package: str, source: str) -> None:
        (tmp_path / package).mkdir()
        (tmp_path / package / "__init__.py").write_text("")
        (tmp_path / package / "topic.py").write_text(source)
        metadata = tmp_path / f"{package}-1.0.dist-info"
        metadata.mkdir()
        (metadata / "METADATA").write_text(
            f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n"
        )
        (metadata / "entry_points.txt").write_text(f"[msgaudit.rules]\nhouse = {package}\n")

    return install


def test_built_in_rules_come_in_the_order_of_ids() -> None:
    ids = [rule.id for rule in load_rules()]
    assert "SQS030" in ids
    assert ids == sorted(ids)


def test_rules_of_a_plug_in_join_the_built_in_ones(plug: Plug) -> None:
    before = {rule.id for rule in load_rules()}
    plug("house_rules_good", RULE.format(id="ZZZ001", name="queue-exists"))
    assert {rule.id for rule in load_rules()} == before | {"ZZZ001"}


def test_a_plug_in_cannot_reuse_an_id(plug: Plug) -> None:
    plug("house_rules_same_id", RULE.format(id="SQS030", name="queue-exists"))
    with pytest.raises(InstallationError, match="two rules have the id 'SQS030'"):
        load_rules()


def test_a_plug_in_cannot_reuse_a_name(plug: Plug) -> None:
    plug("house_rules_same_name", RULE.format(id="ZZZ001", name="queue-without-dlq"))
    with pytest.raises(InstallationError, match="two rules have the name 'queue-without-dlq'"):
        load_rules()


def test_a_broken_plug_in_is_named(plug: Plug) -> None:
    plug("house_rules_broken", "import module_that_is_not_there")
    with pytest.raises(InstallationError, match=r"'house' \(house_rules_broken\).*not_there"):
        load_rules()


def test_a_plug_in_without_rules_is_a_mistake(plug: Plug) -> None:
    plug("house_rules_empty", "")
    with pytest.raises(InstallationError, match="has no rules"):
        load_rules()


def test_no_built_in_rule_is_a_broken_installation(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("auditor.loading.BUILTIN", "auditor.linking")
    with pytest.raises(InstallationError, match="no rules were found"):
        load_rules()
