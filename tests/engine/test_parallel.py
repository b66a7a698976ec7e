"""Several processes give what one gives, whatever happens to them."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from auditor.inventory import Unit
from auditor.parallel import Judged, judge_all
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


class Batches:
    """Four units; each names the process that read it, after `act` was called there."""

    def __init__(self, act: Callable[[int], None] = lambda number: None) -> None:
        self.act = act

    def batches(self) -> list[range]:
        return [range(number, number + 1) for number in range(4)]

    def collect(self, batch: range | None = None) -> Iterator[Unit]:
        for number in batch or range(4):
            self.act(number)
            yield Unit(str(number), (), accounts=(str(os.getpid()),))


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


def test_batches_are_read_by_others_and_come_in_order() -> None:
    found = judged(Batches(), 2)
    assert [item.unit.path for item in found] == ["0", "1", "2", "3"]
    assert (str(os.getpid()),) not in processes(found)
    assert processes(judged(Batches(), 1)) == {(str(os.getpid()),)}


def test_a_killed_process_loses_nothing() -> None:
    here = os.getpid()

    def die(number: int) -> None:
        if number == 2 and os.getpid() != here:
            os.kill(os.getpid(), signal.SIGKILL)

    assert [item.unit.path for item in judged(Batches(die), 2)] == ["0", "1", "2", "3"]


@pytest.mark.usefixtures("interruptible")
def test_an_interrupt_ends_it() -> None:
    here = os.getpid()

    def interrupt(number: int) -> None:
        if number == 1:
            os.kill(here, signal.SIGINT)
            signal.sigtimedwait([signal.SIGUSR1], 0.5)  # until the other one has noticed

    with pytest.raises(KeyboardInterrupt):
        judged(Batches(interrupt), 2)
