"""Reading an aggregator of AWS Config: one query API for all of its accounts and regions."""

from __future__ import annotations

from auditor.collectors.aggregator.collector import AggregatorCollector

__all__ = ["AggregatorCollector"]
