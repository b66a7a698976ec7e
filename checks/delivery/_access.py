"""Whether the policy of a queue, a topic or a function lets a service deliver there."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from auditor.arns import Arn
from auditor.graph import EdgeKind, Graph, may_be, once_per_graph
from auditor.policy import (
    Answer,
    Decision,
    Request,
    Statement,
    clauses_of,
    may,
    withholds_source,
)
from auditor.resources import Function, Permission, Queue, Resource, Topic
from auditor.values import UndeterminedError, Unknown
from checks.delivery._versions import guarding, read_with, version_in

EVENTS = "events.amazonaws.com"
SNS = "sns.amazonaws.com"
ACTIONS: dict[type[Resource], str] = {
    Queue: "sqs:SendMessage",
    Topic: "sns:Publish",
    Function: "lambda:InvokeFunction",
}
_NETWORK_KEYS = ("aws:sourcevpc", "aws:sourcevpce")


def refused(
    target: Resource, service: str, source: Resource, graph: Graph, reference: object = None
) -> bool:
    """Whether the policies of a target do not let a service deliver for a source.

    Those that only shut out callers from other networks are the business of another rule.
    `reference` is how the source names the target. Raises `UndeterminedError` when it cannot tell.
    """
    decision = decide(target, service, source, graph, reference)
    if decision.answer is Answer.UNDETERMINED:
        reason = f"whether the policy of {target.label} lets {service} in depends on unread values"
        raise UndeterminedError(reason)
    if decision.answer is Answer.YES or by_network(decision):
        return False
    if isinstance(target, Function) and version_in(reference) and not read_with(target, source):
        reason = f"the permissions of versions and aliases of {target.label} were not read"
        raise UndeterminedError(reason)
    if isinstance(target, Function):
        _settle_permissions(target, service, source, graph, reference)
    return True


def _settle_permissions(
    target: Function, service: str, source: Resource, graph: Graph, reference: object
) -> None:
    """Raises `UndeterminedError` when a permission of an unread function may let the service in."""
    request = _request(target, service, source, version := version_in(reference))
    for permission, end in _of_unread_functions(graph):
        if may_be(end, target) and may(guarding(permission, version), request).answer:
            raise UndeterminedError(
                f"the function of {permission.id} could not be read: {end.reason}"
            )


@once_per_graph
def _of_unread_functions(graph: Graph) -> list[tuple[Permission, Unknown]]:
    return [
        (permission, edge.target)
        for permission in graph.resources(Permission)
        for edge in graph.declared(permission, EdgeKind.GUARDS)
        if isinstance(edge.target, Unknown)
    ]


def decide(
    target: Resource, service: str, source: Resource, graph: Graph, reference: object = None
) -> Decision:
    """What the policies of a target decide about a delivery of a service for a source.

    `reference` is how the source names the target. Raises `UndeterminedError` when a policy that
    was not read may be one of the target.
    """
    version = version_in(reference) if isinstance(target, Function) else ""
    request = _request(target, service, source, version)
    return target.once(
        f"decision about {service} for {source.id} at {version}",
        lambda: may(_guarding(target, graph, version), request),
    )


def _guarding(target: Resource, graph: Graph, version: str | Unknown) -> Iterator[Statement]:
    guards = graph.incoming(target, EdgeKind.GUARDS)
    return chain.from_iterable(guarding(edge.via, version) for edge in guards)


def by_network(decision: Decision) -> bool:
    """Whether a statement about networks and endpoints refuses.

    Raises `UndeterminedError` when one that could not be read may do so.
    """
    if decision.answer is Answer.YES:
        return False
    found = decision.statement
    named = found is not None and any(it.key in _NETWORK_KEYS for it in clauses_of(found))
    if decision.answer is Answer.UNDETERMINED and (named or found is None):
        raise UndeterminedError("whether a policy refuses by network depends on unread values")
    return named


def _request(target: Resource, service: str, source: Resource, version: str | Unknown) -> Request:
    """What a service says of itself and of the resource that it acts for.

    Some send none of the keys of the source: see `auditor.policy.services`. Services come from no
    endpoint and belong to no organisation:
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
    """
    context: dict[str, object] = {
        "aws:securetransport": "true",
        "aws:principalisawsservice": "true",
        "aws:principalservicename": service,
        "aws:principalorgid": None,
        "aws:sourcevpc": None,
        "aws:sourcevpce": None,
        "lambda:functionurlauthtype": None,
        "lambda:invokedviafunctionurl": "false",
    }
    if not withholds_source(service, ACTIONS[type(target)].partition(":")[0]):
        context["aws:sourcearn"] = name_of(source)
        context["aws:sourceaccount"] = context["aws:sourceowner"] = _account(source)
    name = name_of(target)
    if version:
        name = version if isinstance(version, Unknown) else _with_version(name, version)
    return Request(service, ACTIONS[type(target)], name, context)


def _with_version(name: object, version: str) -> object:
    if isinstance(name, Unknown):
        return Unknown(name.reason, f"{name.text}:{version}" if name.text else None, name.external)
    return f"{name}:{version}"


def _account(source: Resource) -> object:
    """The account that owns a resource; ARNs of buckets do not tell it."""
    arn = Arn.parse(source.arn or "")
    owner = source.raw.account or (arn.account if arn else "")
    return owner or Unknown("no account", "${AWS::AccountId}")


def name_of(resource: Resource) -> object:
    """The ARN; unknown where a parameter is a part of it."""
    parts = (resource.raw.name, resource.peek("EventBusName"))
    unknown = next((part for part in parts if isinstance(part, Unknown)), None)
    if resource.arn is None or unknown is None:
        return resource.arn or Unknown(f"{resource.id} has no ARN")
    return Unknown(unknown.reason, resource.arn, unknown.external)
