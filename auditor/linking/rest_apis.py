"""Edges that REST APIs declare: what a method sends to without a function in between."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote

from auditor.arns import Arn
from auditor.data.api_integrations import REST_RECEIVERS
from auditor.graph import Edge, EdgeKind
from auditor.index import External, Index, Node
from auditor.linking.apis import BY_REQUEST, receiver
from auditor.linking.links import get, linker
from auditor.resources import EventBus, Queue, RestMethod, StateMachine, Stream, Topic
from auditor.values import PropertyPath, Unknown

_ENDS = (EventBus, Queue, RestMethod, StateMachine, Stream, Topic)
_AT = "Integration"
_UNREAD = "what the API asks the service to do could not be read"
# What only a request fills: `$input.params('id')`, `${context.stage}`. Other `${...}` are symbols.
_FILLED = re.compile(r"\$(?!\{)|\$\{(?:context|input|stageVariables|util)\b")
# `TopicArn=...` in a form, `"TopicArn": "..."` in JSON.
_FORM = r"""(?:^|[&\s"'])%s=(?:\$util\.urlEncode\(\s*["'])?([^&"'\s)]+)"""
_JSON = r'"%s"\s*:\s*"([^"]+)"'
# A parameter and where it stands.
_Said = tuple[object, PropertyPath]


@linker(RestMethod, EdgeKind.DELIVERS, between=_ENDS)
def rest_method(resource: RestMethod, index: Index) -> Iterator[Edge]:
    """Method to queue, topic, bus, stream or state machine."""
    path = (_AT, "Uri")
    uri = get(resource.properties, *path)
    if get(resource.properties, _AT, "Type") in ("AWS_PROXY", "HTTP", "HTTP_PROXY", "MOCK"):
        return
    called = Arn.parse(_text(uri) or "")
    if called is not None and called.service == "apigateway":
        for name, reference, place, action in _sends(resource, called, uri):
            service = called.account.rpartition(".")[2]
            target = _narrowed(service, _receiver(name, reference, resource, index))
            yield Edge(EdgeKind.DELIVERS, resource, target, resource, place, action)
    elif isinstance(uri, Unknown):
        yield Edge(EdgeKind.DELIVERS, resource, uri, resource, path)


def _sends(
    method: RestMethod, called: Arn, uri: object
) -> Iterator[tuple[str, object, PropertyPath, str]]:
    """The name, value and place of what says where a message goes, and the permission it takes.

    Name and permission are empty where the action could not be read. URIs end in
    `SERVICE:action/NAME` or `SERVICE:path/ACCOUNT/QUEUE`.
    """
    actions = REST_RECEIVERS.get(called.account.rpartition(".")[2])
    if actions is None:
        return
    style, _, rest = called.resource.partition("/")
    given = rest if style == "action" else _action(method)
    names, permission = actions.get(given, ((), ""))
    if style == "path" and "SendMessage" in actions and "/" in rest.strip("/"):
        arn = f"arn:{called.partition}:sqs:{called.region}:{rest.strip('/').replace('/', ':')}"
        if not given:
            yield "", Unknown(_UNREAD, arn), (_AT, "Uri"), ""
        elif permission:
            yield "QueueUrl", _like(uri, arn), (_AT, "Uri"), permission
    elif not given:
        yield "", Unknown(_UNREAD), (_AT, "Uri"), ""
    elif permission:
        for name, (reference, place) in _named(method, names):
            yield name, reference, place, permission


def _action(method: RestMethod) -> str:
    """The action that parameters name, also as `AWSEvents.PutEvents`; empty when unreadable."""
    for name in ("Action", "X-Amz-Target"):
        for value, _ in _said(method, name):
            action = (_text(value) or "").rpartition(".")[2]
            return "" if "$" in action else action
    return ""


def _named(method: RestMethod, names: tuple[str, ...]) -> Iterator[tuple[str, _Said]]:
    """What names the receiver; events that a template writes without a bus go to the default."""
    found = [(name, said) for name in names for said in _said(method, name)]
    if not found and names == ("EventBusName",) and (types := list(_said(method, "DetailType"))):
        found = [(names[0], ("default", types[0][1]))]
    yield from found or [(names[0], (BY_REQUEST, (_AT, "Uri")))]


def _said(method: RestMethod, name: str) -> Iterator[_Said]:
    """The values of a parameter in the request to the service, plain or unknown."""
    for kind in ("querystring", "header"):
        path = (_AT, "RequestParameters", f"integration.request.{kind}.{name}")
        value = get(method.properties, *path)
        if value is not None:
            yield _static(value), path
    templates = get(method.properties, _AT, "RequestTemplates")
    for type_, template in templates.items() if isinstance(templates, dict) else ():
        match = _search(name, _text(template) or "")
        if match is not None:
            yield _plain(template, unquote(match[1])), (_AT, "RequestTemplates", type_)


def _search(name: str, template: str) -> re.Match[str] | None:
    return re.search(_JSON % name, template) or re.search(_FORM % name, template)


def _static(value: object) -> object:
    """What stands in single quotes; all else is taken from the request or the stage."""
    match = re.fullmatch(r"'(.*)'", _text(value) or "", re.DOTALL)
    return _plain(value, match[1]) if match else BY_REQUEST


def _plain(whole: object, part: str) -> object:
    return BY_REQUEST if _FILLED.search(part) else _like(whole, part)


def _like(whole: object, part: str) -> object:
    """A part of a value, as far known as the whole."""
    if not isinstance(whole, Unknown):
        return part
    return Unknown(whole.reason, part, whole.external)


def _text(value: object) -> str | None:
    found = value.text if isinstance(value, Unknown) else value
    return found if isinstance(found, str) else None


def _receiver(name: str, reference: object, method: RestMethod, index: Index) -> Node:
    """What is named, if the action is known.

    A symbol that is no resource may be a variable of the template language.
    """
    if not name and isinstance(reference, Unknown):
        return reference
    found = receiver(name, reference, method, index)
    if isinstance(found, External) and "${" in found.reference.replace("${AWS::", ""):
        outside = isinstance(reference, Unknown) and reference.external
        return Unknown("what is named could not be read", found.reference, outside)
    return found


def _narrowed(service: str, end: Node) -> Node:
    """An end of which nothing else is known is at least one of that service."""
    if isinstance(end, Unknown) and (end.text or "${").startswith("${"):
        return Unknown(end.reason, f"arn:${{?}}:{service}:${{?}}", end.external)
    return end
