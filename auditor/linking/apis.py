"""Edges that HTTP APIs declare: what an integration sends to without a function in between."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.data.api_integrations import RECEIVERS
from auditor.graph import Edge, EdgeKind
from auditor.index import Index, Node
from auditor.linking.links import get, linker
from auditor.resources import ApiIntegration, EventBus, Queue, Resource, StateMachine, Stream
from auditor.values import Unknown

_NAMED: dict[str, type[Resource]] = {"EventBusName": EventBus, "StreamName": Stream}
_ENDS = (EventBus, Queue, StateMachine, Stream, ApiIntegration)


@linker(ApiIntegration, EdgeKind.DELIVERS, between=_ENDS)
def api_integration(resource: ApiIntegration, index: Index) -> Iterator[Edge]:
    """API to queue, bus, stream or state machine."""
    subtype = resource.peek("IntegrationSubtype")
    if isinstance(subtype, Unknown):
        yield Edge(EdgeKind.DELIVERS, resource, subtype, resource, ("IntegrationSubtype",))
    elif isinstance(subtype, str) and subtype in RECEIVERS:
        name, _ = RECEIVERS[subtype]
        given = get(resource.properties, "RequestParameters", name)
        reference = "default" if given is None and name == "EventBusName" else given
        if reference is not None:
            target = _receiver(name, reference, resource, index)
            path = ("RequestParameters", name)
            yield Edge(EdgeKind.DELIVERS, resource, target, resource, path)


def _receiver(name: str, reference: object, api: ApiIntegration, index: Index) -> Node:
    """What is named; an expression such as `$request.body.queue` leaves the choice to a request."""
    if isinstance(reference, str) and reference.startswith("$") and reference[1:2] != "{":
        return Unknown("the request chooses the receiver", "${?}")
    found = index.resolve(reference)
    if isinstance(found, Resource) or name not in _NAMED:
        return found
    return index.named(_NAMED[name], reference, api)
