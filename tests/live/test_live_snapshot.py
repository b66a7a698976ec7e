"""A snapshot is judged like the account that it was made of."""

from __future__ import annotations

import gzip
import json
import stat
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.engine import judge
from auditor.errors import UsageError
from auditor.findings import Gap
from auditor.inventory import Reading, Unit
from auditor.loading import load_rules
from auditor.resources import RawResource
from auditor.snapshot import SnapshotCollector
from auditor.values import Block, Unknown
from tests.accounts import kept
from tests.cli.process import msgaudit
from tests.live.conftest import REGION, Account
from tests.live.faulty import FaultyAws
from tests.live.filling import complete, fill
from tests.live.reading import ACCOUNT, collect


def restored(content: bytes, folder: Path) -> Unit:
    (folder / "s.gz").write_bytes(content)
    (unit,) = SnapshotCollector(str(folder / "s.gz")).collect()
    return unit


def findings(text: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(text)["findings"]
    return found


def test_scan_of_a_snapshot_finds_the_same(
    account: Account, faulty: FaultyAws, tmp_path: Path
) -> None:
    fill(account)
    complete(faulty)
    faulty.deny("DescribePipe", status=403)
    place = ("--region", REGION, "--endpoint-url", faulty.url)
    collected = msgaudit(tmp_path, "collect", *place, "-o", "first.gz")
    assert (collected.returncode, "1 gap to first.gz" in collected.stderr) == (4, True)
    msgaudit(tmp_path, "collect", *place, "-o", "second.gz")
    live = msgaudit(tmp_path, "scan", *place, "--pedantic", "-f", "json")
    later = msgaudit(tmp_path, "scan", "--snapshot", "first.gz", "--pedantic", "-f", "json")
    assert (tmp_path / "first.gz").read_bytes() == (tmp_path / "second.gz").read_bytes()
    assert stat.S_IMODE((tmp_path / "first.gz").stat().st_mode) == 0o600
    assert live.returncode == later.returncode == 1
    one, other = json.loads(live.stdout), json.loads(later.stdout)
    assert other.pop("source")["kind"] == "snapshot"
    del one["source"]
    assert json.dumps(one) == json.dumps(other)


def test_redacted_snapshot_names_no_account(account: Account, tmp_path: Path) -> None:
    fill(account)
    unit = collect(account.url)
    content = kept(unit, redact=True)
    assert ACCOUNT not in gzip.decompress(content).decode()
    there = restored(content, tmp_path)
    assert there.accounts == ("000000000001",)
    rules = load_rules()
    before = [(item.rule, item.resource.type) for item in judge(unit, rules).findings]
    after = [(item.rule, item.resource.type) for item in judge(there, rules).findings]
    assert before == after


def test_no_secrets(account: Account) -> None:
    fill(account)
    account.client("lambda").update_function_configuration(
        FunctionName="worker", Environment={"Variables": {"PASSWORD": "hunter2"}}
    )
    content = gzip.decompress(kept(collect(account.url)))
    assert b"PASSWORD" in content
    assert b"hunter2" not in content


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text()
    | st.builds(Unknown, st.text(), st.none() | st.text(), st.booleans()),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text() | st.sampled_from(["$unknown", "$block"]), inner, max_size=3)
    ),
    max_leaves=12,
)


@given(st.dictionaries(st.text() | st.just("$unknown"), VALUES), st.none() | st.text())
def test_any_properties_come_back(properties: dict[str, Any], why: str | None) -> None:
    unread = Unknown(why) if why is not None else None
    raw = RawResource("A::B::C", "arn", Block(properties, unread=unread), name=Unknown("no name"))
    reading = Reading((raw,), {"D": "denied"}, unread_in={ACCOUNT: {"E": "denied"}})
    unit = Unit("", (reading,), (Gap("a", "b", "c"),), (ACCOUNT,), (REGION,))

    with tempfile.TemporaryDirectory() as folder:
        there = restored(kept(unit), Path(folder))
    (back,) = there.readings[0].resources
    assert back.properties == properties
    assert getattr(back.properties, "unread", None) == unread
    assert (back.name, there.gaps) == (Unknown("no name"), unit.gaps)
    assert there.readings[0].unread_in == reading.unread_in


HEAD = (
    b'{"format": "msgaudit snapshot", "version": 2, "accounts": [], "regions": [],'
    b' "resources": 1, "context": 0, "unread": {}, "unread_in": {}, "gaps": []}\n'
)
ITEM = json.dumps(["A::B", "own", "", None, ACCOUNT, REGION, None, {}]).encode()
BROKEN_INSIDE = gzip.compress(HEAD) + gzip.compress(ITEM)[:10] + b"\xff" * 9
BROKEN = {
    "not compressed": (b"no gzip", "is not a snapshot"),
    "cut off": (gzip.compress(b"{}")[:-9], "is not a snapshot"),
    "too deep": (gzip.compress(b"[" * 100_000), "is not a snapshot"),
    "another file": (gzip.compress(b"[]"), "is not a snapshot"),
    "newer": (gzip.compress(b'{"format": "msgaudit snapshot", "version": 3}'), "has version 3"),
    "empty": (gzip.compress(b'{"format": "msgaudit snapshot", "version": 1}'), "is damaged"),
    "no resource": (gzip.compress(HEAD + b"[]"), "is damaged: one of its records makes no sense"),
    "too few": (gzip.compress(HEAD), "is damaged: it says 1 resources"),
    "without its end": (gzip.compress(HEAD + ITEM)[:-9], "is damaged: it ends too early"),
    "broken inside": (BROKEN_INSIDE, "is damaged: it cannot be decompressed"),
}


def test_the_first_version_of_the_format_can_be_read(tmp_path: Path) -> None:
    old = {
        "format": "msgaudit snapshot", "version": 1, "accounts": [ACCOUNT], "regions": [REGION],
        "resources": [["A::B", "own", "", None, ACCOUNT, REGION, None, {}]],
        "context": [["A::C", "other", "n", "other", None, None, "url", {"P": [1]}]],
        "unread": {"T": "denied"}, "unread_in": {}, "gaps": [["what", "why", None]],
    }  # fmt: skip
    unit = restored(gzip.compress(json.dumps(old).encode()), tmp_path)
    (reading,) = unit.readings
    assert (unit.accounts, unit.gaps) == ((ACCOUNT,), (Gap("what", "why"),))
    assert [raw.id for raw in reading.resources] == ["own"]
    assert [(raw.url, raw.properties) for raw in reading.context] == [("url", {"P": [1]})]
    assert reading.unread == {"T": "denied"}


@pytest.mark.parametrize("kind", BROKEN)
def test_what_is_no_snapshot(tmp_path: Path, kind: str) -> None:
    content, message = BROKEN[kind]
    with pytest.raises(UsageError, match=message):
        restored(content, tmp_path)


def test_bad_choices(tmp_path: Path) -> None:
    missing = msgaudit(tmp_path, "scan", "--snapshot", "none.gz")
    assert (missing.returncode, "none.gz: no such file" in missing.stderr) == (2, True)
    both = msgaudit(tmp_path, "scan", "--snapshot", "none.gz", "--demo")
    assert (both.returncode, "it is not clear what to audit" in both.stderr) == (2, True)
    nothing = msgaudit(tmp_path, "collect", "-o", "a.gz")
    assert (nothing.returncode, "it is not clear what to collect" in nothing.stderr) == (2, True)
