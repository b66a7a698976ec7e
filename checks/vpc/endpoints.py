"""How endpoints of messaging services are set up."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.data.endpoints import MISNOMERS
from auditor.findings import Category, Match, Severity
from auditor.graph import Graph
from auditor.policy import Audience, Statement, audience, statements_of, wildcard_service
from auditor.resources import VpcEndpoint
from auditor.rules import rule
from auditor.values import read, sequence
from checks.vpc._endpoints import GUIDE, endpoint_service, serves_messaging


@rule(
    "VPC002",
    "endpoint-in-one-zone",
    severity=Severity.MEDIUM,
    category=Category.RELIABILITY,
    guide=GUIDE,
    applies_to=VpcEndpoint,
    remediation="""
        SqsEndpoint:
          Type: AWS::EC2::VPCEndpoint
          Properties:
            SubnetIds: [!Ref PrivateSubnetA, !Ref PrivateSubnetB]

        Live: aws ec2 modify-vpc-endpoint --vpc-endpoint-id ID --add-subnet-ids SUBNET_ID
    """,
)
def endpoint_in_one_zone(endpoint: VpcEndpoint, _graph: Graph) -> Iterator[Match]:
    """An endpoint of a messaging service has one subnet, so one zone's failure cuts off all.

    Clients in the other zones have no other way to the service, and pay for traffic between zones
    as long as it works.

    Fine to accept where the clients run in the same single zone.
    """
    if not serves_messaging(endpoint):
        return
    for name in ("SubnetIds", "SubnetConfigurations"):
        if endpoint.has(name):
            subnets = read(endpoint.peek(name), sequence, (name,))
            if len(subnets) == 1:
                message = f"{endpoint.label} is reached through a single zone"
                yield Match(endpoint, message, (name,), (f"{name}: 1",))


@rule(
    "VPC003",
    "endpoint-open-to-all-accounts",
    severity=Severity.LOW,
    category=Category.SECURITY,
    guide=GUIDE,
    applies_to=VpcEndpoint,
    remediation="""
        SqsEndpoint:
          Type: AWS::EC2::VPCEndpoint
          Properties:
            PolicyDocument:
              Statement:
                - Effect: Allow
                  Principal: "*"
                  Action: sqs:*
                  Resource: "*"
                  Condition:
                    StringEquals: {aws:ResourceAccount: !Ref AWS::AccountId}

        Live: aws ec2 modify-vpc-endpoint --vpc-endpoint-id ID --policy-document file://policy.json
    """,
)
def endpoint_open_to_all_accounts(endpoint: VpcEndpoint, _graph: Graph) -> Iterator[Match]:
    """An endpoint of a messaging service has no policy, or one that allows everything.

    Whoever runs code in the VPC can then send data through it to a queue or topic of an account of
    their own, with credentials of their own. The default policy allows full access.

    Fine to accept where another control, such as a proxy, guards what leaves the VPC.
    """
    if not serves_messaging(endpoint):
        return
    path = ("PolicyDocument",)
    if not endpoint.has("PolicyDocument"):
        yield Match(endpoint, f"{endpoint.label} has no endpoint policy", path)
        return
    service = endpoint_service(endpoint)
    for statement in statements_of(endpoint):
        if _allows_all(statement, endpoint.raw.account, service):
            message = f"{endpoint.label} has an endpoint policy that allows everything"
            yield Match(endpoint, message, statement.path)


def _allows_all(statement: Statement, account: str | None, service: str) -> bool:
    return (
        statement.allows
        and not statement.has("Condition")
        and any(wildcard_service(it) in ("*", service) for it in statement.texts("Action"))
        and "*" in statement.texts("Resource")
        and audience(statement, account) is Audience.PUBLIC
    )


@rule(
    "VPC004",
    "endpoint-without-private-dns",
    severity=Severity.MEDIUM,
    category=Category.RELIABILITY,
    guide=GUIDE,
    applies_to=VpcEndpoint,
    remediation="""
        SqsEndpoint:
          Type: AWS::EC2::VPCEndpoint
          Properties:
            PrivateDnsEnabled: true     # the VPC needs EnableDnsSupport and EnableDnsHostnames

        Live: aws ec2 modify-vpc-endpoint --vpc-endpoint-id ID --private-dns-enabled
    """,
)
def endpoint_without_private_dns(endpoint: VpcEndpoint, _graph: Graph) -> Iterator[Match]:
    """An endpoint of a messaging service has no private DNS, so clients go around it.

    SDKs call the public name of the service. Without private DNS that name still leads to the
    internet: where there is no way to it calls time out, elsewhere they leave the VPC unnoticed.
    CloudFormation's default is false, unlike that of the API.

    Fine to accept where every client is given the endpoint's own URL, or a hosted zone of your own
    resolves the name.
    """
    if serves_messaging(endpoint) and not endpoint.private_dns:
        message = f"{endpoint.label} is not found under the service's own name"
        shown = "false" if endpoint.has("PrivateDnsEnabled") else "not set"
        yield Match(endpoint, message, ("PrivateDnsEnabled",), (f"PrivateDnsEnabled {shown}",))


@rule(
    "VPC006",
    "wrong-endpoint-service-name",
    severity=Severity.HIGH,
    category=Category.RELIABILITY,
    guide=GUIDE,
    applies_to=VpcEndpoint,
    remediation="""
        KinesisEndpoint:
          Type: AWS::EC2::VPCEndpoint
          Properties:
            ServiceName: !Sub com.amazonaws.${AWS::Region}.kinesis-streams

        Live: aws ec2 describe-vpc-endpoint-services --query ServiceNames
    """,
)
def wrong_endpoint_service_name(endpoint: VpcEndpoint, _graph: Graph) -> Iterator[Match]:
    """An endpoint names a service that does not exist, so it cannot be created.

    Some endpoints are called otherwise than their service: Kinesis is kinesis-streams, Firehose
    kinesis-firehose, EventBridge events, Step Functions states, CloudWatch monitoring.

    Fine to accept in no case that we know of.
    """
    service = endpoint_service(endpoint)
    if service in MISNOMERS:
        message = f"{endpoint.label} names {service}; the endpoint is called {MISNOMERS[service]}"
        yield Match(endpoint, message, ("ServiceName",), (f"ServiceName ends in {service}",))
