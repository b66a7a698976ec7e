"""`AWS::Serverless::SimpleTable`: a table with a single-attribute key."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.collectors.template.declared import Declared, Scope
from auditor.collectors.template.sam.making import whole

_PASSED = (
    "PointInTimeRecoverySpecification", "ProvisionedThroughput", "SSESpecification", "TableName",
)  # fmt: skip
_TYPES = {"String": "S", "Number": "N", "Binary": "B"}


def table(declared: Declared, scope: Scope) -> Iterator[Declared]:
    """The table."""
    part = whole(declared, scope)
    name = part.peek("PrimaryKey", "Name") or "id"
    kind = part.peek("PrimaryKey", "Type")
    letter = _TYPES.get(kind, "S") if isinstance(kind, str) else kind or "S"
    on_demand = None if part.peek("ProvisionedThroughput") else "PAY_PER_REQUEST"
    properties = {
        **part.passed(*_PASSED),
        "AttributeDefinitions": [{"AttributeName": name, "AttributeType": letter}],
        "KeySchema": [{"AttributeName": name, "KeyType": "HASH"}],
        "BillingMode": on_demand,
    }
    renames = {"AttributeDefinitions": "PrimaryKey", "KeySchema": "PrimaryKey"}
    yield part.make("AWS::DynamoDB::Table", part.id, properties, renames)
