"""Who reaches an endpoint."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.findings import Category, Match, Severity
from auditor.graph import EdgeKind, Graph
from auditor.policy import Doubts
from auditor.resources import SecurityGroup, SecurityGroupIngress, VpcEndpoint
from auditor.resources.network import Ingress
from auditor.rules import rule
from auditor.values import UndeterminedError
from checks._shared import unread_end
from checks.vpc._endpoints import GUIDE, serves_messaging

_HTTPS = 443
_EVERY_PROTOCOL = "-1"
_TCP = ("tcp", "6")
_EVERYWHERE = ("0.0.0.0/0", "::/0")


@rule(
    "VPC005",
    "endpoint-group-misses-https",
    severity=Severity.HIGH,
    category=Category.RELIABILITY,
    guide=GUIDE,
    applies_to=VpcEndpoint,
    remediation="""
        EndpointGroup:
          Type: AWS::EC2::SecurityGroup
          Properties:
            SecurityGroupIngress:
              - IpProtocol: tcp
                FromPort: 443
                ToPort: 443
                SourceSecurityGroupId: !GetAtt ClientGroup.GroupId

        Live: aws ec2 authorize-security-group-ingress --group-id ID --protocol tcp --port 443
        --source-group CLIENT_GROUP_ID
    """,
)
def endpoint_group_misses_https(endpoint: VpcEndpoint, graph: Graph) -> Iterator[Match]:
    """The security groups of an endpoint let nobody in on port 443, or everybody.

    SDKs call the service over HTTPS: without that port every call times out. A group that lets in
    the whole internet does not expose the endpoint, which has private addresses only, but says
    nothing about who is meant to use it; that counts as low.

    Fine to accept where clients in other networks are known by no range or group.
    """
    if not serves_messaging(endpoint) or not endpoint.security_group_ids:
        return
    doubts = Doubts()
    admitting: list[Ingress] = []
    for reference in endpoint.security_group_ids:
        with doubts:
            for ingress in _ingress(endpoint, reference, graph):
                with doubts:
                    if _admits_https(ingress):
                        admitting.append(ingress)
    path = ("SecurityGroupIds",)
    if not admitting:
        doubts.settle()
        yield Match(endpoint, f"nobody reaches {endpoint.label} on port 443", path)
    for ingress in admitting:
        if ingress.ipv4_range in _EVERYWHERE or ingress.ipv6_range in _EVERYWHERE:
            message = f"the security groups of {endpoint.label} let in every address"
            yield Match(endpoint, message, path, severity=Severity.LOW)
            return


def _ingress(endpoint: VpcEndpoint, reference: str, graph: Graph) -> Iterator[Ingress]:
    group = graph.index.named(SecurityGroup, reference, endpoint)
    if not isinstance(group, SecurityGroup):
        raise UndeterminedError(unread_end(group), ("SecurityGroupIds",))
    yield from group.ingress
    for edge in graph.incoming(group, EdgeKind.CONFIGURES):
        if isinstance(edge.via, SecurityGroupIngress):
            yield edge.via


def _admits_https(ingress: Ingress) -> bool:
    if ingress.protocol == _EVERY_PROTOCOL:
        return True
    return ingress.protocol in _TCP and ingress.from_port <= _HTTPS <= ingress.to_port
