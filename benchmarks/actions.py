"""Which action a request to AWS asks for, such as `sqs:ListQueues`."""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple
from urllib.parse import parse_qs, urlsplit

import botocore.session
from botocore.exceptions import UnknownServiceError
from botocore.model import OperationModel

# What botocore calls the services that sign with one name, where that is not the name itself.
_SIGNED = {"apigateway": ("apigateway", "apigatewayv2")}


class Request(NamedTuple):
    """What tells requests apart: headers only as far as they name an operation."""

    method: str
    path: str
    target: str
    body: bytes


class _Route(NamedTuple):
    placeholders: int
    pattern: re.Pattern[str]
    query: str
    operation: str


def action(request: Request, authorization: str) -> str:
    """The service that a request is signed for, and its operation, or else its path."""
    scope = re.search(r"Credential=([^,]+)", authorization)
    service = scope[1].split("/")[-2] if scope else "unsigned"
    return f"{service}:{_operation(request, service)}"


def _operation(request: Request, service: str) -> str:
    if request.target:
        return request.target.rpartition(".")[2]
    if "/operation/" in request.path:
        return request.path.rpartition("/")[2]
    if named := parse_qs(request.body.decode(errors="replace")).get("Action"):
        return named[0]
    place = urlsplit(request.path)
    plain = f"{request.method} {place.path.rstrip('/')}"
    fitting = (
        route.operation
        for route in _routes(service)
        if route.pattern.fullmatch(plain) and route.query in place.query
    )
    return next(fitting, plain)


@cache
def _routes(service: str) -> list[_Route]:
    """The operations of a service that go by the path, the most specific first."""
    session = botocore.session.Session()
    routes = []
    for name in _SIGNED.get(service, (service,)):
        try:
            model = session.get_service_model(name)
        except UnknownServiceError:
            continue
        operations = map(model.operation_model, model.operation_names)
        routes += [_route(operation) for operation in operations if not operation.deprecated]
    return sorted(routes, key=lambda route: (route.placeholders, -len(route.query)))


def _route(operation: OperationModel) -> _Route:
    place, _, query = operation.http["requestUri"].partition("?")
    path, count = re.subn(r"\\\{[^}]*\}", "[^/]+", re.escape(place.rstrip("/")))
    return _Route(count, re.compile(f"{operation.http['method']} {path}"), query, operation.name)
