"""Edges between security groups and the rules declared beside them."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.graph import Edge, EdgeKind
from auditor.index import Index
from auditor.linking.links import linker
from auditor.resources import SecurityGroup, SecurityGroupIngress


@linker(SecurityGroupIngress, EdgeKind.CONFIGURES, between=(SecurityGroup,))
def ingress(resource: SecurityGroupIngress, index: Index) -> Iterator[Edge]:
    """Rule to group."""
    group = index.named(SecurityGroup, resource.peek("GroupId"), resource)
    yield Edge(EdgeKind.CONFIGURES, resource, group, resource, ("GroupId",))
