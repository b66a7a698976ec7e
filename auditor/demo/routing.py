"""Buses and rules (guide lines 347-443, 836-856, 873-886, 1053-1073)."""

from __future__ import annotations

import json
from typing import Any

from auditor.demo.lambdas import consume, make_function
from auditor.demo.notifications import make_topic, subscribe
from auditor.demo.orders import make_queue
from auditor.demo.sandbox import Aws, guide_list

_ORDERS_BUS = "order-processing-bus"
_ORDER_PLACED = {"source": ["ecommerce.orders"], "detail-type": ["Order Placed"]}
_UPLOADED = {
    "source": ["aws.s3"],
    "detail-type": ["Object Created"],
    "detail": {
        "bucket": {"name": ["my-important-bucket"]},
        "object": {"key": [{"prefix": "uploads/"}]},
    },
}
_SHOPIFY = {
    "source": ["aws.partner/shopify.com/123456/mystore"],
    "detail-type": ["Order Created"],
    "detail": {"financial_status": ["paid"], "total_price": [{"numeric": [">", 0]}]},
}


def build(aws: Aws) -> None:
    """Create buses and rules: no target has a dead-letter queue, none has let EventBridge in."""
    _orders(aws)
    _uploads(aws)
    _shared(aws)


def _orders(aws: Aws) -> None:
    aws.client("events").create_event_bus(Name=_ORDERS_BUS, Tags=guide_list("369-370"))
    high_value = {"order_value": [{"numeric": [">=", 1000]}], "status": ["confirmed"]}
    _rule(
        aws,
        "ProcessHighValueOrders",
        "372-406",
        {**_ORDER_PLACED, "detail": high_value},
        [_high_value_target(aws)],
        bus=_ORDERS_BUS,
    )
    placed = [
        {"Arn": aws.arn("sqs", "inventory-queue")},
        {"Arn": aws.arn("sqs", "secure-queue")},
        {"Arn": aws.arn("states", "stateMachine:OrderProcessing"), "RoleArn": aws.role("events")},
        {"Arn": aws.arn("sns", "order-notifications")},
        {"Arn": aws.arn("kinesis", "stream/user-activity-stream"), "RoleArn": aws.role("events")},
    ]
    _rule(aws, "OrderPlaced", "839-856", _ORDER_PLACED, placed, bus=_ORDERS_BUS)
    fulfillment = [{"Arn": aws.arn("sqs", "fulfillment-queue")}]
    _rule(aws, "ShopifyOrders", "435-442", _SHOPIFY, fulfillment, bus=_ORDERS_BUS)


def _high_value_target(aws: Aws) -> dict[str, Any]:
    template = '{"order": "<order_id>", "customer": "<customer_id>", "amount": <amount>}'
    paths = {
        "order_id": "$.detail.order_id",
        "customer_id": "$.detail.customer_id",
        "amount": "$.detail.order_value",
    }
    return {
        "Arn": make_function(aws, "ProcessHighValueOrder", "393-396", timeout=30),
        "InputTransformer": {"InputPathsMap": paths, "InputTemplate": template},
    }


def _uploads(aws: Aws) -> None:
    """One message group makes the FIFO queue single-file; S3 events have no order anyway."""
    images = make_queue(aws, "image-processing-queue", "882")
    index = make_queue(aws, "search-index.fifo", "883", FifoQueue="true")
    for name, lines, source in (
        ("GenerateThumbnail", "882", images),
        ("UpdateSearchIndex", "883", index),
    ):
        consume(aws, make_function(aws, name, lines, timeout=60), source)
    uploaded = make_topic(aws, "upload-notifications", "884-885")
    subscribe(aws, uploaded, "https", "https://demo.execute-api.us-east-1.amazonaws.com/prod")
    targets: list[dict[str, Any]] = [
        {"Arn": images},
        {"Arn": index, "SqsParameters": {"MessageGroupId": "uploads"}},
        {"Arn": uploaded},
    ]
    _rule(aws, "UploadedFiles", "347-361, 876-886", _UPLOADED, targets)


def _shared(aws: Aws) -> None:
    """The bus that another account may send to."""
    events = aws.client("events")
    events.create_event_bus(Name="shared-event-bus", Tags=guide_list("1053-1072"))
    statement = {
        "Sid": "TrustedAccount",
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::111122223333:root"},
        "Action": "events:PutEvents",
        "Resource": aws.arn("events", "event-bus/shared-event-bus"),
        "Condition": {"StringEquals": {"events:source": "trusted.application"}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    events.put_permission(EventBusName="shared-event-bus", Policy=policy)


def _rule(
    aws: Aws,
    name: str,
    lines: str,
    pattern: dict[str, Any],
    targets: list[dict[str, Any]],
    bus: str = "default",
) -> None:
    events = aws.client("events")
    events.put_rule(
        Name=name, EventBusName=bus, EventPattern=json.dumps(pattern), Tags=guide_list(lines)
    )
    numbered = [{"Id": str(number), **target} for number, target in enumerate(targets, start=1)]
    events.put_targets(Rule=name, EventBusName=bus, Targets=numbered)
