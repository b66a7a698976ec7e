"""Quotas that an account was granted, where they differ from the published defaults or not."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from auditor.collectors.live.reader import Reader
from auditor.collectors.live.shapes import beside
from auditor.data.regions import service_codes
from auditor.resources import EventBus
from auditor.resources.base import RawResource
from auditor.resources.events import QUOTAS
from auditor.values import Unknown


def with_quotas(readers: Iterable[Reader], resources: Sequence[RawResource]) -> list[RawResource]:
    """The same resources; the default bus of each region tells the account's quotas there.

    A quota that Service Quotas does not tell is left out: then the published default holds.
    """
    by_region = {reader.region: reader for reader in readers}
    return [
        beside(raw, QUOTAS, _granted(by_region[raw.region]))
        if raw.type == EventBus.type and raw.name == "default" and raw.region in by_region
        else raw
        for raw in resources
    ]


def _granted(reader: Reader) -> dict[str, float]:
    found: dict[str, float] = {}
    for name, (service, code) in service_codes().items():
        answer = reader.detail(
            "servicequotas:GetServiceQuota", name, ServiceCode=service, QuotaCode=code
        )
        if answer is not None and not isinstance(answer, Unknown):
            value = answer["Quota"].get("Value")
            found |= {name: value} if value else {}
    return found
