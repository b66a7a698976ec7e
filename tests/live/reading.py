"""Short ways to collect and to look at what was collected."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from auditor.collectors.live import LiveCollector, Scope, Traffic
from auditor.inventory import Unit
from auditor.resources import RawResource

ACCOUNT = "123456789012"
REGION = "us-east-1"
NO_TRAFFIC = Traffic()


def collect(url: str, *regions: str, attempts: int = 2, traffic: Traffic = NO_TRAFFIC) -> Unit:
    """The account behind a URL."""
    collector = LiveCollector(
        Scope(regions=regions or (REGION,)),
        endpoint_url=url,
        attempts=attempts,
        traffic=traffic,
    )
    (unit,) = collector.collect()
    return unit


def resources(unit: Unit, type_: str) -> list[RawResource]:
    """The collected resources of one type."""
    return [raw for raw in unit.readings[0].resources if raw.type == type_]


def only(unit: Unit, type_: str) -> RawResource:
    """The one collected resource of a type."""
    (raw,) = resources(unit, type_)
    return raw


def properties(unit: Unit, type_: str) -> Mapping[str, Any]:
    """The properties of the one collected resource of a type."""
    return only(unit, type_).properties


def arn(service: str, resource: str) -> str:
    """An ARN of moto's account."""
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{resource}"
