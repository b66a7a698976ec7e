"""From quantities and prices to estimates."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

from msgspec.structs import replace

from auditor.findings import Finding
from auditor.pricing.table import Price, Prices
from auditor.report import Report
from auditor.usage import Estimate, Usage

_NO_PRICE = "no price is known; give --prices FILE"


def priced(report: Report, prices: Prices) -> Report:
    """The report with an estimate on each finding that tells quantities."""
    return replace(report, findings=tuple(_priced(finding, prices) for finding in report.findings))


def _priced(finding: Finding, prices: Prices) -> Finding:
    if finding.usage is None:
        return finding
    region = finding.resource.region or ""
    return replace(finding, estimate=estimate(finding.usage, region, prices))


def estimate(usage: Usage, region: str, prices: Prices) -> Estimate:
    """What the quantities cost in a region, to the cent; unknown where one price is."""
    names = sorted({*usage.now, *usage.then})
    known = {name: prices.by_place.get((region, name)) for name in names}
    missing = [name for name, price in known.items() if price is None]
    if missing:
        basis = f"{', '.join(missing)} in {region or 'this region'}: {_NO_PRICE}"
        return Estimate(None, None, prices.currency, basis)
    found = {name: price for name, price in known.items() if price}
    now, then = _sum(usage.now, found), _sum(usage.then, found)
    basis = f"estimate at list prices of {region}, {_sources(found.values())}"
    if usage.assumption:
        basis = f"{basis}; {usage.assumption}"
    return Estimate(round(now, 2), round(now - then, 2), prices.currency, basis)


def _sum(quantities: Mapping[str, float], prices: Mapping[str, Price]) -> float:
    return math.fsum(amount * prices[name].amount for name, amount in quantities.items())


def _sources(prices: Iterable[Price]) -> str:
    return ", ".join(dict.fromkeys(f"{price.source} ({price.date})" for price in prices))
