"""Several processes give what one gives, whatever happens to them."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from msgspec import Struct

from auditor.errors import UsageError
from auditor.findings import Gap
from auditor.inventory import Unit
from auditor.parallel import Judged, judge_all
from auditor.tasks import Workers
from tests.cli.process import FAILING, PASSING, msgaudit

PADDING = "# padding\n" * 1500
EXPORTING = """Resources: {Dead: {Type: AWS::SQS::Queue}}
Outputs: {Dead: {Value: !GetAtt Dead.Arn, Export: {Name: dead}}}
"""
IMPORTING = """Parameters: {Known: {Type: String}}
Resources:
  Orders:
    Type: AWS::SQS::Queue
    Properties:
      RedrivePolicy: {deadLetterTargetArn: !ImportValue dead, maxReceiveCount: 5}
  Nested:
    Type: AWS::CloudFormation::Stack
    Properties: {TemplateURL: ./05.yaml}
"""
TEMPLATES = [FAILING, PASSING, EXPORTING, IMPORTING, "Resources: [", *[FAILING, PASSING] * 20]


Act = Callable[[int], None]
acts: list[Act] = []  # processes inherit it: what would be sent could not be a local function
SENT, WHOLE = "read from a parcel", "read from the collector"


def unit(number: int, origin: str) -> Unit:
    """A unit, which names the process that read it, after the acts were called there."""
    for act in acts:
        act(number)
    return Unit(str(number), (), origin=origin, accounts=(str(os.getpid()),))


class Parcel(Struct):
    """A unit on its way."""

    number: int
    lacked: tuple[str, ...] = ()

    def opened(self) -> Parcel:
        return self

    def collect(self) -> Iterator[Unit]:
        yield unit(self.number, SENT)


class Batches:
    """Four units; parcels lack what `lacked` has."""

    def __init__(self, lacked: tuple[str, ...] = ()) -> None:
        self.lacked = lacked

    def batches(self, jobs: int = 1) -> list[int]:
        return list(range(4))

    def parcels(self, batch: int) -> list[Parcel]:
        return [Parcel(batch, self.lacked)]

    def knows(self, lacked: Collection[str]) -> bool:
        return "known" in lacked

    def unread(self, batch: int, reason: str) -> Iterator[Unit]:
        yield Unit("", (), (Gap(str(batch), reason),))

    def collect(self, batch: int | None = None) -> Iterator[Unit]:
        for number in self.batches() if batch is None else [batch]:
            yield unit(number, WHOLE)


@pytest.fixture(autouse=True)
def _nothing_happens() -> Iterator[None]:
    yield
    acts.clear()


def judged(collector: Batches, jobs: int) -> list[Judged]:
    return list(judge_all(collector, [], jobs))


def processes(found: list[Judged]) -> set[tuple[str, ...]]:
    return {item.unit.accounts for item in found}


def test_same_bytes_as_one_process(tmp_path: Path) -> None:
    for number, template in enumerate(TEMPLATES):
        (tmp_path / f"{number:02}.yaml").write_text(template + PADDING)
    options = ("scan", ".", "--pedantic", "--parameter", "Known=1", "--parameter", "Wrong=1")
    one, three = (msgaudit(tmp_path, *options, "-f", "json", "-j", jobs) for jobs in "13")
    assert len(json.loads(one.stdout)["findings"]) > len(TEMPLATES)
    assert (three.stdout, three.stderr, three.returncode) == (
        one.stdout,
        one.stderr,
        one.returncode,
    )
    assert "declares the parameter Wrong" in one.stderr
    assert "Known" not in one.stderr


@pytest.mark.parametrize("cache", ["", "--no-cache"])
def test_what_can_be_read_only_once_reaches_all_processes(tmp_path: Path, cache: str) -> None:
    for number in range(40):
        (tmp_path / f"{number:02}.yaml").write_text(PASSING + PADDING)
    piped = f"<(echo '{FAILING}') <(echo '{EXPORTING}')"
    scan = f"{sys.executable} -m auditor scan {piped} . /dev/stdin -f json {cache} -j"
    one, three = (
        subprocess.run(
            ["bash", "-c", f"{scan}{jobs}"],
            cwd=tmp_path, input=IMPORTING, capture_output=True, text=True, check=False,
        )
        for jobs in "13"
    )  # fmt: skip
    report = json.loads(three.stdout)
    assert report["gaps"] == json.loads(one.stdout)["gaps"]
    assert report["summary"] == json.loads(one.stdout)["summary"]
    assert report["summary"]["resources"] == 2 * 40 + 3


def test_batches_are_read_by_others_and_come_in_order() -> None:
    found = judged(Batches(), 2)
    assert [item.unit.path for item in found] == ["0", "1", "2", "3"]
    assert (str(os.getpid()),) not in processes(found)
    assert processes(judged(Batches(), 1)) == {(str(os.getpid()),)}


@pytest.mark.parametrize(("lacked", "origin"), [("known", WHOLE), ("unknown", SENT)])
def test_what_a_parcel_lacked_is_read_from_the_collector(
    lacked: str, origin: str, tmp_path: Path
) -> None:
    batches = Batches(lacked=(lacked,))
    here = (str(os.getpid()),)
    with ThreadPoolExecutor(2) as executor:
        elsewhere = list(judge_all(batches, [], 1, workers=Workers(executor)))
    remembered = list(judge_all(batches, [], 2, cache=tmp_path))
    for found in elsewhere, remembered:
        assert {item.unit.origin for item in found} == {origin}
    assert here not in processes(remembered)
    assert {item.unit.origin for item in judged(batches, 2)} == {WHOLE}


@pytest.mark.parametrize("deaths", [1, 2])
def test_a_killed_process_loses_nothing(deaths: int, tmp_path: Path) -> None:
    def die(number: int) -> None:
        tried = len(list(tmp_path.iterdir()))
        if number == 2 and tried < deaths:
            (tmp_path / str(tried)).touch()
            os.kill(os.getpid(), signal.SIGKILL)

    acts.append(die)
    found = judged(Batches(), 2)
    assert [item.unit.path for item in found] == ["0", "1", "2", "3"]
    assert (str(os.getpid()),) not in processes(found)


def test_when_all_processes_are_killed_each_counts_once(tmp_path: Path) -> None:
    """Those that wait are not given, one after the other, what another one had begun."""
    waiting = tmp_path / "waiting"
    waiting.mkdir()
    here = os.getpid()

    def die(number: int) -> None:
        (waiting / str(os.getpid())).touch()
        if number == 3 and not (tmp_path / "died").exists():
            while len(list(waiting.iterdir())) < 4:
                signal.sigtimedwait([signal.SIGUSR1], 0.01)
            (tmp_path / "died").touch()
            for other in waiting.iterdir():
                if int(other.name) not in (here, os.getpid()):
                    os.kill(int(other.name), signal.SIGKILL)
            os.kill(os.getpid(), signal.SIGKILL)

    acts.append(die)
    found = judged(Batches(), 4)
    assert [item.unit.path for item in found] == ["0", "1", "2", "3"]


def test_what_kills_every_process_is_a_gap() -> None:
    def die(number: int) -> None:
        if number == 2:
            os.kill(os.getpid(), signal.SIGKILL)

    acts.append(die)
    found = judged(Batches(), 2)
    assert [item.unit.path for item in found] == ["0", "1", "", "3"]
    (gap,) = found[2].verdict.gaps
    reason = "no process could judge it: the last one ended with SIGKILL"
    assert (gap.what, gap.reason) == ("2", reason)


def test_a_bug_is_one_in_any_process() -> None:
    def fail(number: int) -> None:
        if number == 2:
            raise ZeroDivisionError

    acts.append(fail)
    with pytest.raises(ZeroDivisionError) as raised:
        judged(Batches(), 2)
    (where,) = raised.value.__notes__
    assert where.startswith(f"{__file__}:")


class UnsendableError(Exception):
    """One that cannot be made anew from what was sent of it."""

    def __init__(self, first: str, second: str) -> None:
        super().__init__(f"{first} {second}")


def test_a_bug_keeps_its_words() -> None:
    def fail(number: int) -> None:
        if number == 2:
            raise UnsendableError("no", "way")

    acts.append(fail)
    with pytest.raises(RuntimeError, match="UnsendableError: no way") as raised:
        judged(Batches(), 2)
    (where,) = raised.value.__notes__
    assert where.startswith(f"{__file__}:")


def test_no_more_processes_can_be_started(monkeypatch: pytest.MonkeyPatch) -> None:
    def fork() -> int:
        raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))

    monkeypatch.setattr(os, "fork", fork)
    with pytest.raises(UsageError, match="cannot be started: Resource temporarily") as raised:
        judged(Batches(), 2)
    assert "--jobs 1" in raised.value.hint


ABANDONED = """
import os
from auditor.processes import side_by_side

def work(parent, number):
    if number == 1:
        os.kill(parent, 9)

list(side_by_side(work, os.getpid(), range(2), 2))
"""


def test_processes_end_when_nobody_waits_for_them() -> None:
    # They have its standard output, too, and so it ends only when all of them have.
    done = subprocess.run([sys.executable, "-c", ABANDONED], capture_output=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (-signal.SIGKILL, b"", b"")


@pytest.mark.usefixtures("interruptible")
def test_an_interrupt_ends_it() -> None:
    here = os.getpid()

    def interrupt(number: int) -> None:
        if number == 1:
            os.kill(here, signal.SIGINT)
            signal.sigtimedwait([signal.SIGUSR1], 0.5)  # until the other one has noticed

    acts.append(interrupt)
    with pytest.raises(KeyboardInterrupt):
        judged(Batches(), 2)
