"""What was judged before is used only while nothing that it depends on has changed."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import ModuleType

import pytest
from msgspec.structs import replace

from auditor.cache import Store, folder, remembering, store
from auditor.collectors.template.collect import TemplateCollector
from auditor.findings import Category, Match, Severity
from auditor.graph import Graph
from auditor.parallel import Judged, Work, judge_all
from auditor.resources import Queue
from auditor.rules import rule
from tests.cli.process import FAILING, PASSING, msgaudit

judged: list[str] = []
KEY = "ab" * 32


@rule(
    "TST001",
    "queue-that-was-seen",
    severity=Severity.LOW,
    category=Category.OPERATIONS,
    guide="",
    remediation="",
    applies_to=Queue,
)
def seen(queue: Queue, graph: Graph, *, most: int = 1) -> Iterator[Match]:
    """Says which queues it was asked about."""
    judged.append(queue.id)
    yield Match(queue, f"{queue.label} was seen", ("QueueName",), (str(most),))


class Scans:
    """Scans of one folder, each with what was kept by those before."""

    def __init__(self, place: Path) -> None:
        self.templates, self.cache = place / "templates", place / "cache"
        self.templates.mkdir()

    def write(self, name: str, text: str) -> None:
        (self.templates / name).write_text(text)

    def scan(
        self, parameters: dict[str, str] | None = None, jobs: int = 1, most: int = 1
    ) -> tuple[list[Judged], set[str]]:
        """What was found, and which queues were judged anew."""
        judged.clear()
        collector = TemplateCollector([str(self.templates)], parameters)
        rules = [seen.with_options({"most": most})]
        found = list(judge_all(collector, rules, jobs, cache=self.cache))
        return found, set(judged)


@pytest.fixture
def scans(tmp_path: Path) -> Scans:
    return Scans(tmp_path)


def test_only_what_changed_is_judged_again(scans: Scans) -> None:
    scans.write("a.yaml", FAILING)
    scans.write("b.yaml", FAILING.replace("Orders", "Bills"))
    first, anew = scans.scan()
    assert anew == {"Orders", "Bills"}
    assert scans.scan() == (first, set())
    scans.write("b.yaml", FAILING.replace("Orders", "Letters"))
    assert scans.scan()[1] == {"Letters"}


def test_what_findings_have_in_common_is_held_once(scans: Scans) -> None:
    """Else memory grows with every scan of what did not change."""
    scans.write("a.yaml", FAILING + "  Bills:\n    Type: AWS::SQS::Queue\n")
    scans.scan()
    (found,), anew = scans.scan()
    assert not anew
    first, second = found.verdict.findings
    assert first.location
    assert second.location
    assert first.location.path is second.location.path
    assert first.source is second.source
    assert first.evidence is second.evidence
    assert (first.name, first.guide) == ("queue-that-was-seen", "")
    assert first.name is second.name is seen.name


def test_rules_and_parameters_count(scans: Scans) -> None:
    scans.write("a.yaml", FAILING)
    scans.scan()
    assert scans.scan(most=2)[1] == {"Orders"}
    assert scans.scan({"Stage": "prod"})[1] == {"Orders"}
    assert scans.scan()[1] == set()


IMPORTING = """Resources:
  Orders: {Type: AWS::SQS::Queue, Properties: {QueueName: !ImportValue name}}
  Nested: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: nested/inner.yaml}}
  Machine: {Type: AWS::Serverless::StateMachine, Properties: {DefinitionUri: machine.asl.json}}
