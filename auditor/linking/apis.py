"""Edges that HTTP APIs declare: what an integration sends to without a function in between."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.data.api_integrations import RECEIVERS
from auditor.graph import Edge, EdgeKind
from auditor.index import External, Index, Node
from auditor.linking.links import get, linker
from auditor.resources import ApiIntegration, EventBus, Queue, Resource, StateMachine, Stream
from auditor.resources.apis import ApiCaller
from auditor.values import Unknown

BY_REQUEST = Unknown("the request chooses the receiver", "${?}")
# Receivers that are called by their name, with the service and the resource part of their ARN.
_NAMED: dict[str, tuple[type[Resource], str, str]] = {
    "EventBusName": (EventBus, "events", "event-bus"),
    "StreamName": (Stream, "kinesis", "stream"),
}
_HERE = "${AWS::Region}:${AWS::AccountId}"
_ENDS = (EventBus, Queue, StateMachine, Stream, ApiIntegration)


@linker(ApiIntegration, EdgeKind.DELIVERS, between=_ENDS)
def api_integration(resource: ApiIntegration, index: Index) -> Iterator[Edge]:
    """API to queue, bus, stream or state machine."""
    subtype = resource.peek("IntegrationSubtype")
    if isinstance(subtype, Unknown):
        yield Edge(EdgeKind.DELIVERS, resource, subtype, resource, ("IntegrationSubtype",))
    elif isinstance(subtype, str) and subtype in RECEIVERS:
        name, action = RECEIVERS[subtype]
        given = get(resource.properties, "RequestParameters", name)
        reference = "default" if given is None and name == "EventBusName" else given
        if reference is not None:
            target = receiver(name, reference, resource, index)
            path = ("RequestParameters", name)
            yield Edge(EdgeKind.DELIVERS, resource, target, resource, path, action)


def receiver(name: str, reference: object, api: ApiCaller, index: Index) -> Node:
    """What is named; an expression such as `$request.body.queue` leaves the choice to a request."""
    if isinstance(reference, str) and reference.startswith("$") and reference[1:2] != "{":
        return BY_REQUEST
    found = index.resolve(reference)
    if isinstance(found, Resource) or name not in _NAMED:
        return found
    cls, service, part = _NAMED[name]
    found = index.named(cls, reference, api)
    if isinstance(found, External) and not found.reference.startswith(("arn:", "${")):
        return External(f"arn:${{AWS::Partition}}:{service}:{_HERE}:{part}/{found.reference}")
    return found
