"""The subnets that functions run in, and the ways out of their VPCs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from auditor.collectors.live.reader import Reader
from auditor.collectors.live.shapes import pick
from auditor.collectors.live.vpc import described
from auditor.resources import Function, Route, Subnet, Vpc
from auditor.resources.base import RawResource

TYPES = (Subnet.type, Vpc.type, Route.type)

_ROUTE = (
    "CarrierGatewayId",
    "CoreNetworkArn",
    "DestinationCidrBlock",
    "DestinationIpv6CidrBlock",
    "DestinationPrefixListId",
    "EgressOnlyInternetGatewayId",
    "GatewayId",
    "InstanceId",
    "LocalGatewayId",
    "NatGatewayId",
    "NetworkInterfaceId",
    "TransitGatewayId",
    "VpcPeeringConnectionId",
)
_DESTINATIONS = ("DestinationCidrBlock", "DestinationIpv6CidrBlock", "DestinationPrefixListId")


def collect(reader: Reader, resources: Iterable[RawResource]) -> Iterator[RawResource]:
    """The subnets of these functions with their VPCs and routes.

    A subnet that another account shares stays out: the routes of its VPC cannot be seen.
    """
    ids = {id_ for raw in resources for id_ in _subnet_ids(raw)}
    found = described(reader, "ec2:DescribeSubnets", "Subnets", "subnet-id", ids, TYPES)
    subnets = [item for item in found if item["OwnerId"] == reader.account]
    vpcs = {item["VpcId"] for item in subnets}
    yield from (subnet(reader.arn("ec2", f"subnet/{it['SubnetId']}"), it) for it in subnets)
    for id_ in sorted(vpcs):
        arn = reader.arn("ec2", f"vpc/{id_}")
        yield RawResource(Vpc.type, arn, {}, name=id_, arn=arn)
    for table in described(reader, "ec2:DescribeRouteTables", "RouteTables", "vpc-id", vpcs, TYPES):
        id_ = table["RouteTableId"]
        yield from routes(reader.arn("ec2", f"route-table/{id_}"), table)


def _subnet_ids(raw: RawResource) -> list[str]:
    if raw.type != Function.type:
        return []
    return list(raw.properties.get("VpcConfig", {}).get("SubnetIds", ()))


def subnet(arn: str, item: Mapping[str, Any]) -> RawResource:
    """A subnet."""
    properties = pick(item, ("AvailabilityZone", "CidrBlock", "VpcId"))
    return RawResource(Subnet.type, arn, properties, name=item["SubnetId"], arn=arn)


def routes(arn: str, table: Mapping[str, Any]) -> Iterator[RawResource]:
    """The routes of a table that lead out of the VPC: not into a hole, and not to itself."""
    for item in table["Routes"]:
        gateway = str(item.get("GatewayId", ""))
        to_endpoint = gateway.startswith("vpce-")
        # A route to a list of prefixes belongs to a gateway endpoint, not to a firewall's.
        to_service = to_endpoint and "DestinationPrefixListId" in item
        if gateway == "local" or to_service or item.get("State") == "blackhole":
            continue
        properties = {"RouteTableId": table["RouteTableId"], **pick(item, _ROUTE)}
        if to_endpoint:
            properties["VpcEndpointId"] = properties.pop("GatewayId")
        destination = next((item[name] for name in _DESTINATIONS if item.get(name)), "")
        yield RawResource(Route.type, f"{arn}#{destination}", properties)
