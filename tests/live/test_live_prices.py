"""The Price List API, answering and broken."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from auditor.collectors.live.prices import list_prices
from auditor.pricing import Price
from checks.sqs.costs import queue_with_many_requests
from tests.accounts import read_account
from tests.cli.process import msgaudit
from tests.live.conftest import REGION, Account
from tests.live.faulty import Call, FaultyAws, Reply
from tests.live.stub_cloudwatch import StubCloudWatch
from tests.live.test_live_fault_matrix import FAULTS

BUSY = Path(__file__).parents[1] / "fixtures/sqs/queue-with-many-requests/fail.account"
ACTION = "pricing:GetProducts"
WANTED = [("eu-west-1", "sqs.standard-request"), ("eu-west-1", "sqs.fifo-request")]


def product(usage_type: str, *tiers: tuple[str, str], operation: str = "") -> dict[str, Any]:
    """A product as the API gives it; tiers are where they begin, and what a unit costs."""
    dimensions = {
        str(number): {"beginRange": begin, "pricePerUnit": {"USD": amount}, "unit": "Requests"}
        for number, (begin, amount) in enumerate(tiers)
    }
    return {
        "product": {"attributes": {"usagetype": usage_type, "operation": operation}},
        "terms": {"OnDemand": {"term": {"priceDimensions": dimensions}}},
        "publicationDate": "2026-11-01T10:00:00Z",
    }


STANDARD = product("EU-Requests-Tier1", ("100000000000", "0.0000003"), ("0", "0.0000004"))
FIFO = product("EU-Requests-FIFO-Tier1", ("0", "0.0000005"))


def answer(*products: object, **more: str) -> Reply:
    body = {"PriceList": [json.dumps(each) for each in products], **more}
    return 200, "application/x-amz-json-1.1", json.dumps(body).encode()


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[FaultyAws]:
    """Nothing behind it: every answer is given here."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    proxy = FaultyAws("http://127.0.0.1:1")
    yield proxy
    proxy.close()


def test_prices_of_a_service_are_one_call(aws: FaultyAws) -> None:
    aws.answer("GetProducts", answer(STANDARD, FIFO))
    found, gaps = list_prices(WANTED, None, aws.url)
    assert found == {
        WANTED[0]: Price(4e-7, "AWS Price List API", "2026-11-01"),
        WANTED[1]: Price(5e-7, "AWS Price List API", "2026-11-01"),
    }
    assert gaps == ()
    assert aws.calls["GetProducts"] == 1


def test_free_tier_is_no_price(aws: FaultyAws) -> None:
    tiers = (("0", "0.0000000000"), ("1000000", "0.0000005"))
    aws.answer("GetProducts", answer(product("EU-Requests-Tier1", *tiers)))
    found, _ = list_prices([("eu-west-1", "sns.publish")], None, aws.url)
    assert found["eu-west-1", "sns.publish"].amount == 5e-7


def test_all_pages_are_read(aws: FaultyAws) -> None:
    def pages(call: Call) -> Reply:
        return answer(FIFO) if "NextToken" in call.body else answer(STANDARD, NextToken="more")

    aws.faults["GetProducts"] = pages
    found, _ = list_prices(WANTED, None, aws.url)
    assert found.keys() == set(WANTED)


def test_operation_tells_products_of_one_usage_type_apart(aws: FaultyAws) -> None:
    aws.answer("GetProducts", answer(
        product("EU-LongTermRetention-ReadBytes", ("0", "0.021"), operation="LongTerm"),
        product("EU-ReadBytes", ("0", "0.013"), operation="EnhancedFanoutDataRetrieval"),
    ))  # fmt: skip
    found, _ = list_prices([("eu-west-1", "kinesis.fan-out-gb")], None, aws.url)
    assert [price.amount for price in found.values()] == [0.013]


def test_products_that_disagree_are_no_price(aws: FaultyAws) -> None:
    aws.answer("GetProducts", answer(STANDARD, product("XX-Requests-Tier1", ("0", "0.1"))))
    found, gaps = list_prices(WANTED[:1], None, aws.url)
    assert (found, gaps) == ({}, ())


@pytest.mark.parametrize("fault", sorted(FAULTS))
def test_broken_calls_are_one_gap(aws: FaultyAws, fault: str) -> None:
    aws.answer("GetProducts", FAULTS[fault](ACTION))
    found, (gap,) = list_prices(WANTED, None, aws.url, attempts=1)
    assert found == {}
    assert gap.what == f"{ACTION} on AWSQueueService of eu-west-1 in us-east-1"
    assert gap.permission == (ACTION if fault == "denied" else None)


@pytest.mark.parametrize("item", ["", "[]", "{}", '{"product": {}}', '{"product": 1}'])
def test_products_that_make_no_sense_are_a_gap(aws: FaultyAws, item: str) -> None:
    body = json.dumps({"PriceList": [item]}).encode()
    aws.answer("GetProducts", (200, "application/x-amz-json-1.1", body))
    found, (gap,) = list_prices(WANTED, None, aws.url, attempts=1)
    assert found == {}
    assert "could not be understood" in gap.reason


def test_scan_asks_for_the_prices_of_what_it_found(
    account: Account, faulty: FaultyAws, tmp_path: Path
) -> None:
    account.queue("orders")
    (reading,) = read_account(BUSY).readings
    stub = StubCloudWatch()
    stub.learn(reading.resources, queue_with_many_requests.needs)
    faulty.faults["GetMetricData"] = stub
    dear = product("Requests-RBP", ("0", "0.000001"))
    faulty.answer("GetProducts", answer(dear))
    done = msgaudit(
        tmp_path, "scan", "--region", REGION, "--endpoint-url", faulty.url, "--prices", "aws",
        "--select", "COST001", "-f", "json", "--exit-zero",
    )  # fmt: skip
    (finding,) = json.loads(done.stdout)["findings"]
    assert finding["estimate"]["monthly_cost"] == 10.95
    assert "AWS Price List API (2026-11-01)" in finding["estimate"]["basis"]
