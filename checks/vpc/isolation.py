"""Functions in subnets from which nothing leads to the service they call."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.data.endpoints import SENDING_ACTIONS
from auditor.findings import Category, Confidence, Match, Severity
from auditor.graph import EdgeKind, Graph
from auditor.resources import Function, Route, Subnet, Vpc, VpcEndpoint
from auditor.rules import rule
from auditor.values import UndeterminedError, Unknown, read, sequence
from checks._roles import may
from checks.vpc._endpoints import GUIDE, endpoint_service


@rule(
    "VPC001",
    "no-way-to-service",
    severity=Severity.HIGH,
    category=Category.RELIABILITY,
    confidence=Confidence.MEDIUM,
    guide=GUIDE,
    applies_to=Function,
    remediation="""
        SqsEndpoint:
          Type: AWS::EC2::VPCEndpoint
          Properties:
            VpcEndpointType: Interface
            ServiceName: !Sub com.amazonaws.${AWS::Region}.sqs
            VpcId: !Ref Vpc
            SubnetIds: [!Ref PrivateSubnetA, !Ref PrivateSubnetB]
            SecurityGroupIds: [!GetAtt EndpointGroup.GroupId]
            PrivateDnsEnabled: true

        Live: aws ec2 create-vpc-endpoint --vpc-endpoint-type Interface --vpc-id ID
        --service-name com.amazonaws.REGION.sqs --subnet-ids IDS --private-dns-enabled
    """,
)
def no_way_to_service(function: Function, graph: Graph) -> Iterator[Match]:
    """A function sends messages from a VPC that has neither a NAT gateway nor an endpoint for them.

    In a VPC a function has a private address only, so an internet gateway does not help it: each
    call waits for its timeout. Judged are VPCs that the template declares whole: without any route
    to anything but an internet gateway, and functions whose role may send messages to the service.
    What Lambda itself sends, to a dead-letter queue or destination, does not need the VPC.

    Fine to accept where the function never uses that permission.
    """
    if not _isolated(function, graph):
        return
    present = {
        endpoint_service(endpoint) for endpoint in graph.all(VpcEndpoint, function.raw.account)
    }
    sent_by_lambda = _sent_by_lambda(function, graph)
    for action, service in SENDING_ACTIONS.items():
        if service not in present | sent_by_lambda and may(function, action, graph):
            message = f"{function.label} may call {action}, but nothing leads there from its VPC"
            yield Match(function, message, ("VpcConfig",), discriminator=service)


def _sent_by_lambda(function: Function, graph: Graph) -> set[str]:
    """The services that Lambda may need the permissions for, to report a failure."""
    configured = graph.incoming(function, EdgeKind.CONFIGURES)
    return {"events", "sns", "sqs"} if configured or function.has("DeadLetterConfig") else set()


def _isolated(function: Function, graph: Graph) -> bool:
    """Whether the function is in subnets of a declared VPC, and no route leads out of any VPC."""
    if function.vpc_config is None:
        return False
    references = function.vpc_config.peek("SubnetIds")
    if isinstance(references, Unknown) and references.external:
        return False
    ids: list[object] = read(references, sequence, ("VpcConfig", "SubnetIds"), [])
    subnets = [graph.index.named(Subnet, each, function) for each in ids]
    declared = bool(subnets) and all(_declared(subnet, function, graph) for subnet in subnets)
    return declared and not any(
        _leads_out(route) for route in graph.all(Route, function.raw.account)
    )


def _declared(subnet: object, function: Function, graph: Graph) -> bool:
    if isinstance(subnet, Unknown):
        raise UndeterminedError(subnet.reason, ("VpcConfig", "SubnetIds"))
    if not isinstance(subnet, Subnet):
        graph.all(Subnet, function.raw.account)  # raises where subnets could not be read
        return False
    vpc = graph.index.named(Vpc, subnet.peek("VpcId"), subnet)
    if isinstance(vpc, Unknown):
        raise UndeterminedError(vpc.reason, ("VpcConfig", "SubnetIds"))
    if isinstance(vpc, Vpc):
        return True
    graph.all(Vpc, function.raw.account)
    return False


def _leads_out(route: Route) -> bool:
    """Whether the route has another target than a gateway of the internet."""
    return route.gateway is None or not route.gateway.startswith(("igw-", "${"))
