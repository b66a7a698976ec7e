"""Edges from policies to the roles that they give permissions to."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.graph import Edge, EdgeKind
from auditor.index import Index
from auditor.linking.links import each, linker
from auditor.resources import ManagedPolicy, Policy, Role, RolePolicy
from auditor.resources.base import Resource

_BETWEEN = (Role, ManagedPolicy)


@linker(Role, EdgeKind.PERMITS, between=_BETWEEN)
def role(resource: Role, index: Index) -> Iterator[Edge]:
    """Managed policies that the role names."""
    for position, reference in each(resource.peek("ManagedPolicyArns")):
        path = ("ManagedPolicyArns", position)
        yield Edge(EdgeKind.PERMITS, index.resolve(reference), resource, resource, path)


@linker(Policy, EdgeKind.PERMITS, between=_BETWEEN)
def policy(resource: Policy, index: Index) -> Iterator[Edge]:
    """Policy to the roles that it names."""
    yield from _attached(resource, index)


@linker(ManagedPolicy, EdgeKind.PERMITS, between=_BETWEEN)
def managed_policy(resource: ManagedPolicy, index: Index) -> Iterator[Edge]:
    """The same of a managed policy."""
    yield from _attached(resource, index)


@linker(RolePolicy, EdgeKind.PERMITS, between=_BETWEEN)
def role_policy(resource: RolePolicy, index: Index) -> Iterator[Edge]:
    """Policy to its role."""
    named = index.named(Role, resource.peek("RoleName"), resource)
    yield Edge(EdgeKind.PERMITS, resource, named, resource, ("RoleName",))


def _attached(resource: Resource, index: Index) -> Iterator[Edge]:
    for position, name in each(resource.peek("Roles")):
        path = ("Roles", position)
        yield Edge(EdgeKind.PERMITS, resource, index.named(Role, name, resource), resource, path)
