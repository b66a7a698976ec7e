"""What a VPC has to do with messaging: endpoints, their security groups, ways out of subnets."""

from __future__ import annotations

from auditor.resources.base import Resource
from auditor.values import Readable, View, boolean, integer, optional, text, texts, views


class VpcEndpoint(Resource):
    """A VPC endpoint; defaults are those of CloudFormation."""

    type = "AWS::EC2::VPCEndpoint"

    service_name = Readable("ServiceName", text, "")
    endpoint_type = Readable("VpcEndpointType", text, "Gateway")
    security_group_ids = Readable("SecurityGroupIds", texts, ())
    private_dns = Readable("PrivateDnsEnabled", boolean, False)


class Ingress(View):
    """Traffic that a security group lets in; -1 stands for all protocols or ports."""

    protocol = Readable("IpProtocol", text)
    from_port = Readable("FromPort", integer, -1)
    to_port = Readable("ToPort", integer, -1)
    ipv4_range = Readable("CidrIp", optional(text), None)
    ipv6_range = Readable("CidrIpv6", optional(text), None)


class SecurityGroup(Resource):
    """A security group with the rules written inside it."""

    type = "AWS::EC2::SecurityGroup"

    ingress = Readable("SecurityGroupIngress", views(Ingress), ())


class SecurityGroupIngress(Resource, Ingress):
    """A rule of a security group, declared on its own."""

    type = "AWS::EC2::SecurityGroupIngress"


class Vpc(Resource):
    """A VPC."""

    type = "AWS::EC2::VPC"


class Subnet(Resource):
    """A subnet of a VPC."""

    type = "AWS::EC2::Subnet"


class Route(Resource):
    """An entry of a route table."""

    type = "AWS::EC2::Route"

    gateway = Readable("GatewayId", optional(text), None)
