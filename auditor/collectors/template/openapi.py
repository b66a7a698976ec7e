"""APIs that an OpenAPI definition describes: the methods and integrations that it stands for.

Extensions: https://docs.aws.amazon.com/apigateway/latest/developerguide/
api-gateway-swagger-extensions-integration.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from yaml.nodes import Node

from auditor.collectors.template.declared import Declared, Origin
from auditor.collectors.template.documents import Document, key_node
from auditor.collectors.template.identity import method_id
from auditor.collectors.template.sam.making import nodes, peek
from auditor.resources import ApiIntegration, RestMethod
from auditor.values import Block, Unknown, document

_REST = ("AWS::ApiGateway::RestApi", "AWS::Serverless::Api")
TYPES = (*_REST, "AWS::ApiGatewayV2::Api", "AWS::Serverless::HttpApi")
# `Definition` is what stands in the file that SAM's `DefinitionUri` names.
_BODIES = ("Body", "DefinitionBody", "Definition", "BodyS3Location")
_KEY = "x-amazon-apigateway-integration"
_ANY = "x-amazon-apigateway-any-method"
# What is read of an integration, and what the resource calls it.
_REST_NAMES = {
    "Credentials": "credentials",
    "RequestParameters": "requestParameters",
    "RequestTemplates": "requestTemplates",
    "TimeoutInMillis": "timeoutInMillis",
    "Type": "type",
    "Uri": "uri",
}
_HTTP_NAMES = {
    "CredentialsArn": "credentials",
    "IntegrationSubtype": "integrationSubtype",
    "IntegrationType": "type",
    "RequestParameters": "requestParameters",
    "TimeoutInMillis": "timeoutInMillis",
}


def integrations(api: Declared) -> Iterator[Declared]:
    """The methods of a REST API, or integrations of an HTTP API, in which its definition calls AWS.

    One of which nothing is known stands for the parts of the definition that could not be read.
    """
    if api.type not in TYPES:
        return
    name = next((name for name in _BODIES if peek(api.properties, name) is not None), None)
    if name is None:
        return
    body = document(peek(api.properties, name))
    if isinstance(body, Block) and name != "BodyS3Location":
        yield from _methods(api, body)
    else:
        why = body if isinstance(body, Unknown) else Unknown("the definition is not a local file")
        yield _unread(api, f"{api.id}.Body", Unknown(why.reason))


def _methods(api: Declared, body: Block) -> Iterator[Declared]:
    for path, verb, operation in _operations(peek(body, "paths")):
        id_ = method_id(api.id, verb, path)
        integration = _resolved(peek(operation, _KEY), body)
        if isinstance(integration, Unknown):
            yield _unread(api, id_, integration)
        elif isinstance(integration, Block) and isinstance(operation, Block):
            made = _method if api.type in _REST else _integration
            yield from made(api, id_, verb, operation, integration)


def _operations(paths: object) -> Iterator[tuple[str, str, object]]:
    """Path, method and operation; what could not be read is an operation by itself."""
    for path, methods in _items(paths):
        for verb, operation in _items(methods):
            if isinstance(operation, Block | Unknown):
                yield path, "ANY" if verb == _ANY else verb.upper(), operation


def _items(value: object) -> Iterator[tuple[str, object]]:
    if isinstance(value, Mapping):
        yield from value.items()
    unread = value if isinstance(value, Unknown) else getattr(value, "unread", None)
    if unread is not None:
        yield "", unread


def _resolved(integration: object, body: Block) -> object:
    """The integration that a `$ref` refers to."""
    reference = peek(integration, "$ref") if isinstance(integration, Block) else None
    if isinstance(reference, str) and reference.startswith("#/"):
        return peek(body, *reference.removeprefix("#/").split("/"))
    return integration


def _method(
    api: Declared, id_: str, verb: str, operation: Block, integration: Block
) -> Iterator[Declared]:
    made = _renamed(integration, _REST_NAMES)
    if isinstance(kind := made.get("Type"), str):
        made["Type"] = kind = kind.upper()
    if kind is None or kind == "AWS" or isinstance(kind, Unknown):
        origin = Origin(nodes(operation), {"Integration": _KEY}, _document(operation))
        block = Block({"HttpMethod": verb, "Integration": made}, origin)
        yield Declared(RestMethod.type, id_, block, _anchor(api, operation), api.metadata)


def _integration(
    api: Declared, id_: str, verb: str, operation: Block, integration: Block
) -> Iterator[Declared]:
    if peek(integration, "integrationSubtype") is not None:
        block = _renamed(integration, _HTTP_NAMES)
        yield Declared(ApiIntegration.type, id_, block, _anchor(api, operation), api.metadata)


def _renamed(integration: Block, names: Mapping[str, str]) -> Block:
    items = {name: integration[own] for name, own in names.items() if own in integration}
    origin = Origin(nodes(integration), names, _document(integration))
    return Block(items, origin, integration.unread)


def _document(value: Block) -> Document | None:
    return value.origin.document if isinstance(value.origin, Origin) else None


def _anchor(api: Declared, operation: Block) -> Node | None:
    """The key of the integration, or the API itself where it is defined in another file."""
    if _document(operation) is not None:
        return api.anchor
    return next((key for node in nodes(operation) if (key := key_node(node, _KEY))), api.anchor)


def _unread(api: Declared, id_: str, why: Unknown) -> Declared:
    type_ = RestMethod.type if api.type in _REST else ApiIntegration.type
    return Declared(type_, id_, Block(unread=why), api.anchor, api.metadata)
