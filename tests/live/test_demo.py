"""The demo account shows the guide's mistakes, and cannot touch anything real."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from typing import NoReturn

import pytest
from msgspec.structs import replace

from auditor.collectors.live import Traffic
from auditor.demo import demo_account
from auditor.engine import Verdict, judge
from auditor.inventory import Unit
from auditor.loading import load_rules
from auditor.resources import Queue
from auditor.snapshot.coding import encoded
from auditor.traffic import needed
from checks.sqs.fifo import MESSAGES
from tests.live.reading import ACCOUNT, arn, resources


def read_demo() -> Unit:
    with demo_account(lambda _: None) as collector:
        (unit,) = replace(collector, traffic=Traffic(needed(load_rules()))).collect()
    return unit


@pytest.fixture(scope="module")
def unit() -> Unit:
    return read_demo()


@pytest.fixture(scope="module")
def verdict(unit: Unit) -> Verdict:
    return judge(unit, load_rules())


def test_everything_is_read(unit: Unit) -> None:
    assert unit.gaps == ()
    raw = unit.readings[0].resources
    assert {item.account for item in raw} == {ACCOUNT}
    assert len({item.id for item in raw}) == len(raw)


def test_it_has_every_kind_of_the_guide(unit: Unit) -> None:
    assert {raw.type for raw in unit.readings[0].resources} >= {
        "AWS::CloudWatch::Alarm",
        "AWS::Events::EventBus",
        "AWS::Events::EventBusPolicy",
        "AWS::Events::Rule",
        "AWS::IoT::TopicRule",
        "AWS::Kinesis::Stream",
        "AWS::Lambda::EventSourceMapping",
        "AWS::Lambda::Function",
        "AWS::Pipes::Pipe",
        "AWS::SNS::Subscription",
        "AWS::SNS::Topic",
        "AWS::SQS::Queue",
        "AWS::StepFunctions::StateMachine",
    }


def test_it_is_the_same_on_every_run(unit: Unit) -> None:
    again = read_demo()
    assert list(map(encoded, again.readings[0].resources)) == list(
        map(encoded, unit.readings[0].resources)
    )


@pytest.mark.parametrize(
    ("rule", "resource"),
    [
        ("SQS030", arn("sqs", "batch-processing-queue")),
        ("SQS030", arn("sqs", "fulfillment-queue")),
        ("KIN016", arn("kinesis", "stream/user-activity-stream")),
        ("EVB034", arn("events", "rule/order-processing-bus/ProcessHighValueOrders")),
    ],
)
def test_mistakes_of_the_guide_are_found(verdict: Verdict, rule: str, resource: str) -> None:
    assert (rule, resource) in {(found.rule, found.resource.id) for found in verdict.findings}


def test_dead_letter_queue_is_not_asked_for_one_of_its_own(verdict: Verdict) -> None:
    dead_letters = arn("sqs", "order-processing-dlq")
    assert ("SQS030", dead_letters) not in {(it.rule, it.resource.id) for it in verdict.findings}


def test_no_rule_fails(verdict: Verdict) -> None:
    assert [gap.reason for gap in verdict.gaps if gap.what.startswith("rule ")] == []


def test_trades_are_near_the_quota(unit: Unit) -> None:
    (trades,) = [
        raw for raw in resources(unit, "AWS::SQS::Queue") if raw.name == "trade-orders.fifo"
    ]
    sent = MESSAGES[0].seen(Queue(trades)).per_second()
    assert sent.maximum == 290


def test_nothing_leaves_the_process_and_the_environment_comes_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(*_: object) -> NoReturn:
        pytest.fail("the demo opened a connection")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setenv("AWS_PROFILE", "prod")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "precious")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    before = {name: value for name, value in os.environ.items() if name.startswith("AWS_")}
    with demo_account(lambda _: None):
        assert os.environ["AWS_SECRET_ACCESS_KEY"] != "precious"
        assert "AWS_PROFILE" not in os.environ
    assert {name: value for name, value in os.environ.items() if name.startswith("AWS_")} == before


def test_environment_comes_back_after_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "prod")

    def interrupt(_: str) -> NoReturn:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), demo_account(interrupt):
        pytest.fail("it went on")
    assert os.environ["AWS_PROFILE"] == "prod"


def test_without_moto_it_says_what_to_install() -> None:
    code = (
        "import sys; sys.modules['moto'] = None\n"
        "from auditor.demo import demo_account\n"
        "from auditor.errors import UsageError\n"
        "try:\n"
        "    with demo_account(print): pass\n"
        "except UsageError as error:\n"
        "    print(error.hint)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "pip install 'msgaudit[demo]'\n"
