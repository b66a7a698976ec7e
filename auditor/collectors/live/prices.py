"""List prices as the AWS Price List API gives them: the same for every account, dated."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

from auditor.collectors.live.faults import MALFORMED, CallError
from auditor.collectors.live.limits import Limits
from auditor.collectors.live.reader import Log, Reader
from auditor.collectors.live.session import THREADS, open_session
from auditor.findings import Gap
from auditor.pricing.table import Price
from auditor.values import Unknown

_ACTION = "pricing:GetProducts"
_ENDPOINT = "us-east-1"
_SOURCE = "AWS Price List API"
_ATTEMPTS = 5


class _Product(NamedTuple):
    """A service, how the usage type ends in every region, and the operation where that is needed.

    Usage types start with a short name of the region, in us-east-1 mostly without one.
    """

    service: str
    usage_type: str
    operation: str = ""


_PRODUCTS = {
    "events.custom-event": _Product("AWSEvents", "Event-64K-Chunks", "PutEvents"),
    "kinesis.extended-shard-hour": _Product("AmazonKinesis", "Extended-ShardHour"),
    "kinesis.fan-out-gb": _Product("AmazonKinesis", "ReadBytes", "EnhancedFanoutDataRetrieval"),
    "kinesis.fan-out-shard-hour": _Product("AmazonKinesis", "EnhancedFanoutHour"),
    "kinesis.long-term-gb-month": _Product(
        "AmazonKinesis", "LongTermRetention-ByteHrs", "LongTermRetentionByteHrs"
    ),
    "kinesis.on-demand-gb-in": _Product("AmazonKinesis", "OnDemand-BilledIncomingBytes"),
    "kinesis.on-demand-gb-out": _Product("AmazonKinesis", "OnDemand-BilledOutgoingBytes"),
    "kinesis.on-demand-stream-hour": _Product("AmazonKinesis", "OnDemand-StreamHour"),
    "kinesis.put-unit": _Product("AmazonKinesis", "PutRequestPayloadUnits"),
    "kinesis.shard-hour": _Product("AmazonKinesis", "Storage-ShardHour"),
    "kms.request": _Product("awskms", "KMS-Requests"),
    "sns.publish": _Product("AmazonSNS", "Requests-Tier1"),
    "sqs.fifo-request": _Product("AWSQueueService", "Requests-FIFO-(Tier1|RBP)"),
    "sqs.standard-request": _Product("AWSQueueService", "Requests-(Tier1|RBP)"),
    "states.express-gb-second": _Product("AmazonStates", "StepFunctions-GB-Second"),
    "states.express-request": _Product("AmazonStates", "StepFunctions-Request"),
    "states.transition": _Product("AmazonStates", "StateTransition"),
}


def list_prices(
    wanted: Iterable[tuple[str, str]],
    profile: str | None,
    endpoint_url: str | None,
    attempts: int = _ATTEMPTS,
) -> tuple[dict[tuple[str, str], Price], tuple[Gap, ...]]:
    """The prices of these regions and names, as far as there are any, and what could not be read.

    One call for each region and service, and for each further page of it.
    """
    log, names = Log(), list(wanted)
    calls = sorted({(region, _PRODUCTS[name].service) for region, name in names})
    clients = open_session(profile, endpoint_url, attempts, Limits())
    with ThreadPoolExecutor(THREADS) as pool:
        reader = Reader(clients, _ENDPOINT, None, pool, log)
        answers = dict(zip(calls, reader.each(lambda call: _products(reader, *call), calls),
                           strict=True))  # fmt: skip
    found = {}
    for region, name in names:
        price = _price(_PRODUCTS[name], answers[region, _PRODUCTS[name].service])
        if price:
            found[region, name] = price
    return found, log.gaps()


def _products(reader: Reader, region: str, service: str) -> list[Mapping[str, Any]]:
    subject = f"{service} of {region}"
    where = {"Type": "TERM_MATCH", "Field": "regionCode", "Value": region}
    items = reader.details(_ACTION, "PriceList", subject, ServiceCode=service, Filters=[where])
    if items is None or isinstance(items, Unknown):
        return []
    try:
        return [_checked(json.loads(item)) for item in items]
    except MALFORMED as error:
        reader.fail(_ACTION, subject, CallError(f"the answer could not be understood: {error!r}"))
        return []


def _checked(item: Mapping[str, Any]) -> Mapping[str, Any]:
    """The parts of a product that are looked at; raises where one is missing."""
    attributes = item["product"]["attributes"]
    return {
        "usage_type": attributes.get("usagetype", ""),
        "operation": attributes.get("operation", ""),
        "amounts": list(_amounts(item)),
        "date": item["publicationDate"][:10],
    }


def _amounts(item: Mapping[str, Any]) -> Iterator[tuple[float, float]]:
    """From which quantity on a unit costs so much, in USD."""
    for term in item.get("terms", {}).get("OnDemand", {}).values():
        for dimension in term["priceDimensions"].values():
            if "USD" in dimension["pricePerUnit"]:
                amount = float(dimension["pricePerUnit"]["USD"])
                yield float(dimension.get("beginRange", 0)), amount


def _price(wanted: _Product, products: Iterable[Mapping[str, Any]]) -> Price | None:
    """The price of the first tier that is not free; nothing where two products disagree."""
    usage_type = re.compile(rf"([A-Za-z0-9-]+-)?{wanted.usage_type}")
    found = {
        Price(min(paid)[1], _SOURCE, each["date"])
        for each in products
        if usage_type.fullmatch(each["usage_type"])
        and wanted.operation in ("", each["operation"])
        and (paid := [tier for tier in each["amounts"] if tier[1] > 0])
    }
    return found.pop() if len(found) == 1 else None
