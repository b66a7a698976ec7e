"""What HTTP and WebSocket APIs call."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any

from auditor.collectors.live.reader import Reader
from auditor.collectors.live.shapes import concealed, pick
from auditor.resources import ApiIntegration
from auditor.resources.base import RawResource, unread_properties
from auditor.values import Unknown

TYPES = (ApiIntegration.type,)

_INTEGRATION = (
    "ConnectionType",
    "CredentialsArn",
    "Description",
    "IntegrationMethod",
    "IntegrationSubtype",
    "IntegrationType",
    "IntegrationUri",
    "PayloadFormatVersion",
    "TimeoutInMillis",
)
_NOT_KEPT = "parameters of requests to other servers are not kept"


def collect(reader: Reader) -> Iterator[RawResource]:
    """The integrations of all APIs of a region."""
    apis = reader.listing("apigateway:GetApis", "Items", *TYPES, MaxResults="500")
    return chain.from_iterable(reader.each(lambda api: _integrations(reader, api), apis))


def _integrations(reader: Reader, api: Mapping[str, Any]) -> list[RawResource]:
    id_, name = api["ApiId"], api["Name"]
    items = reader.details("apigateway:GetIntegrations", "Items", name, ApiId=id_, MaxResults="500")
    arn = arn_of(reader, f"/apis/{id_}/integrations")
    if isinstance(items, Unknown):
        properties = unread_properties({"ApiId": id_}, items)
        return [RawResource(ApiIntegration.type, arn, properties, name=name, arn=arn)]
    return [transform(f"{arn}/{item['IntegrationId']}", api, item) for item in items or ()]


def arn_of(reader: Reader, resource: str) -> str:
    """ARNs of API Gateway name no account."""
    return reader.arn("apigateway", resource).replace(f":{reader.account}:", "::")


def transform(arn: str, api: Mapping[str, Any], item: Mapping[str, Any]) -> RawResource:
    """An integration. Headers for another server may be secrets; AWS services get none."""
    properties = {"ApiId": api["ApiId"], **pick(item, _INTEGRATION)}
    parameters = item.get("RequestParameters") or {}
    if parameters:
        to_aws = "IntegrationSubtype" in item
        kept = dict(parameters) if to_aws else concealed(parameters, _NOT_KEPT)
        properties["RequestParameters"] = kept
    name = f"{api['Name']} to {item.get('IntegrationSubtype') or item['IntegrationId']}"
    return RawResource(ApiIntegration.type, arn, properties, name=name, arn=arn)