Transform: AWS::Serverless-2016-10-31
"""
EXPORTING = """Resources: {Other: {Type: AWS::SQS::Queue, Properties: {QueueName: NAME}}}
Outputs: {Name: {Value: !GetAtt Other.QueueName, Export: {Name: name}}}
"""


@pytest.mark.parametrize("name", ["nested/inner.yaml", "machine.asl.json", "exporting.yaml"])
def test_what_a_template_refers_to_counts(scans: Scans, name: str) -> None:
    """It appears, changes, and goes away: where it was missing is remembered, too."""
    (scans.templates / "nested").mkdir()
    scans.write("a.yaml", IMPORTING)
    without, _ = scans.scan()
    texts = {"nested/inner.yaml": FAILING, "exporting.yaml": EXPORTING}
    text = texts.get(name, '{"StartAt": "NAME", "States": {"NAME": {"Type": "Succeed"}}}')
    for version in (text, text.replace("NAME", "another") + "\n"):
        scans.write(name, version)
        found, anew = scans.scan()
        assert "Orders" in anew
        assert scans.scan() == (found, set())
    (scans.templates / name).unlink()
    assert scans.scan()[0] == without


def test_what_a_template_accepts_may_expire(scans: Scans) -> None:
    scans.write("a.yaml", FAILING.replace("Orders:", "Orders: # msgaudit: ignore[TST001] fine"))
    first, _ = scans.scan()
    assert first[0].unit.suppressions
    assert scans.scan() == (first, {"Orders"})


@pytest.mark.parametrize("damage", [b"", b"no answer", b"x\x9c", None])
def test_what_is_damaged_is_judged_again(scans: Scans, damage: bytes | None) -> None:
    scans.write("a.yaml", FAILING)
    first, _ = scans.scan()
    (kept,) = (path for path in scans.cache.rglob("*") if path.is_file())
    kept.write_bytes(kept.read_bytes()[:-9] if damage is None else damage)
    assert scans.scan() == (first, {"Orders"})
    assert scans.scan() == (first, set())


def test_what_cannot_be_kept_is_judged_all_the_same(scans: Scans) -> None:
    scans.write("a.yaml", FAILING)
    scans.cache.write_text("a file where the folder should be")
    assert scans.scan() == scans.scan()
    assert judged == ["Orders"]


def test_the_code_of_rules_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "plugin"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "limits.py").write_text("MOST = 1")
    monkeypatch.syspath_prepend(str(tmp_path))
    __import__("plugin")
    own = replace(seen, body=lambda *_: ())
    own.body.__module__ = "plugin.rules"
    work = Work([own], draw=False, tags=False)
    before = remembering(tmp_path, work)
    assert remembering(tmp_path, work) == before
    (package / "limits.py").write_text("MOST = 20")
    assert remembering(tmp_path, work) != before
    del sys.modules["plugin"]


def test_only_files_whose_changes_can_be_seen_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "single.py").write_text("MOST = 1")
    (tmp_path / "package").mkdir()
    (tmp_path / "package" / ".#limits.py").symlink_to("editor@host.1")
    for name, seen_in in (("single", True), ("package", True), ("archived", False)):
        module = ModuleType(name)
        module.__file__ = str(tmp_path / f"{name}.py")
        if name != "single":
            module.__path__ = [str(tmp_path / name)]
        monkeypatch.setitem(sys.modules, name, module)
        own = replace(seen, body=lambda *_: ())
        own.body.__module__ = name
        work = Work([own], draw=False, tags=False)
        assert (remembering(tmp_path, work) is not None) == seen_in


def test_order_of_sets_does_not_count(tmp_path: Path) -> None:
    """Hashes of texts differ from process to process."""
    (tmp_path / "a.yaml").write_text(FAILING)
    accounts = ", ".join(f"'{number:012}'" for number in range(1, 9))
    (tmp_path / ".msgaudit.yaml").write_text(f"trusted: {{accounts: [{accounts}]}}")
    for seed in ("1", "2"):
        more = {"PYTHONHASHSEED": seed, "XDG_CACHE_HOME": str(tmp_path / "cache")}
        msgaudit(tmp_path, "scan", "a.yaml", **more)
    assert len([path for path in (tmp_path / "cache").rglob("*") if path.is_file()]) == 1


def test_the_command_gives_the_same_bytes(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(FAILING)
    (tmp_path / "b.yaml").write_text(PASSING + "\n")
    options = ("scan", "a.yaml", "b.yaml", "-f", "json", "-o", "svg=drawn.svg")
    outputs = []
    for more in ((), (), ("--no-cache",)):
        done = msgaudit(tmp_path, *options, *more, XDG_CACHE_HOME=str(tmp_path / "cache"))
        outputs.append((done.stdout, done.returncode, (tmp_path / "drawn.svg").read_bytes()))
    assert outputs[0] == outputs[1] == outputs[2]
    kept = [path for path in (tmp_path / "cache").rglob("*") if path.is_file()]
    assert len(kept) == 2
    assert all(path.stat().st_mode & 0o077 == 0 for path in kept)


def test_it_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "_SHARE", 100)
    kept = Store(tmp_path)
    keys = [f"ab{number:062}" for number in range(20)]
    for key in keys:
        kept.put(key, b"x" * 30)
        kept.get(keys[0])
    assert [key for key in keys if kept.get(key)] == [keys[0], *keys[-2:]]
    kept.put(KEY, b"x" * 101)
    assert kept.get(KEY) is None


def test_runs_side_by_side_see_all_or_nothing(tmp_path: Path) -> None:
    kept = Store(tmp_path)
    contents = {bytes([number]) * 50_000 for number in range(8)}

    def write_and_read(content: bytes) -> set[bytes | None]:
        seen_now = set()
        for _ in range(50):
            kept.put(KEY, content)
            seen_now.add(kept.get(KEY))
        return seen_now

    with ThreadPoolExecutor(8) as pool:
        found = set[bytes | None]().union(*pool.map(write_and_read, contents))
    assert found <= {None, *contents}
    assert kept.get(KEY) in contents


def test_a_relative_folder_for_caches_is_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "cache")
    assert folder() == Path.home() / ".cache/msgaudit"


def test_a_user_without_a_home_keeps_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setattr(Path, "expanduser", _no_home)
    assert folder() is None


def _no_home(_: Path) -> Path:
    raise RuntimeError("Could not determine home directory.")
