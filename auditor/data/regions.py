"""Quotas that differ between regions: the defaults that AWS publishes.

The table is `regions.json`; each quota names its source. It is read when first asked for.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from auditor.data.limits import QUOTA_WARNING_SHARE
from auditor.values import UndeterminedError


@lru_cache(maxsize=1)
def _quotas() -> Mapping[str, Any]:
    path = Path(__file__).with_name("regions.json")
    quotas: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))["quotas"]
    return quotas


def service_codes() -> Mapping[str, tuple[str, str]]:
    """What Service Quotas calls these quotas: service and code, where that is known."""
    return {
        name: (found["service"], found["code"])
        for name, found in _quotas().items()
        if found["code"]
    }


def least(name: str, region: str) -> float:
    """What a region has at least by default; the least of all regions where none is named."""
    found = _quotas()[name]
    smallest = min(found.get("least") or found["default"], *found["regions"].values())
    own = found["regions"].get(region, found["default"] or smallest) if region else smallest
    return float(own)


def quota(name: str, region: str, used: float) -> float:
    """The default quota of a region, of which so much is used.

    Raises `UndeterminedError` where the table does not tell, and the least that a region has would
    not do.
    """
    found = _quotas()[name]
    value = found["regions"].get(region, found["default"])
    if value is None and used <= QUOTA_WARNING_SHARE * found["least"]:
        value = found["least"]
    if value is None:
        reason = f"the quota {name} of {region or 'this region'} is not in msgaudit's table"
        raise UndeterminedError(reason)
    return float(value)
