"""Prices, and the estimates that they make of quantities."""

from __future__ import annotations

from auditor.pricing.estimates import priced
from auditor.pricing.table import Price, Prices, parsed, prices_in, shipped

__all__ = ["Price", "Prices", "parsed", "priced", "prices_in", "shipped"]
