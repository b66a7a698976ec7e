"""What REST APIs call."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any

from auditor.collectors.live.apigateway import arn_of
from auditor.collectors.live.reader import Reader
from auditor.resources import RestMethod
from auditor.resources.base import RawResource, unread_properties
from auditor.values import Unknown

TYPES = (RestMethod.type,)
# Headers and templates for other servers may hold secrets; calls of AWS services need none.
_TO_AWS = "AWS"
_POSITION = ("position", "position")


def collect(reader: Reader) -> Iterator[RawResource]:
    """The methods of all REST APIs of a region that call AWS services directly."""
    listed = "apigateway:GetRestApis"
    apis = reader.listing(listed, "items", *TYPES, token=_POSITION, limit=500)
    return chain.from_iterable(reader.each(lambda api: _methods(reader, api), apis))


def _methods(reader: Reader, api: Mapping[str, Any]) -> list[RawResource]:
    id_, name = api["id"], api["name"]
    items = reader.details(
        "apigateway:GetResources", "items", name, _POSITION,
        restApiId=id_, limit=500, embed=["methods"],
    )  # fmt: skip
    arn = arn_of(reader, f"/restapis/{id_}/resources")
    if isinstance(items, Unknown):
        properties = unread_properties({"RestApiId": id_}, items)
        return [RawResource(RestMethod.type, arn, properties, name=name, arn=arn)]
    return [
        transform(f"{arn}/{item['id']}/methods/{verb}", api, item, method)
        for item in items or ()
        for verb, method in (item.get("resourceMethods") or {}).items()
        if (method.get("methodIntegration") or {}).get("type") == _TO_AWS
    ]


def transform(
    arn: str, api: Mapping[str, Any], item: Mapping[str, Any], method: Mapping[str, Any]
) -> RawResource:
    """A method with its integration; the keys of CloudFormation are those of the API."""
    made = method["methodIntegration"]
    names = ("type", "uri", "credentials", "requestParameters", "requestTemplates")
    kept = {name: made[name] for name in (*names, "timeoutInMillis") if made.get(name)}
    properties = {
        "RestApiId": api["id"],
        "ResourceId": item["id"],
        "HttpMethod": method["httpMethod"],
        "Integration": {name[0].upper() + name[1:]: value for name, value in kept.items()},
    }
    name = f"{method['httpMethod']} {item['path']} of {api['name']}"
    return RawResource(RestMethod.type, arn, properties, name=name, arn=arn)
