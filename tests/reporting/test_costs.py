"""Estimates in the reports."""

from __future__ import annotations

import json

from msgspec.structs import replace

from auditor.report import Report
from auditor.usage import Estimate
from reports.costs import cost_table
from reports.html import HtmlReporter
from reports.json import JsonReporter
from reports.text import TextReporter
from tests.reporting import samples

BASIS = "estimate at list prices of eu-west-1, <a price list> (2026-11-24)"


def report(*estimates: Estimate | None) -> Report:
    """A report of which the first violations have these estimates."""
    found = samples.typical()
    given = dict(zip((it.fingerprint for it in found.violations), estimates, strict=False))
    findings = (replace(it, estimate=given.get(it.fingerprint)) for it in found.findings)
    return replace(found, findings=tuple(findings))


def saving(amount: float | None) -> Estimate:
    return Estimate(None if amount is None else 20.0, amount, "USD", BASIS)


def test_largest_savings_come_first_and_unknown_ones_not_at_all() -> None:
    rows = cost_table(report(saving(5.0), saving(10.0), saving(None)))
    assert [(row.estimate.saving, row.share) for row in rows] == [(10.0, 100), (5.0, 50)]


def test_advice_that_costs_more_saves_nothing() -> None:
    assert cost_table(report(saving(-3.0), saving(0.0))) == []


def test_text_has_each_estimate_and_the_top_savings() -> None:
    text = TextReporter(width=200).render(report(saving(5.0), saving(10.0)))
    assert f"    cost: USD 20.00 a month, the advice saves USD 10.00 ({BASIS})\n" in text
    assert "Top savings a month, as estimates that may overlap\n" in text
    assert "\n  USD 10.00 ██████████ SQS030" in text
    assert "\n  USD 5.00 █████" in text


def test_text_says_that_advice_costs_more_and_what_is_not_known() -> None:
    text = TextReporter(width=200).render(report(saving(-3.0), saving(None)))
    assert "the advice costs USD 3.00 more" in text
    assert f"    cost: {BASIS}\n" in text
    assert "Top savings" not in text


def test_html_has_a_table_of_escaped_estimates() -> None:
    page = HtmlReporter().render(report(saving(5.0)))
    assert '<h2 id="costs">Top savings</h2>' in page
    assert '<td data-label="Saves">USD 5.00 ' in page
    assert "&lt;a price list&gt;" in page
    assert "<a price list>" not in page


def test_html_without_estimates_has_no_table() -> None:
    assert 'id="costs"' not in HtmlReporter().render(samples.typical())


def test_json_has_the_estimate() -> None:
    found = json.loads(JsonReporter().render(report(saving(5.0))))["findings"]
    (estimate,) = [it["estimate"] for it in found if it["estimate"]]
    assert estimate == {
        "monthly_cost": 20.0, "monthly_saving": 5.0, "currency": "USD", "basis": BASIS,
    }  # fmt: skip
