"""The shipped table, and files of the user."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from auditor.errors import UsageError
from auditor.pricing import parsed, prices_in, shipped
from auditor.pricing.names import UNITS

DOCUMENT = Path(__file__).parents[2] / "docs" / "cost.md"
PRICE: dict[str, Any] = {
    "region": "eu-west-1",
    "name": "sqs.standard-request",
    "price": 4e-7,
    "source": "our contract",
    "date": "2026-11-01",
}


def test_every_shipped_price_names_its_source_and_date() -> None:
    prices = shipped()
    assert prices.currency == "USD"
    assert {region for region, _ in prices.by_place} >= {"us-east-1", "eu-west-1", "ap-northeast-1"}
    for price in prices.by_place.values():
        assert price.source
        assert price.date.startswith("20")


def test_one_region_has_nearly_all_prices() -> None:
    known = {name for region, name in shipped().by_place if region == "us-east-1"}
    assert set(UNITS) - known == {"kms.request"}


def test_names_are_documented() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    for name, unit in UNITS.items():
        assert f"| `{name}` | {unit} |" in text


def test_shipped_regions_are_documented() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    for region in sorted({region for region, _ in shipped().by_place}):
        assert f"`{region}`" in text, region


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ([], "needs `currency` and `prices`"),
        ({"currency": "USD"}, "needs `currency` and `prices`"),
        ({"currency": "dollars", "prices": [PRICE]}, "a code like USD"),
        ({"currency": "USD", "prices": []}, "at least one price"),
        ({"currency": "USD", "prices": [{}]}, "price 1 needs exactly region, name, price"),
        ({"currency": "USD", "prices": [{**PRICE, "note": ""}]}, "price 1 needs exactly"),
        ({"currency": "USD", "prices": [{**PRICE, "region": ""}]}, "no usable `region`"),
        ({"currency": "USD", "prices": [{**PRICE, "price": "0.4"}]}, "no usable `price`"),
        ({"currency": "USD", "prices": [{**PRICE, "price": True}]}, "no usable `price`"),
        ({"currency": "USD", "prices": [{**PRICE, "price": -1}]}, "is no amount of money"),
        ({"currency": "USD", "prices": [{**PRICE, "price": float("inf")}]}, "no amount of money"),
        ({"currency": "USD", "prices": [{**PRICE, "name": "sqs.request"}]}, "'sqs.request'"),
        ({"currency": "USD", "prices": [{**PRICE, "date": "today"}]}, "not YYYY-MM-DD"),
        ({"currency": "USD", "prices": [PRICE, PRICE]}, "price 2 gives eu-west-1 sqs"),
    ],
)
def test_bad_tables_are_refused_with_the_place_of_the_fault(content: Any, complaint: str) -> None:
    with pytest.raises(UsageError, match=complaint) as refused:
        parsed(content, "prices.json")
    assert "docs/cost.md" in refused.value.hint


@pytest.mark.parametrize("content", [b"{", b"\xff\xfe", b"[" * 100_000])
def test_what_is_no_json_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "prices.json"
    file.write_bytes(content)
    with pytest.raises(UsageError, match="cannot be read as JSON"):
        prices_in(str(file))


def test_a_missing_file_is_told_in_words(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read: No such file or directory"):
        prices_in(str(tmp_path / "none.json"))


def test_file_has_the_form_of_the_shipped_table(tmp_path: Path) -> None:
    file = tmp_path / "prices.json"
    file.write_text(json.dumps({"currency": "EUR", "prices": [PRICE]}))
    prices = prices_in(str(file))
    assert prices.currency == "EUR"
    assert prices.by_place["eu-west-1", "sqs.standard-request"].amount == 4e-7
