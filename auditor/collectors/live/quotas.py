"""Quotas that an account was granted, where they differ from the published defaults or not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache

from auditor.collectors.live.metrics import Traffic
from auditor.collectors.live.reader import Reader
from auditor.collectors.live.shapes import beside
from auditor.data.regions import service_codes
from auditor.resources import EventBus, Function, Topic
from auditor.resources.base import QUOTAS, RawResource
from auditor.values import Unknown


def with_quotas(
    readers: Iterable[Reader], resources: Sequence[RawResource], traffic: Traffic
) -> list[RawResource]:
    """The same resources; those whose traffic is compared with quotas tell the account's there.

    These are the default bus of each region, its standard topics, and functions without a
    concurrency of their own. A quota that Service Quotas does not tell is left out: then the
    published default holds, if there is one.
    """
    by_region = {reader.region: reader for reader in readers}
    wanted = {cls.type for cls in (EventBus, Function, Topic) if traffic.of(cls)}

    @cache
    def granted(region: str, service: str) -> Mapping[str, float]:
        return _granted(by_region[region], service)

    return [
        beside(raw, QUOTAS, granted(raw.region, service))
        if raw.type in wanted and raw.region in by_region and (service := _service(raw))
        else raw
        for raw in resources
    ]


def _service(raw: RawResource) -> str:
    """The service whose quotas bound the traffic of a resource, if there is one."""
    if raw.type == EventBus.type:
        return "events" if raw.name == "default" else ""
    if raw.type == Function.type:
        return "" if "ReservedConcurrentExecutions" in raw.properties else "lambda"
    return "" if raw.properties.get("FifoTopic") is True else "sns"


def _granted(reader: Reader, service: str) -> Mapping[str, float]:
    found: dict[str, float] = {}
    for name, (of, code) in service_codes().items():
        if of != service:
            continue
        answer = reader.detail(
            "servicequotas:GetServiceQuota", name, ServiceCode=service, QuotaCode=code
        )
        if answer is not None and not isinstance(answer, Unknown):
            value = answer["Quota"].get("Value")
            found |= {name: value} if value else {}
    return found
